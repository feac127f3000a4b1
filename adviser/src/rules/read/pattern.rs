//! `match`: what a unit looks for.

use serde_json::Value;
use thoth_schema::name::{self, PackageName};
use thoth_schema::version::{Operator, VersionSpecifiers, parse_specifiers};
use thoth_schema::versions::{VersionSet, specifier_set};

use super::FindingKind;
use super::at::{At, Findings};
use crate::rules::pattern::{Index, Pattern, Together};
use crate::rules::unit::UnitType;

/// Whether nothing can ever meet the pattern.
pub(super) fn never(pattern: &Together) -> bool {
    pattern
        .members
        .iter()
        .chain(&pattern.from)
        .any(|member| member.versions.is_empty())
}

/// The patterns, any of which suffices; none where nothing is looked for.
pub(super) fn read(unit_type: UnitType, at: At<'_>, findings: &mut Findings) -> Vec<Together> {
    let items = at.one_or_many();
    let optional = matches!(unit_type, UnitType::Boot | UnitType::Wrap | UnitType::Stride);
    if items.is_empty() && !optional {
        at.invalid(
            findings,
            format!("a {} must say what it matches", unit_type.as_str()),
        );
    }
    items.iter().map(|item| one(unit_type, item, findings)).collect()
}

fn one<'a>(unit_type: UnitType, at: &'a At<'a>, findings: &mut Findings) -> Together {
    match unit_type {
        UnitType::Boot | UnitType::SieveSkip => {
            at.mapping(&["package_name"], findings);
            let named = at.key("package_name");
            if unit_type == UnitType::SieveSkip && named.is_null() {
                named.invalid(findings, "is missing");
            }
            let name = package(&named, findings);
            together(name.into_iter().map(any_version).collect())
        }
        UnitType::Pseudonym | UnitType::Sieve => {
            at.mapping(&["package_version"], findings);
            let release = release(&at.key("package_version"), true, findings);
            if unit_type == UnitType::Pseudonym && release.name.is_none() {
                at.key("package_version")
                    .invalid(findings, "a pseudonym must name its package");
            }
            together(vec![release])
        }
        UnitType::Step | UnitType::StepSkip | UnitType::StepAdd => step(unit_type, at, findings),
        UnitType::StepGroup => {
            at.mapping(&["group"], findings);
            let group = at.key("group");
            let members = group.list(findings);
            if members.len() < 2 {
                group.invalid(findings, "a group has at least two members");
            }
            let mut patterns = Vec::new();
            for member in &members {
                member.mapping(&["package_version"], findings);
                patterns.push(release(&member.key("package_version"), false, findings));
            }
            nameless(at, &patterns, findings);
            together(patterns)
        }
        UnitType::Stride | UnitType::Wrap | UnitType::ReleaseNotes => {
            at.mapping(&["state"], findings);
            let state = at.key("state");
            state.mapping(&["resolved_dependencies"], findings);
            let members = resolved(&state, findings);
            if unit_type == UnitType::ReleaseNotes && (members.len() != 1 || members[0].name.is_none()) {
                at.invalid(findings, "release notes are of exactly one package");
            }
            if unit_type == UnitType::Stride {
                nameless(at, &members, findings);
            }
            together(members)
        }
    }
}

fn step<'a>(unit_type: UnitType, at: &'a At<'a>, findings: &mut Findings) -> Together {
    at.mapping(&["package_version", "state"], findings);
    let stated = at.key("package_version");
    let mut members = vec![release(&stated, false, findings)];
    if stated.is_null() {
        stated.invalid(findings, "is missing");
    }
    let state = at.key("state");
    const STATE: &[&str] = &[
        "resolved_dependencies",
        "package_version_from",
        "package_version_from_allow_other",
    ];
    state.mapping(STATE, findings);
    let others = resolved(&state, findings);
    nameless(at, &others, findings);
    members.extend(others);
    let from_at = state.key("package_version_from");
    let from: Vec<Pattern> = from_at
        .list(findings)
        .iter()
        .map(|item| release(item, false, findings))
        .collect();
    let allow_at = state.key("package_version_from_allow_other");
    let from_allows_others = allow_at.truth(findings).unwrap_or(false);
    let pattern = Together {
        members,
        from,
        from_allows_others,
    };
    if let Some(reason) = not_applicable(unit_type, &pattern) {
        findings.add(FindingKind::NotApplicable, at.pointer(), reason);
    }
    pattern
}

/// Why a step cannot be had for a stack as a whole, which has no order in which packages join it.
fn not_applicable(unit_type: UnitType, pattern: &Together) -> Option<&'static str> {
    let of_one_parent =
        pattern.from.len() == 1 && pattern.from[0].name.is_some() && !pattern.from_allows_others;
    let whole = pattern.members[0].versions.is_all() && pattern.members[0].index.is_none();
    match unit_type {
        UnitType::StepSkip if pattern.members.len() > 1 => Some(
            "a package left out depending on other releases of the stack would leave their requirements unmet",
        ),
        UnitType::StepSkip if pattern.members[0].name.is_none() || !whole => Some(
            "a package is left out as a whole or not at all: which of its versions would join is not known",
        ),
        UnitType::StepSkip if !pattern.from.is_empty() && !of_one_parent => Some(
            "a package is left out of the requirements of one named package: where others require it too it stays",
        ),
        UnitType::StepAdd if pattern.members.len() > 1 || pattern.members[0].name.is_none() => {
            Some("a package is added to the requirements of one named package")
        }
        UnitType::StepAdd if !pattern.from.is_empty() => {
            Some("a package is added to the requirements of a release, whoever requires that release")
        }
        UnitType::Step if !pattern.from.is_empty() && !pattern.from_allows_others => Some(
            "that no other package of the stack requires a package cannot be asked of a set of releases; \
             say package_version_from_allow_other",
        ),
        UnitType::Step if pattern.from.iter().any(|parent| parent.name.is_none()) => {
            Some("a release that requires the package must be named")
        }
        _ => None,
    }
}

fn resolved<'a>(state: &'a At<'a>, findings: &mut Findings) -> Vec<Pattern> {
    let at = state.key("resolved_dependencies");
    at.list(findings)
        .iter()
        .map(|item| release(item, false, findings))
        .collect()
}

/// Of releases together each must be named: of which package another one is would be counted once for each.
fn nameless(at: &At<'_>, members: &[Pattern], findings: &mut Findings) {
    if members.iter().any(|member| member.name.is_none()) {
        let message = "releases that are looked for together must each name their package";
        findings.add(FindingKind::NotApplicable, at.pointer(), message);
    }
}

fn together(members: Vec<Pattern>) -> Together {
    Together {
        members,
        ..Together::default()
    }
}

fn any_version(name: PackageName) -> Pattern {
    Pattern {
        name: Some(name),
        versions: VersionSet::all(),
        prereleases: true,
        index: None,
    }
}

pub(super) fn package(at: &At<'_>, findings: &mut Findings) -> Option<PackageName> {
    let text = at.text(findings)?;
    match name::package(text) {
        Ok(name) => Some(name),
        Err(fault) => {
            at.invalid(findings, fault.message);
            None
        }
    }
}

/// One release. A step sees pre-releases only where its specifier names one; sieves and pseudonyms see all.
fn release<'a>(at: &'a At<'a>, sees_prereleases: bool, findings: &mut Findings) -> Pattern {
    at.mapping(&["name", "version", "index_url", "develop"], findings);
    let name = package(&at.key("name"), findings);
    let version_at = at.key("version");
    let specifiers = specifiers(&version_at, findings);
    let (mut versions, mut prereleases) = (VersionSet::all(), true);
    if let Some(specifiers) = &specifiers {
        versions = satisfiable(&version_at, specifiers, findings);
        prereleases = sees_prereleases || names_prerelease(specifiers);
    }
    let develop_at = at.key("develop");
    if develop_at.truth(findings) == Some(true) {
        let message = "a request has no packages that are for development alone";
        findings.add(FindingKind::Never, develop_at.pointer(), message);
        versions = VersionSet::none();
    }
    let index = index(&at.key("index_url"), findings);
    Pattern {
        name,
        versions,
        prereleases,
        index,
    }
}

pub(super) fn specifiers(at: &At<'_>, findings: &mut Findings) -> Option<VersionSpecifiers> {
    let text = at.text(findings)?;
    match parse_specifiers(text) {
        Ok(specifiers) => Some(specifiers),
        Err(fault) => {
            at.invalid(findings, fault.message);
            None
        }
    }
}

/// The versions of a specifier; a finding where there can be none.
pub(super) fn satisfiable(
    at: &At<'_>,
    specifiers: &VersionSpecifiers,
    findings: &mut Findings,
) -> VersionSet {
    let versions = specifier_set(specifiers);
    if versions.is_empty() {
        let message = format!("no version satisfies `{}`", at.value.as_str().unwrap_or_default());
        findings.add(FindingKind::Never, at.pointer(), message);
    }
    versions
}

fn names_prerelease(specifiers: &VersionSpecifiers) -> bool {
    let excludes = |operator: &Operator| matches!(operator, Operator::NotEqual | Operator::NotEqualStar);
    specifiers
        .iter()
        .any(|one| !excludes(one.operator()) && one.any_prerelease())
}

fn index<'a>(at: &'a At<'a>, findings: &mut Findings) -> Option<Index> {
    let (at, negated) = match at.value {
        Value::Object(_) => {
            at.mapping(&["not"], findings);
            (at.key("not"), true)
        }
        _ => (*at, false),
    };
    let url = at.text(findings)?.trim_end_matches('/').to_owned();
    Some(Index { url, negated })
}
