//! `run`: what a unit does.

use serde_json::Value;
use thoth_schema::requirement::Requirement;

use super::FindingKind;
use super::at::{At, Findings};
use super::pattern::package;
use crate::advice::Reason;
use crate::rules::unit::{Run, Stop, UnitType};

/// Where a link that is no address leads: to the predecessor's texts on justifications.
const JUSTIFICATIONS: &str = "https://thoth-station.ninja/j/";

pub(super) fn read(unit_type: UnitType, at: At<'_>, findings: &mut Findings) -> Run {
    at.mapping(unit_type.run_keys(), findings);
    let mut run = Run {
        log: log(&at.key("log"), findings),
        stop: stop(&at, findings),
        score: score(&at.key("score"), findings),
        ..Run::default()
    };
    let infos_at = at.key("stack_info");
    for item in &infos_at.list(findings) {
        item.mapping(&["type", "message", "link"], findings);
        run.stack_info.extend(remark(item, findings));
    }
    justifications(&at.key("justification"), &mut run, findings);
    at.key("multi_package_resolution").truth(findings);
    if unit_type == UnitType::StepAdd {
        run.adds = added(&at.key("package_version"), findings);
    }
    if unit_type == UnitType::ReleaseNotes {
        run.release_notes = release_notes(&at.key("release_notes"), findings);
    }
    if unit_type == UnitType::Pseudonym {
        pseudonym(&at, findings);
    }
    manifest_changes(&at.key("advised_manifest_changes"), &mut run, findings);
    exclusions(unit_type, &at, &run, findings);
    run
}

fn log<'a>(at: &'a At<'a>, findings: &mut Findings) -> Option<(String, String)> {
    at.mapping(&["message", "type"], findings)?;
    let severity = severity(&at.key("type"), findings)?;
    let message = at.key("message").wanted_text(findings)?;
    Some((severity.to_owned(), message.to_owned()))
}

fn severity<'a>(at: &At<'a>, findings: &mut Findings) -> Option<&'a str> {
    let severity = at.wanted_text(findings)?;
    if matches!(severity, "INFO" | "WARNING" | "ERROR") {
        return Some(severity);
    }
    at.invalid(findings, format!("`{severity}` is not INFO, WARNING or ERROR"));
    None
}

fn remark<'a>(at: &'a At<'a>, findings: &mut Findings) -> Option<Reason> {
    let severity = severity(&at.key("type"), findings);
    let message = at.key("message").wanted_text(findings);
    let link = at.key("link").text(findings).map(|link| {
        if link.contains("://") {
            link.to_owned()
        } else {
            format!("{JUSTIFICATIONS}{link}")
        }
    });
    Some(Reason::new(&format!("RULE_{}", severity?), message?).with_link(link))
}

fn justifications<'a>(at: &'a At<'a>, run: &mut Run, findings: &mut Findings) {
    const KEYS: &[&str] = &[
        "type",
        "message",
        "link",
        "package_name",
        "version_range",
        "cve_id",
        "cve_name",
        "advisory",
    ];
    for item in &at.list(findings) {
        item.mapping(KEYS, findings);
        let about = package(&item.key("package_name"), findings);
        let Some(mut reason) = remark(item, findings) else {
            continue;
        };
        for key in ["version_range", "cve_id", "cve_name", "advisory"] {
            let detail = item.key(key).text(findings).unwrap_or_default();
            if !reason.message.contains(detail) {
                reason.message = format!("{} ({detail})", reason.message);
            }
        }
        run.justification.push((about, reason));
    }
}

fn stop<'a>(at: &'a At<'a>, findings: &mut Findings) -> Option<Stop> {
    let stop = |key: &'static str, advice: bool, findings: &mut Findings| {
        let message = at.key(key).text(findings)?.to_owned();
        Some(Stop { advice, message })
    };
    stop("not_acceptable", false, findings).or_else(|| stop("eager_stop_pipeline", true, findings))
}

fn score(at: &At<'_>, findings: &mut Findings) -> Option<f64> {
    match at.value {
        Value::Null => None,
        Value::Number(number) => {
            let score = number.as_f64().filter(|score| (-1.0..=1.0).contains(score));
            if score.is_none() {
                at.invalid(findings, format!("a score lies in [-1, 1], not {number}"));
            }
            score
        }
        _ => {
            at.invalid(findings, "must be a number");
            None
        }
    }
}

fn added<'a>(at: &'a At<'a>, findings: &mut Findings) -> Option<Requirement> {
    if at.is_null() {
        at.invalid(findings, "is missing");
    }
    at.mapping(&["name", "locked_version", "index_url", "develop"], findings)?;
    let name_at = at.key("name");
    let name = package(&name_at, findings);
    if name.is_none() && name_at.is_null() {
        name_at.invalid(findings, "is missing");
    }
    let version_at = at.key("locked_version");
    let version = version_at.wanted_text(findings)?;
    at.key("index_url").text(findings);
    at.key("develop").truth(findings);
    let requirement = Requirement::parse(&format!("{}{version}", name?)).ok();
    if requirement.as_ref().is_none_or(|one| one.exact_pin().is_none()) {
        version_at.invalid(findings, format!("`{version}` is not one version, such as ==1.0"));
    }
    requirement
}

fn pseudonym<'a>(at: &'a At<'a>, findings: &mut Findings) {
    let yields = at.key("yield");
    if yields
        .mapping(&["yield_matched_version", "package_version"], findings)
        .is_none()
    {
        return yields.invalid(findings, "is missing");
    }
    let matched = yields.key("yield_matched_version").truth(findings) == Some(true);
    let release = yields.key("package_version");
    release.mapping(&["name", "locked_version", "index_url"], findings);
    let name_at = release.key("name");
    if package(&name_at, findings).is_none() && name_at.is_null() {
        name_at.invalid(findings, "is missing");
    }
    let locked = release.key("locked_version");
    if locked.text(findings).is_some() && matched {
        locked.invalid(findings, "excludes yield_matched_version");
    }
    release.key("index_url").text(findings);
    findings.add(
        FindingKind::NotApplicable,
        yields.pointer(),
        "a package does not stand for another: installers know nothing of it, and what requires the one by name would be \
         left unmet; require the other package instead",
    );
}

fn release_notes<'a>(at: &'a At<'a>, findings: &mut Findings) -> Option<String> {
    const KEYS: &[&str] = &["organization", "repository", "tag_version_prefix"];
    if at.is_null() {
        at.invalid(findings, "is missing");
    }
    at.mapping(KEYS, findings)?;
    let organization = at.key("organization").wanted_text(findings)?;
    let repository = at.key("repository").wanted_text(findings)?;
    let prefix = at.key("tag_version_prefix").text(findings).unwrap_or_default();
    Some(format!(
        "https://github.com/{organization}/{repository}/releases/tag/{prefix}"
    ))
}

fn manifest_changes<'a>(at: &'a At<'a>, run: &mut Run, findings: &mut Findings) {
    for item in at.list(findings) {
        // A change is one object, or a list of them that belong together.
        for change in item.one_or_many() {
            if change
                .mapping(&["apiVersion", "kind", "patch"], findings)
                .is_none()
            {
                change.invalid(findings, "must be a mapping");
                continue;
            }
            for key in ["apiVersion", "kind"] {
                change.key(key).wanted_text(findings);
            }
            let patch = change.key("patch");
            for step in patch.one_or_many() {
                step.mapping(&["op", "path", "value", "from"], findings);
                for key in ["op", "path"] {
                    step.key(key).wanted_text(findings);
                }
            }
            run.manifest_changes.push(change.value.clone());
        }
    }
}

/// What cannot stand side by side, and what must not be empty.
fn exclusions<'a>(unit_type: UnitType, at: &'a At<'a>, run: &Run, findings: &mut Findings) {
    for (one, other) in [
        ("not_acceptable", "eager_stop_pipeline"),
        ("not_acceptable", "score"),
        ("not_acceptable", "justification"),
        ("eager_stop_pipeline", "score"),
    ] {
        if !at.key(one).is_null() && !at.key(other).is_null() {
            at.key(other).invalid(findings, format!("excludes {one}"));
        }
    }
    let does_by_itself = matches!(
        unit_type,
        UnitType::Sieve | UnitType::SieveSkip | UnitType::StepSkip | UnitType::StepAdd | UnitType::Pseudonym
    );
    let says = !run.stack_info.is_empty() || !run.justification.is_empty() || run.log.is_some();
    let acts = run.stop.is_some() || run.score.is_some() || run.release_notes.is_some();
    let is_read = findings
        .list
        .iter()
        .all(|finding| finding.kind != FindingKind::Invalid);
    if is_read && !does_by_itself && !says && !acts && run.manifest_changes.is_empty() {
        at.invalid(findings, "does nothing");
    }
}
