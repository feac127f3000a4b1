//! Which documents can matter to a request: a filter by package name, before anything is loaded.

use std::collections::{BTreeMap, BTreeSet};

use thoth_schema::document::{Document, Payload};
use thoth_schema::error::Fault;
use thoth_schema::name::{self, PackageName};

use super::frontier::Lines;
use super::input::{AdviseInput, parsed};

/// Keeps the documents that speak of a package which the request can reach in its environment, whatever the versions, and
/// the rules.
///
/// Loading only those answers the request as loading all would: what is dropped is no requirement of anything reached.
///
/// # Errors
/// `INVALID_REQUIREMENT` or `UNSUPPORTED_REQUIREMENT` for what is asked.
pub fn keep_within_reach(documents: &mut Vec<Document>, input: &AdviseInput) -> Result<(), Fault> {
    keep_within_reach_of_any(documents, std::slice::from_ref(input))
}

/// Keeps the documents that matter to one of several requests, and the rules.
///
/// # Errors
/// As [`keep_within_reach`].
pub fn keep_within_reach_of_any(documents: &mut Vec<Document>, inputs: &[AdviseInput]) -> Result<(), Fault> {
    let mut all: BTreeSet<PackageName> = BTreeSet::new();
    for input in inputs {
        all.extend(reached(documents, input)?.into_keys());
    }
    documents.retain(|document| {
        let speaks = |package: &PackageName| all.contains(package);
        matches!(document.payload, Payload::Rules(_)) || speaks_of(document).iter().any(speaks)
    });
    Ok(())
}

fn speaks_of(document: &Document) -> Vec<PackageName> {
    let mut names: Vec<PackageName> = document
        .releases()
        .iter()
        .map(|release| release.name.clone())
        .collect();
    match &document.payload {
        Payload::Solver(run) => names.extend(
            run.errors
                .iter()
                .filter_map(|error| name::package(&error.name).ok()),
        ),
        Payload::IndexChange(seen) => names.extend(seen.changes.iter().map(|change| change.name.clone())),
        Payload::Advisory(advisory) => {
            let affected = advisory
                .packages
                .iter()
                .filter(|package| package.ecosystem == "pypi");
            names.extend(affected.filter_map(|package| name::package(&package.name).ok()));
        }
        Payload::SecurityIndicator(report) => names.push(report.package.clone()),
        Payload::Inspection(report) => {
            let pins = report
                .inspections
                .iter()
                .filter_map(|inspection| inspection.stack.as_ref());
            names.extend(pins.flatten().map(|pin| pin.name.clone()));
        }
        _ => {}
    }
    names
}

/// The packages in reach, each with the extras that are asked of it.
fn reached(
    documents: &[Document],
    input: &AdviseInput,
) -> Result<BTreeMap<PackageName, BTreeSet<name::ExtraName>>, Fault> {
    let mut texts: BTreeMap<&PackageName, BTreeSet<&str>> = BTreeMap::new();
    for release in documents.iter().flat_map(Document::releases) {
        let lines = release.requires_dist.iter().flatten().map(String::as_str);
        texts.entry(&release.name).or_default().extend(lines);
    }
    let mut lines = Lines::new(&input.environment);
    let mut reached: BTreeMap<PackageName, BTreeSet<name::ExtraName>> = BTreeMap::new();
    let mut open: Vec<PackageName> = Vec::new();
    for requirement in parsed(&input.requirements, "requirements")? {
        reached
            .entry(requirement.name.clone())
            .or_default()
            .extend(requirement.extras.iter().cloned());
        open.push(requirement.name);
    }
    while let Some(package) = open.pop() {
        let extras = reached.get(&package).cloned().unwrap_or_default();
        for text in texts.get(&package).into_iter().flatten() {
            let Some(requirement) = lines.parse(text) else {
                continue;
            };
            if !lines.holds(&requirement, &extras) {
                continue;
            }
            let is_new = !reached.contains_key(&requirement.name);
            let asked = reached.entry(requirement.name.clone()).or_default();
            let before = asked.len();
            asked.extend(requirement.extras.iter().cloned());
            if is_new || asked.len() > before {
                open.push(requirement.name.clone());
            }
        }
    }
    Ok(reached)
}
