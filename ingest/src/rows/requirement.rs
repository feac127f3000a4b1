//! Requirement texts. Releases of one package repeat them from version to version, so each is read once in a batch, and
//! a statement is given it once.

use super::Batch;
use super::release::{stored_bounds, unless_empty};
use std::collections::HashMap;
use thoth_cypher::{Value, map};
use thoth_schema::marker;
use thoth_schema::requirement::Requirement;

/// What a requirement line of a release says: its place, and the row of its text among [`RequirementTexts::rows`].
pub(crate) type Line = (i64, usize);

/// The requirement texts of a batch.
#[derive(Debug, Default)]
pub(crate) struct RequirementTexts {
    /// For every text that can be read one row for each extra that brings it in.
    pub(crate) rows: Vec<Value>,
    known: HashMap<String, Result<std::ops::Range<usize>, String>>,
}

impl Batch {
    /// The rows of a text.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub(super) fn requirement_text(&mut self, text: &str) -> Result<std::ops::Range<usize>, String> {
        if let Some(known) = self.texts.known.get(text) {
            return known.clone();
        }
        let read = match Requirement::parse(text) {
            Ok(requirement) => Ok(self.requirement_rows(text, &requirement)),
            Err(problem) => Err(problem.message),
        };
        self.texts.known.insert(text.to_owned(), read.clone());
        read
    }

    fn requirement_rows(&mut self, text: &str, requirement: &Requirement) -> std::ops::Range<usize> {
        let package = self.package(&requirement.name);
        let reach = marker::reach(&requirement.marker);
        let (from, until) = stored_bounds(&requirement.versions);
        let (python_from, python_until) = stored_bounds(&reach.python);
        let extras = unless_empty(requirement.extras.iter().map(ToString::to_string).collect());
        let specifier = Some(requirement.specifiers.to_string()).filter(|text| !text.is_empty());
        let platforms = unless_empty(reach.platforms);
        let machines = unless_empty(reach.machines);
        let start = self.texts.rows.len();
        for extra in activating_extras(requirement) {
            self.texts.rows.push(map! {
                "package" => &package, "text" => text,
                "specifier" => specifier.clone(), "marker" => requirement.marker.try_to_string(),
                "extra" => extra, "extras" => extras.clone(), "from" => from.clone(), "until" => until.clone(),
                "allowsPrereleases" => requirement.names_prerelease().then_some(true),
                "pythonFrom" => python_from.clone(), "pythonUntil" => python_until.clone(),
                "platforms" => platforms.clone(), "machines" => machines.clone(),
                "residualMarker" => reach.residual.then_some(true),
            });
        }
        start..self.texts.rows.len()
    }
}

/// The extras that bring a requirement line in; `""` where it can hold without one.
///
/// A marker such as `extra == 'a' or python_version < '3'` holds in both ways and is kept under both: the filter in
/// Cypher may keep too much, never too little.
fn activating_extras(requirement: &Requirement) -> Vec<String> {
    let mentioned = requirement.mentions_extra();
    let mut without_any = requirement.marker.clone();
    for extra in &mentioned {
        without_any.and(marker::parse(&format!("extra != '{extra}'")).unwrap_or_default());
    }
    let plain = (mentioned.is_empty() || !without_any.is_false()).then(String::new);
    plain
        .into_iter()
        .chain(mentioned.iter().map(ToString::to_string))
        .collect()
}
