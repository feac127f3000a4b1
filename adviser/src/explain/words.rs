//! Sentences about single releases, and the keys of the nodes they rest on.

use thoth_schema::name::PackageName;
use thoth_schema::purl;

use crate::advice::Reason;
use crate::legal::Exclusion;
use crate::model::{Candidate, Request, Universe};
use crate::problem::{PackageId, Problem};
use crate::rejection::{Rejection, RejectionKind, Removed};

/// `name version` of a candidate of the problem.
pub(crate) fn release(problem: &Problem, package: PackageId, candidate: u32) -> String {
    let dense = problem.package(package);
    let version = dense.candidates.get(candidate as usize);
    version.map_or_else(
        || dense.name.to_string(),
        |legal| format!("{} {}", dense.name, legal.version),
    )
}

/// The key of a candidate of the problem in the graph.
pub(crate) fn key(
    universe: &Universe,
    problem: &Problem,
    package: PackageId,
    candidate: u32,
) -> Option<String> {
    let dense = problem.package(package);
    let source = dense.candidates.get(candidate as usize)?.source;
    let known = universe.packages.get(&dense.name)?.candidates.get(source)?;
    Some(key_of(&dense.name, known))
}

/// The key of a candidate in the graph.
pub(crate) fn key_of(name: &PackageName, candidate: &Candidate) -> String {
    purl::version_key(name, &candidate.version, Some(&candidate.index))
}

/// Up to four decimals, no zeros at the end.
pub(crate) fn number(score: f64) -> String {
    let text = format!("{score:.4}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" { "0" } else { short }.to_owned()
}

/// A release that the policy of the request rules out.
pub(crate) fn excluded(
    name: &PackageName,
    candidate: &Candidate,
    exclusion: &Exclusion,
    request: &Request,
) -> Rejection {
    let python = request.environment.python();
    let (kind, code, message) = match exclusion {
        Exclusion::UnknownRequirements => (
            RejectionKind::Unknown,
            "REQUIREMENTS_UNKNOWN",
            "nobody recorded what it requires".to_owned(),
        ),
        Exclusion::Python => (
            RejectionKind::Pruned,
            "REQUIRES_PYTHON",
            format!(
                "it requires Python {}, and the environment has {python}",
                candidate
                    .requires_python
                    .as_deref()
                    .unwrap_or("of another version")
            ),
        ),
        Exclusion::Yanked => (
            RejectionKind::Pruned,
            "YANKED",
            "it is yanked, and the request does not pin it".to_owned(),
        ),
        Exclusion::Prerelease => (
            RejectionKind::Pruned,
            "PRERELEASE",
            "it is a pre-release nobody asked for".to_owned(),
        ),
        Exclusion::Constraint(text) => (
            RejectionKind::Conflict,
            "CONSTRAINT",
            format!("the constraint {text} leaves it out"),
        ),
        Exclusion::DirectUrl(text) => (
            RejectionKind::Pruned,
            "DIRECT_URL",
            format!("it requires {text}, an address instead of versions of an index"),
        ),
    };
    Rejection {
        package: name.to_string(),
        version: candidate.version.to_string(),
        index: candidate.index.clone(),
        kind,
        reasons: vec![Reason::new(code, message).with_evidence([key_of(name, candidate)])],
        regret: None,
        proven: true,
        changes: Vec::new(),
    }
}

/// A release that the universe does not hold because a statement removed it.
pub(crate) fn removed(name: &PackageName, release: &Removed, request: &Request) -> Rejection {
    let given = request.requirements.iter().chain(&request.constraints);
    let against = given.filter(|one| one.name == *name && one.applies(&request.environment, None));
    let against = against
        .into_iter()
        .find(|one| !one.versions.contains(&release.order));
    let python = request.environment.python();
    let (kind, message) = match (release.clause.as_str(), against) {
        ("specifier", Some(given)) => (
            RejectionKind::Conflict,
            format!("the request requires {}", given.text),
        ),
        ("specifier", None) => (
            RejectionKind::Pruned,
            format!("no requirement on {name} in reach of the request admits it"),
        ),
        ("index", _) => (
            RejectionKind::Pruned,
            "it is on an index that the request does not allow".to_owned(),
        ),
        ("as-of", _) => (
            RejectionKind::Pruned,
            "it was published after the time the request is about".to_owned(),
        ),
        ("missing", _) => (
            RejectionKind::Pruned,
            "it is not on its index any more".to_owned(),
        ),
        ("requirements-unknown", _) => (
            RejectionKind::Unknown,
            "nobody recorded what it requires".to_owned(),
        ),
        ("requirements-unreadable", _) => (
            RejectionKind::Unknown,
            "its recorded requirements cannot be read".to_owned(),
        ),
        ("yanked", _) => (
            RejectionKind::Pruned,
            "it is yanked, and the request does not pin it".to_owned(),
        ),
        ("requires-python", _) => (
            RejectionKind::Pruned,
            format!("it requires another Python than {python}"),
        ),
        ("prerelease", _) => (
            RejectionKind::Pruned,
            "it is a pre-release nobody asked for".to_owned(),
        ),
        ("no-installable-artifact", _) => (
            RejectionKind::Pruned,
            "none of its files installs in this environment".to_owned(),
        ),
        ("advisory", _) => (
            RejectionKind::Pruned,
            "an advisory affects it that the request does not accept".to_owned(),
        ),
        ("does-not-install", _) => (
            RejectionKind::Pruned,
            "it was seen to fail in this environment, and never to work".to_owned(),
        ),
        ("rule", _) => (RejectionKind::Rule, "a rule removes it".to_owned()),
        (clause, _) => (RejectionKind::Pruned, format!("the clause `{clause}` removes it")),
    };
    let code = release.clause.to_uppercase().replace('-', "_");
    let key = purl::version_key(name, &release.version, Some(&release.index));
    Rejection {
        package: name.to_string(),
        version: release.version.to_string(),
        index: release.index.clone(),
        kind,
        reasons: vec![Reason::new(&code, message).with_evidence([key])],
        regret: None,
        proven: true,
        changes: Vec::new(),
    }
}
