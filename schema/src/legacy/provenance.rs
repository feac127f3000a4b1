//! Documents of the provenance checker, of every generation: `result.report` is a list of findings, or nothing where all
//! is well. Early ones say nothing of what was checked; later ones hold the Pipfile and its lock among the parameters, or
//! as the input.

use serde_json::{Map, Value};

use crate::document::{Parts, Payload};
use crate::error::Fault;
use crate::json::violation;
use crate::legacy::tree::{list, text};
use crate::legacy::{parts, pipfile_lock, produced_at, result, unknown_in};
use crate::provenance::{FindingSeverity, LockedRelease, ProvenanceFinding, ProvenanceReport};
use crate::solver::Skipped;

const RESULT_KEYS: &[&str] = &["error", "error_msg", "input", "parameters", "report"];

const FINDING_KEYS: &[&str] = &[
    "digest",
    "id",
    "indexes",
    "justification",
    "package_locked",
    "package_name",
    "package_version",
    "source",
    "sources",
    "type",
];

/// Where a lock may stand.
const LOCKS: &[&str] = &[
    "/result/parameters/project/requirements_locked",
    "/result/parameters/requirements_locked",
    "/result/input/requirements_locked",
];

/// Whether a document is one of the provenance checker: its program makes advice as well, and calls both a report.
pub(crate) fn is_one(metadata: &Map<String, Value>, value: &Value) -> bool {
    let Some(report) = value.pointer("/result/report") else {
        return false;
    };
    let named = text(metadata, &["document_id"]).is_some_and(|id| id.starts_with("provenance"))
        || text(metadata, &["analyzer"]).is_some_and(|analyzer| analyzer.contains("provenance"))
        || metadata
            .get("arguments")
            .and_then(Value::as_object)
            .is_some_and(|arguments| arguments.contains_key("provenance"));
    let findings = report.as_array().and_then(|items| items.first());
    let like_one =
        findings.is_some_and(|first| first.get("id").is_some() && first.get("justification").is_some());
    named || like_one
}

/// Reads a document of the provenance checker.
pub(crate) fn read(metadata: &Map<String, Value>, value: &Value) -> Result<Parts, Fault> {
    let result = result(value)?;
    let produced_at = produced_at(metadata)?;
    let mut unknown_keys = unknown_in(result, RESULT_KEYS);
    let mut report = ProvenanceReport {
        error: failure(result),
        admitted_indexes: admitted(result),
        ..ProvenanceReport::default()
    };
    report.lock = lock(value, &mut report.skipped);
    for (position, item) in findings(result)?.iter().enumerate() {
        let place = format!("/result/report/{position}");
        let stated = item
            .as_object()
            .ok_or_else(|| violation("a finding must be an object", &place))?;
        unknown_keys += unknown_in(stated, FINDING_KEYS);
        report.findings.push(finding(stated, &place)?);
    }
    report.keep_usable("/result/report", "/result/parameters");
    Ok(Parts {
        unknown_keys,
        ..parts(metadata, produced_at, Payload::Provenance(report))
    })
}

fn findings(result: &Map<String, Value>) -> Result<&[Value], Fault> {
    match result.get("report") {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(violation("`report` must be a list", "/result/report")),
    }
}

/// The error was a flag with a message beside it, or the message itself.
fn failure(result: &Map<String, Value>) -> Option<String> {
    let flag = result.get("error").and_then(Value::as_bool).unwrap_or(false);
    text(result, &["error_msg"])
        .or_else(|| text(result, &["error"]))
        .or_else(|| flag.then(|| "the check failed".to_owned()))
}

fn admitted(result: &Map<String, Value>) -> Vec<String> {
    let parameters = result.get("parameters").and_then(Value::as_object);
    let stated = parameters.and_then(|parameters| {
        ["whitelisted_indexes", "whitelisted_sources"]
            .iter()
            .find_map(|key| parameters.get(*key))
    });
    match stated {
        Some(Value::Array(items)) => items.iter().filter_map(url).collect(),
        // On the command line they were a list with commas.
        Some(Value::String(text)) => text
            .split(',')
            .map(|part| part.trim().to_owned())
            .filter(|part| !part.is_empty())
            .collect(),
        _ => Vec::new(),
    }
}

/// An index, as its URL or as an object that has it.
fn url(stated: &Value) -> Option<String> {
    stated
        .as_str()
        .or_else(|| stated.get("url")?.as_str())
        .map(str::to_owned)
}

/// What the project is locked to; the packages for its development are no part of it.
fn lock(value: &Value, skipped: &mut Vec<Skipped>) -> Option<Vec<LockedRelease>> {
    let (place, stated) = LOCKS
        .iter()
        .find_map(|place| Some((*place, value.pointer(place)?)))?;
    let parsed = match stated {
        Value::Null => return None,
        Value::String(text) => serde_json::from_str(text).unwrap_or(Value::Null),
        other => other.clone(),
    };
    match pipfile_lock::read(&parsed, place) {
        Ok(lock) => Some(
            lock.pins
                .into_iter()
                .map(|pin| LockedRelease {
                    name: pin.name.to_string(),
                    version: pin.version.to_string(),
                    index: pin.index,
                })
                .collect(),
        ),
        Err(problem) => {
            skipped.push(problem);
            None
        }
    }
}

fn finding(stated: &Map<String, Value>, place: &str) -> Result<ProvenanceFinding, Fault> {
    let id = text(stated, &["id"])
        .ok_or_else(|| violation("a finding must have an id", &format!("{place}/id")))?;
    let severity = match text(stated, &["type"]).as_deref() {
        Some("ERROR") => FindingSeverity::Error,
        Some("WARNING") => FindingSeverity::Warning,
        Some("INFO") => FindingSeverity::Info,
        _ => {
            return Err(violation(
                "a finding is an ERROR, a WARNING or an INFO",
                &format!("{place}/type"),
            ));
        }
    };
    let locked = stated.get("package_locked").and_then(Value::as_object);
    let version = text(stated, &["package_version"]).or_else(|| text(locked?, &["version"]));
    Ok(ProvenanceFinding {
        id,
        severity,
        message: text(stated, &["justification"]),
        name: text(stated, &["package_name"]),
        version,
        index: stated.get("source").and_then(url),
        found_on: list(stated, "indexes")
            .into_iter()
            .flatten()
            .filter_map(url)
            .collect(),
        digest: text(stated, &["digest"]),
    })
}
