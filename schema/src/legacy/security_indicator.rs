//! Security indicators of the predecessor.
//!
//! | form | generation | figures |
//! |---|---|---|
//! | `{metadata, result}` of bandit | `predecessor YEAR` | findings by severity and confidence and by rule, lines, files |
//! | `{metadata, result}` of cloc | `predecessor YEAR` | lines and files by language |
//! | the flat aggregate of both, bare or as a `result` | `aggregate 2021`, `predecessor YEAR` | both |
//!
//! The release stands in the arguments of the program, under a name that changed (`app.py`, `si-bandit`…), in the aggregate
//! among the figures.
//!
//! The aggregate counts by severity and confidence with the two crossed: it says `SEVERITY.HIGH__CONFIDENCE.LOW` of a finding
//! of low severity and high confidence. It is read the right way round, so that it agrees with the report it aggregates.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::document::{Parts, Payload, Producer, SCHEMA_VERSION};
use crate::error::Fault;
use crate::figure::Figure;
use crate::json::violation;
use crate::legacy::cursor::{Cursor, figure};
use crate::legacy::{parts, produced_at};
use crate::security_indicator::{SecurityFinding, SecurityReport};
use crate::shapes::Reader;
use crate::time::EPOCH;

const SEVERITIES: [&str; 3] = ["LOW", "MEDIUM", "HIGH"];
const CONFIDENCES: [&str; 4] = ["LOW", "MEDIUM", "HIGH", "UNDEFINED"];
/// Told from other figures by its name in every aggregate.
const MARK: &str = "SEVERITY.LOW__CONFIDENCE.LOW";
const TOTALS: &str = "_totals";

const BANDIT_KEYS: &[&str] = &[
    "bandit_version",
    "errors",
    "generated_at",
    "metrics",
    "package_index",
    "package_name",
    "package_version",
    "results",
    "time_of_release",
];

/// Whether a result is of one of the tools.
pub(crate) fn is_report(metadata: &Map<String, Value>, value: &Value) -> bool {
    tool(metadata, value).is_some()
}

fn tool(metadata: &Map<String, Value>, value: &Value) -> Option<&'static str> {
    let result = value.get("result")?.as_object()?;
    let analyzer = metadata
        .get("analyzer")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let has = |key: &str| result.contains_key(key);
    if has(MARK) || analyzer.contains("si-aggregator") {
        Some("aggregated")
    } else if analyzer.contains("bandit") {
        Some("bandit")
    } else if analyzer.contains("cloc") {
        Some("cloc")
    } else {
        None
    }
}

/// The reader of an aggregate without metadata.
pub(crate) fn reader(object: &Map<String, Value>) -> Option<Reader> {
    let has = |key: &str| object.contains_key(key);
    let is_aggregate = has(MARK) || has("analyzer_si_bandit") || has("analyzer_si_cloc");
    (is_aggregate && has("package_name")).then_some(bare as Reader)
}

/// Reads a report with metadata.
pub(crate) fn read(metadata: &Map<String, Value>, value: &Value) -> Result<Parts, Fault> {
    let tool = tool(metadata, value).unwrap_or_default();
    let produced_at = produced_at(metadata)?;
    let result = Cursor::at(value.get("result").unwrap_or(value), "/result")?;
    let mut report = named(&subject(value, &result)?, tool)?;
    report.observed_at = Some(produced_at.clone());
    report.tool_version = metadata
        .get("analyzer_version")
        .and_then(Value::as_str)
        .map(str::to_owned);
    let unknown_keys = match tool {
        "bandit" => bandit(&result, &mut report)?,
        "cloc" => cloc(&result, &mut report)?,
        _ => aggregate(&result, &mut report)?,
    };
    Ok(Parts {
        unknown_keys,
        ..parts(metadata, produced_at, Payload::SecurityIndicator(report))
    })
}

/// Where the release is named: in the result, else in the arguments of whichever part of the program.
fn subject<'value>(value: &'value Value, result: &Cursor<'value>) -> Result<Cursor<'value>, Fault> {
    if result.get("package_name").is_some() {
        return Ok(result.clone());
    }
    let arguments = value.pointer("/metadata/arguments").and_then(Value::as_object);
    let named = arguments
        .into_iter()
        .flatten()
        .find(|(_, part)| part.get("package_name").is_some());
    match named {
        Some((name, part)) => Cursor::at(
            part,
            format!("/metadata/arguments{}", crate::json::pointer(&[name])),
        ),
        None => Err(violation(
            "the document does not say which release it is about",
            "/metadata/arguments",
        )
        .remedy("name it as package_name and package_version in the arguments of the program")),
    }
}

/// A report on the release named here, without figures.
fn named(subject: &Cursor<'_>, tool: &str) -> Result<SecurityReport, Fault> {
    let wanted = |key: &str| {
        subject.text(key)?.ok_or_else(|| {
            violation(
                "the document does not say which release it is about",
                &subject.place(key),
            )
        })
    };
    let package = crate::name::package(&wanted("package_name")?)
        .map_err(|fault| fault.at(subject.place("package_name")))?;
    let version = crate::version::parse(&wanted("package_version")?)
        .map_err(|fault| fault.at(subject.place("package_version")))?;
    Ok(SecurityReport {
        tool: tool.to_owned(),
        tool_version: None,
        package,
        version,
        index: subject.text("package_index")?,
        observed_at: None,
        released_at: None,
        error: None,
        metrics: BTreeMap::new(),
        findings: Vec::new(),
    })
}

fn counter(severity: &str, confidence: &str) -> String {
    format!("SEVERITY.{severity}__CONFIDENCE.{confidence}")
}

fn bandit(result: &Cursor<'_>, report: &mut SecurityReport) -> Result<usize, Fault> {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for severity in SEVERITIES {
        counts.extend(CONFIDENCES.map(|confidence| (counter(severity, confidence), 0)));
    }
    for item in result.objects("results")? {
        let (severity, confidence) = (item.text("issue_severity")?, item.text("issue_confidence")?);
        let word = |stated: &Option<String>| stated.as_deref().unwrap_or("UNDEFINED").to_ascii_uppercase();
        *counts
            .entry(counter(&word(&severity), &word(&confidence)))
            .or_default() += 1;
        let test_id = item
            .text("test_id")?
            .ok_or_else(|| violation("a finding must name its rule", &item.place("test_id")))?;
        *counts.entry(test_id.clone()).or_default() += 1;
        report.findings.push(SecurityFinding {
            test_id,
            severity,
            confidence,
            text: item.text("issue_text")?,
            file: item.text("filename")?,
            line: item.integer("line_number")?,
        });
    }
    counts.insert("findings".to_owned(), count(report.findings.len()));
    counts.insert("errors".to_owned(), count(result.list("errors")?.len()));
    if let Some(files) = result.object("metrics")? {
        counts.insert(
            "files".to_owned(),
            count(files.entries().filter(|(name, _)| *name != TOTALS).count()),
        );
        if let Some(totals) = files.object(TOTALS)? {
            for key in ["loc", "nosec"] {
                report
                    .metrics
                    .extend(totals.figure(key)?.map(|figure| (key.to_owned(), figure)));
            }
        }
    }
    report.metrics.extend(
        counts
            .into_iter()
            .map(|(name, count)| (name, Figure(f64::from(count)))),
    );
    report.observed_at = result.time("generated_at")?.or(report.observed_at.take());
    report.released_at = result.time("time_of_release")?;
    Ok(result.unknown(BANDIT_KEYS))
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Every language is an object of figures, and so is the sum; of the header, what speaks of the source and not of the run.
fn cloc(result: &Cursor<'_>, report: &mut SecurityReport) -> Result<usize, Fault> {
    let mut unknown = 0;
    for (name, value) in result.entries() {
        match name.as_str() {
            "error" => report.error = failure(result)?,
            "header" => {
                if let Some(header) = result.object("header")? {
                    for key in ["n_files", "n_lines"] {
                        report
                            .metrics
                            .extend(header.figure(key)?.map(|figure| (format!("SUM.{key}"), figure)));
                    }
                }
            }
            _ if value.is_object() => {
                if let Some(language) = result.object(name)? {
                    for (key, _) in language.entries() {
                        let figure = language.figure(key)?;
                        report
                            .metrics
                            .extend(figure.map(|figure| (format!("{name}.{key}"), figure)));
                    }
                }
            }
            "package_name" | "package_version" | "package_index" | "time_of_release" => {}
            _ => unknown += 1,
        }
    }
    report.released_at = result.time("time_of_release")?;
    Ok(unknown)
}

/// `error` is a truth value; what went wrong stands in `error_msg` at best.
fn failure(result: &Cursor<'_>) -> Result<Option<String>, Fault> {
    let said = result.text("error_msg")?;
    let has_failed = result.flag("error")?.unwrap_or(false);
    Ok(has_failed.then(|| said.unwrap_or_else(|| "the analysis failed".to_owned())))
}

fn aggregate(result: &Cursor<'_>, report: &mut SecurityReport) -> Result<usize, Fault> {
    const KNOWN: &[&str] = &[
        "analyzer_si_bandit",
        "analyzer_si_cloc",
        "analyzer_version_si_bandit",
        "analyzer_version_si_cloc",
        "bandit_results",
        "cloc_results",
        "datetime_si_bandit",
        "datetime_si_cloc",
        "document_id_si_bandit",
        "document_id_si_cloc",
        "error",
        "error_msg",
        "metadata",
        "package_index",
        "package_name",
        "package_version",
    ];
    let mut unknown = 0;
    for (name, value) in result.entries() {
        if KNOWN.contains(&name.as_str()) || value.is_null() {
            continue;
        }
        match figure(value) {
            Some(figure) => {
                report.metrics.insert(uncrossed(name), figure);
            }
            // A figure that is none breaks the schema, a key of another sort is one that is not known.
            None if name.contains("CONFIDENCE.") || value.is_number() => {
                return Err(violation("a number is wanted here", &result.place(name)));
            }
            None => unknown += 1,
        }
    }
    report.error = failure(result)?;
    Ok(unknown)
}

/// The name of a counter with severity and confidence where they belong.
fn uncrossed(name: &str) -> String {
    let words = name
        .strip_prefix("SEVERITY.")
        .and_then(|rest| rest.split_once("__CONFIDENCE."));
    match words {
        Some((confidence, severity)) => counter(severity, confidence),
        None => name.to_owned(),
    }
}

fn bare(value: &Value) -> Result<Parts, Fault> {
    let stated = Cursor::at(value, "")?;
    let mut report = named(&stated, "aggregated")?;
    let unknown_keys = aggregate(&stated, &mut report)?;
    let times = [
        stated.time("datetime_si_bandit")?,
        stated.time("datetime_si_cloc")?,
    ];
    report.observed_at = crate::time::latest(times.into_iter().flatten());
    let join = |keys: [&str; 2]| -> Result<String, Fault> {
        let words = keys
            .iter()
            .map(|key| stated.text(key))
            .collect::<Result<Vec<_>, Fault>>()?;
        let words: Vec<String> = words.into_iter().flatten().collect();
        Ok(if words.is_empty() {
            "unknown".to_owned()
        } else {
            words.join(", ")
        })
    };
    Ok(Parts {
        schema_version: SCHEMA_VERSION,
        generation: "aggregate 2021".to_owned(),
        producer: Producer {
            name: join(["analyzer_si_bandit", "analyzer_si_cloc"])?,
            version: join(["analyzer_version_si_bandit", "analyzer_version_si_cloc"])?,
        },
        produced_at: report.observed_at.clone().unwrap_or_else(|| EPOCH.to_owned()),
        origin: None,
        upstream_id: stated
            .text("document_id_si_bandit")?
            .or(stated.text("document_id_si_cloc")?),
        environment: None,
        payload: Payload::SecurityIndicator(report),
        unknown_keys,
    })
}
