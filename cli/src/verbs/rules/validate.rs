//! Checks rule files: what is wrong with each, with all together, and with the tests beside them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::Value;
use thoth_adviser::rules::{FindingKind, Unit, trial};
use thoth_ingest::reader::input_files;
use thoth_ingest::rule_file::{RuleFile, is_rule_file};
use thoth_schema::document::{Limits, Payload};
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::rules::RuleKind;

use super::args::ValidateArgs;
use super::report::{Found, Report};
use crate::output::Output;

/// The units of one name in one kind and namespace, and where the first stands.
type Named = BTreeMap<(RuleKind, String, String), String>;

/// Validates files and folders.
///
/// # Errors
/// `NOT_FOUND`, `INVALID_ARGUMENT` for paths; what is wrong inside a file is a finding.
pub(super) fn run(args: &ValidateArgs, output: &Output) -> Result<ExitCode, Fault> {
    let files: Vec<PathBuf> = input_files(&args.paths)?
        .into_iter()
        .filter(|path| is_rule_file(path))
        .collect();
    if files.is_empty() {
        return Err(
            Fault::new(ErrorCode::InvalidArgument, "no file of rules is there")
                .remedy("name files that end in .yaml, or a folder of such files"),
        );
    }
    let report = validate(&files);
    report.print(args.format.format, output)
}

/// All findings over the files.
fn validate(files: &[PathBuf]) -> Report {
    let mut report = Report::default();
    let mut named = Named::new();
    let mut wanted = Vec::new();
    for path in files {
        report.files += 1;
        if let Err(fault) = file(path, &mut report, &mut named, &mut wanted) {
            let place = fault
                .pointer
                .clone()
                .unwrap_or_else(|| path.display().to_string());
            report.found(place, "invalid", None, fault.message);
        }
    }
    // Only when all are read is it known what is not there.
    for (place, unit, kind, namespace, name) in wanted {
        if !named.contains_key(&(kind, namespace.clone(), name.clone())) {
            let message = format!(
                "depends on the {} `{namespace}.{name}`, which is in none of the files",
                kind.as_str()
            );
            report.found(place, "unknown-unit", Some(unit), message);
        }
    }
    report
}

/// A unit that another one depends on: place, unit, kind, namespace and name of the other.
type Wanted = (String, String, RuleKind, String, String);

fn file(path: &Path, report: &mut Report, named: &mut Named, wanted: &mut Vec<Wanted>) -> Result<(), Fault> {
    let file = RuleFile::read(path, &Limits::default())?;
    unknown_keys(&file, report);
    let document = file.document()?;
    let Payload::Rules(set) = &document.payload else {
        return Ok(());
    };
    for skipped in &set.skipped {
        report.found(
            file.place(&skipped.pointer),
            "invalid",
            None,
            skipped.reason.clone(),
        );
    }
    let places = places(&file);
    let mut units = Vec::new();
    for rule in &set.rules {
        report.count(&rule.unit_type);
        let base = places
            .get(&(rule.kind, rule.name.clone()))
            .cloned()
            .unwrap_or_default();
        let here = file.place(&base);
        let key = (rule.kind, set.name.clone(), rule.name.clone());
        match named.get(&key) {
            Some(first) => {
                let message = format!("the {} name it too, at {first}", rule.kind.as_str());
                report.found(here.clone(), "named-twice", Some(rule.name.clone()), message);
            }
            None => drop(named.insert(key, here.clone())),
        }
        let (unit, findings) = Unit::read(&set.rule_key(rule), &set.name, rule);
        for finding in &findings {
            let place = file.place(&format!("{base}{}", finding.pointer));
            let message = format!("{}: {}", finding.pointer.trim_start_matches('/'), finding.message);
            report.found(place, finding.kind.as_str(), Some(rule.name.clone()), message);
        }
        if let Some(unit) = unit {
            for (kind, namespace, name) in unit.dependencies() {
                wanted.push((here.clone(), rule.name.clone(), kind, namespace, name));
            }
            units.push(unit);
        } else if !findings.iter().any(|one| one.kind == FindingKind::Invalid) {
            report.found(
                here,
                "invalid",
                Some(rule.name.clone()),
                "is not understood".to_owned(),
            );
        }
    }
    tests(&file, &units, report);
    let beside = path.with_extension("test.yaml");
    if beside.is_file() {
        tests(&RuleFile::read(&beside, &Limits::default())?, &units, report);
    }
    Ok(())
}

/// Keys of the file and of its units that nobody knows.
fn unknown_keys(file: &RuleFile, report: &mut Report) {
    const FILE: &[&str] = &["metadata", "package", "path", "prescription", "tests", "units"];
    const UNIT: &[&str] = &["match", "metadata", "name", "run", "should_include", "type"];
    let check = |value: &Value, pointer: &str, known: &[&str], report: &mut Report| {
        for key in value.as_object().into_iter().flat_map(serde_json::Map::keys) {
            if !known.contains(&key.as_str()) {
                let message = format!("unknown key `{key}`: known are {}", known.join(", "));
                report.found(file.place(&format!("{pointer}/{key}")), "invalid", None, message);
            }
        }
    };
    check(&file.text.value, "", FILE, report);
    let kinds = file.text.value.get("units").and_then(Value::as_object);
    for (kind, units) in kinds.into_iter().flatten() {
        for (position, unit) in units.as_array().into_iter().flatten().enumerate() {
            check(unit, &format!("/units/{kind}/{position}"), UNIT, report);
        }
    }
}

/// The pointers of the units of a file.
fn places(file: &RuleFile) -> BTreeMap<(RuleKind, String), String> {
    let mut places = BTreeMap::new();
    for kind in RuleKind::ALL {
        let base = format!("/units/{}", kind.as_str());
        let units = file.text.value.pointer(&base).and_then(Value::as_array);
        for (position, unit) in units.into_iter().flatten().enumerate() {
            if let Some(name) = unit.get("name").and_then(Value::as_str) {
                places.insert((kind, name.to_owned()), format!("{base}/{position}"));
            }
        }
    }
    places
}

/// Runs the tests of a file over the units.
fn tests(file: &RuleFile, units: &[Unit], report: &mut Report) {
    let Some(stated) = file.tests() else { return };
    let Some(stated) = stated.as_array() else {
        return report.found(
            file.place("/tests"),
            "invalid",
            None,
            "tests must be a list".to_owned(),
        );
    };
    let mut names = BTreeSet::new();
    for (position, test) in stated.iter().enumerate() {
        report.tests += 1;
        let place = file.place(&format!("/tests/{position}"));
        let name = test
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or("without a name");
        if !names.insert(name) {
            report.found(
                place.clone(),
                "named-twice",
                Some(name.to_owned()),
                "the tests name it twice".to_owned(),
            );
        }
        match trial::run(units, test) {
            Ok(wrong) => {
                for message in wrong {
                    report.found(place.clone(), "test-fails", Some(name.to_owned()), message);
                }
            }
            Err(message) => report.found(place, "invalid", Some(name.to_owned()), message),
        }
    }
}

impl Report {
    fn found(&mut self, place: String, kind: &'static str, unit: Option<String>, message: String) {
        self.findings.push(Found {
            place,
            kind,
            unit,
            message,
        });
    }
}
