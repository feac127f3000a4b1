//! Solver documents of every generation.
//!
//! | | 2018 | 2019–2020 | 2021– |
//! |---|---|---|---|
//! | release | `package` or `package_name`, `version` or `package_version`, `index` or none | `package_name`, `package_version`, `index_url` | the same |
//! | requirement | `required_version` or `version_spec`, no marker | `specifier`, `marker`, `extra`, `extras` | the same |
//! | `resolved_versions` | list of versions | list of index and versions | the same |
//! | `importlib_metadata`, `sha256` | – | present | present |
//! | `platform`, `package_license`, `packages`, `is_provided_*` | – | – | present |
//!
//! What a generation lacks stays absent. Times without an offset are UTC. Which versions a requirement resolved to at
//! the time is not read: it follows from the releases. Part of a tree that cannot be used (a version PEP 440 does not
//! know, say) is left out and listed in [`SolverRun::skipped`], the rest is read.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::document::{Parts, Payload};
use crate::error::Fault;
use crate::json::violation;
use crate::legacy::tree::{integer, list, solved_release, text};
use crate::legacy::{parts, produced_at, result, unknown_in};
use crate::solver::{Skipped, SolveError, SolverRun, Unparsed, Unresolved};

const RESULT_KEYS: &[&str] = &[
    "environment",
    "environment_packages",
    "errors",
    "platform",
    "tree",
    "unparsed",
    "unresolved",
];

/// Reads a solver document.
pub(crate) fn read(metadata: &Map<String, Value>, value: &Value) -> Result<Parts, Fault> {
    let result = result(value)?;
    let produced_at = produced_at(metadata)?;
    let run = solver_run(metadata, result, &produced_at)?;
    let environment = (!run.environment.is_empty()).then(|| run.environment.clone());
    let unknown_keys = unknown_in(result, RESULT_KEYS)
        + run
            .results
            .iter()
            .map(|solved| solved.release.unknown_keys)
            .sum::<usize>();
    Ok(Parts {
        environment,
        unknown_keys,
        ..parts(metadata, produced_at, Payload::Solver(run))
    })
}

fn solver_run(
    metadata: &Map<String, Value>,
    result: &Map<String, Value>,
    produced_at: &str,
) -> Result<SolverRun, Fault> {
    let environment = environment(result);
    let os_release = metadata.get("os_release").and_then(Value::as_object);
    let distribution = metadata.get("distribution").and_then(Value::as_object);
    let named = SolverName::of(metadata);
    let of_system = |keys: (&[&str], &[&str])| {
        os_release
            .and_then(|system| text(system, keys.0))
            .or_else(|| distribution.and_then(|system| text(system, keys.1)))
    };
    let mut run = SolverRun {
        platform: text(result, &["platform"]),
        os_name: named
            .as_ref()
            .map(|name| name.os_name.clone())
            .or_else(|| of_system((&["id"], &["id"]))),
        os_version: named
            .as_ref()
            .map(|name| name.os_version.clone())
            .or_else(|| of_system((&["version_id"], &["version"]))),
        python_version: environment
            .get("python_version")
            .cloned()
            .or_else(|| interpreter(metadata))
            .or_else(|| named.map(|name| name.python_version)),
        environment,
        solver_version: text(metadata, &["analyzer_version"]),
        observed_at: Some(produced_at.to_owned()),
        duration_seconds: metadata.get("duration").and_then(Value::as_f64),
        ..SolverRun::default()
    };
    for (position, item) in required_list(result, "tree")?.iter().enumerate() {
        match solved_release(item, &format!("/result/tree/{position}"), &mut run.skipped) {
            Ok(solved) => run.results.push(solved),
            Err(skipped) => run.skipped.push(skipped),
        }
    }
    read_failures(result, &mut run)?;
    Ok(run)
}

/// A list that is there in every generation, or absent.
fn required_list<'value>(result: &'value Map<String, Value>, key: &str) -> Result<&'value [Value], Fault> {
    match result.get(key) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(violation(
            format!("`{key}` must be a list"),
            &format!("/result/{key}"),
        )),
    }
}

fn environment(result: &Map<String, Value>) -> BTreeMap<String, String> {
    let variables = result.get("environment").and_then(Value::as_object);
    variables
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}

fn interpreter(metadata: &Map<String, Value>) -> Option<String> {
    let python = metadata.get("python")?.as_object()?;
    Some(format!(
        "{}.{}",
        integer(python, "major")?,
        integer(python, "minor")?
    ))
}

/// `solver-fedora-31-py37-<hex>`: the name a run carries in its id.
struct SolverName {
    os_name: String,
    os_version: String,
    python_version: String,
}

impl SolverName {
    fn of(metadata: &Map<String, Value>) -> Option<SolverName> {
        let id = text(metadata, &["document_id"])?;
        let mut parts = id.strip_prefix("solver-")?.split('-');
        let (os_name, os_version, python) = (parts.next()?, parts.next()?, parts.next()?);
        let digits = python.strip_prefix("py")?;
        if digits.len() < 2 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let (major, minor) = digits.split_at(1);
        Some(SolverName {
            os_name: os_name.to_owned(),
            os_version: os_version.to_owned(),
            python_version: format!("{major}.{minor}"),
        })
    }
}

fn read_failures(result: &Map<String, Value>, run: &mut SolverRun) -> Result<(), Fault> {
    for (position, item) in required_list(result, "errors")?.iter().enumerate() {
        match error(item) {
            Some(error) => run.errors.push(error),
            None => run.skipped.push(nameless(format!("/result/errors/{position}"))),
        }
    }
    for (position, item) in required_list(result, "unresolved")?.iter().enumerate() {
        match unresolved(item) {
            Some(unresolved) => run.unresolved.push(unresolved),
            None => run
                .skipped
                .push(nameless(format!("/result/unresolved/{position}"))),
        }
    }
    for (position, item) in required_list(result, "unparsed")?.iter().enumerate() {
        match unparsed(item) {
            Some(unparsed) => run.unparsed.push(unparsed),
            None => run.skipped.push(nameless(format!("/result/unparsed/{position}"))),
        }
    }
    Ok(())
}

fn nameless(pointer: String) -> Skipped {
    Skipped {
        pointer,
        reason: "the entry does not say which package it is about".to_owned(),
    }
}

fn error(item: &Value) -> Option<SolveError> {
    let item = item.as_object()?;
    let details = item.get("details");
    let detail = details.and_then(Value::as_object);
    let message = detail
        .and_then(|detail| text(detail, &["message"]))
        .or_else(|| match details {
            Some(Value::String(text)) => Some(text.clone()),
            _ => text(item, &["message"]),
        });
    // What the failing command said tells more than that it failed.
    let said = detail.and_then(|detail| text(detail, &["stderr"]));
    let message = match (message, said) {
        (Some(message), Some(said)) if !message.contains(said.trim()) => Some(format!("{message}\n{said}")),
        (message, said) => message.or(said),
    };
    Some(SolveError {
        name: text(item, &["package_name", "package"])?,
        version: text(item, &["package_version", "version"]),
        index: text(item, &["index_url", "index"]),
        error_class: text(item, &["type"]).unwrap_or_else(|| "unknown".to_owned()),
        message,
        return_code: detail.and_then(|detail| integer(detail, "return_code")),
    })
}

fn unresolved(item: &Value) -> Option<Unresolved> {
    let item = item.as_object()?;
    Some(Unresolved {
        name: text(item, &["package_name", "package"])?,
        specifier: text(
            item,
            &["version_spec", "required_version", "specifier", "version"],
        ),
        index: text(item, &["index_url", "index"]),
    })
}

fn unparsed(item: &Value) -> Option<Unparsed> {
    if let Some(requirement) = item.as_str() {
        return Some(Unparsed {
            requirement: requirement.to_owned(),
            details: None,
        });
    }
    let item = item.as_object()?;
    Some(Unparsed {
        requirement: text(item, &["requirement"])?,
        details: text(item, &["details"]).or_else(|| {
            list(item, "details").and_then(|details| details.first()?.as_str().map(str::to_owned))
        }),
    })
}
