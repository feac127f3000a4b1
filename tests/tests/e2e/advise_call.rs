//! `thoth advise` as these tests call it: a question made into arguments and files, an answer read back.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use pep440_rs::Version;
use serde_json::{Value, json};
use tempfile::TempDir;
use thoth_tests::binary::Thoth;

use crate::hashed_score::sha256_hex;
use crate::lock_checker::{Candidate, Pinned, Pins, Releases};

/// Where the knowledge comes from.
#[derive(Debug, Clone)]
pub(crate) enum Knowledge {
    /// A file of records, loaded for the one run.
    File(PathBuf),
    /// An embedded graph on disk.
    Graph(PathBuf),
}

/// One question to `thoth advise`. Absent options are not given on the command line.
#[derive(Debug, Clone, Default)]
pub(crate) struct Question {
    pub(crate) requirements: Vec<String>,
    pub(crate) constraints: Vec<String>,
    /// Further lines of the requirements file, such as `--only-binary name`.
    pub(crate) file_lines: Vec<String>,
    pub(crate) python: Option<String>,
    pub(crate) platform: Option<String>,
    /// The object of marker values (and `glibc`).
    pub(crate) environment: Option<Value>,
    pub(crate) prerelease: Option<String>,
    pub(crate) as_of: Option<String>,
    pub(crate) predictor: String,
    pub(crate) count: Option<usize>,
    /// Name, version and score; `None` leaves the scoring to the recommendation type.
    pub(crate) scores: Option<Vec<(String, String, f64)>>,
    /// Further arguments.
    pub(crate) arguments: Vec<String>,
    /// The releases in use.
    pub(crate) lock: Option<BTreeMap<String, String>>,
}

/// One stack of an answer.
#[derive(Debug, Clone)]
pub(crate) struct AnsweredStack {
    pub(crate) score: f64,
    pub(crate) pins: Pins,
    pub(crate) extras: BTreeMap<String, BTreeSet<String>>,
    /// Sum of the scores of the pins, where each has one.
    pub(crate) sum_of_pins: f64,
}

/// What `thoth advise` said.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) code: Option<i32>,
    pub(crate) outcome: String,
    pub(crate) stacks: Vec<AnsweredStack>,
    /// Number of stacks as decimal digits.
    pub(crate) stacks_in_space: String,
    pub(crate) space_is_exact: bool,
    pub(crate) optimal: bool,
    pub(crate) conflict_requirements: Vec<String>,
    pub(crate) conflict_sentences: usize,
    pub(crate) missing: BTreeSet<String>,
    /// Package and reason to count.
    pub(crate) pruned: BTreeMap<(String, String), u64>,
    /// The whole answer.
    pub(crate) value: Value,
}

/// Asks and reads the answer.
///
/// # Errors
/// What was wrong with the call or the answer, in one text.
pub(crate) fn ask(question: &Question, knowledge: &Knowledge, deadline: Duration) -> Result<Answer, String> {
    let folder = tempfile::tempdir().map_err(|fault| fault.to_string())?;
    let arguments = arguments(question, knowledge, &folder)?;
    let run = || {
        Thoth::new()
            .args(arguments.iter().map(String::as_str))
            .deadline(deadline)
            .run()
    };
    // A run past its deadline panics; here it is one failure among others.
    let output = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run))
        .map_err(|_| format!("no answer after {deadline:?}"))?;
    let value: Value = serde_json::from_str(&output.stdout).map_err(|_| {
        format!(
            "exit {:?}, stdout is no JSON: {}{}",
            output.code,
            shortened(&output.stdout),
            shortened(&output.stderr)
        )
    })?;
    read_answer(&value, output.code)
        .ok_or_else(|| format!("the answer lacks a field: {}", shortened(&output.stdout)))
}

fn shortened(text: &str) -> String {
    text.chars().take(800).collect()
}

fn arguments(question: &Question, knowledge: &Knowledge, folder: &TempDir) -> Result<Vec<String>, String> {
    let mut arguments = vec!["advise".to_owned()];
    let mut option = |name: &str, value: &str| arguments.extend([name.to_owned(), value.to_owned()]);
    match knowledge {
        Knowledge::File(path) => option("--knowledge", &path.to_string_lossy()),
        Knowledge::Graph(path) => option("--graph", &format!("embedded:{}", path.display())),
    }
    option("--format", "json");
    option("--predictor", &question.predictor);
    option("--budget-millis", "60000");
    for (name, value) in [
        ("--python-version", &question.python),
        ("--platform", &question.platform),
        ("--prerelease", &question.prerelease),
        ("--as-of", &question.as_of),
    ] {
        if let Some(value) = value {
            option(name, value);
        }
    }
    if let Some(lock) = &question.lock {
        let lines: Vec<String> = lock
            .iter()
            .map(|(name, version)| format!("{name}=={version}"))
            .collect();
        option("--lock", &write(folder.path(), "lock.txt", &lines.join("\n"))?);
    }
    if let Some(count) = question.count {
        option("--count", &count.to_string());
    }
    if let Some(environment) = &question.environment {
        option(
            "--environment",
            &write(folder.path(), "environment.json", &environment.to_string())?,
        );
    }
    if let Some(scores) = &question.scores {
        option(
            "--scores",
            &write(folder.path(), "scores.jsonl", &score_lines(scores))?,
        );
    }
    if !question.constraints.is_empty() {
        option(
            "-c",
            &write(folder.path(), "constraints.txt", &question.constraints.join("\n"))?,
        );
    }
    // An empty request is an empty file: without any requirement argument the command line would be incomplete.
    if !question.file_lines.is_empty() || question.requirements.is_empty() {
        option(
            "-r",
            &write(folder.path(), "requirements.txt", &question.file_lines.join("\n"))?,
        );
    }
    arguments.extend(question.arguments.iter().cloned());
    arguments.extend(question.requirements.iter().cloned());
    Ok(arguments)
}

fn score_lines(scores: &[(String, String, f64)]) -> String {
    let mut lines = String::new();
    for (name, version, score) in scores {
        // Writing to a string cannot fail.
        writeln!(
            lines,
            "{}",
            json!({"name": name, "version": version, "score": score})
        )
        .ok();
    }
    lines
}

fn write(folder: &Path, name: &str, text: &str) -> Result<String, String> {
    let path = folder.join(name);
    fs::write(&path, format!("{text}\n")).map_err(|fault| format!("{}: {fault}", path.display()))?;
    Ok(path.to_string_lossy().into_owned())
}

fn read_answer(value: &Value, code: Option<i32>) -> Option<Answer> {
    let search = &value["search"];
    let texts = |list: &Value| -> Vec<String> {
        list.as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    };
    let missing = value["missing"]
        .as_array()?
        .iter()
        .filter_map(|one| one["package"].as_str());
    let pruned = value["pruned"].as_array()?.iter().filter_map(|one| {
        let key = (
            one["package"].as_str()?.to_owned(),
            one["reason"].as_str()?.to_owned(),
        );
        Some((key, one["count"].as_u64()?))
    });
    Some(Answer {
        code,
        outcome: value["outcome"].as_str()?.to_owned(),
        stacks: value["stacks"]
            .as_array()?
            .iter()
            .map(read_stack)
            .collect::<Option<_>>()?,
        stacks_in_space: match &search["stacksInSpace"] {
            Value::String(digits) => digits.clone(),
            other => other.to_string(),
        },
        space_is_exact: search["spaceIsExact"].as_bool()?,
        optimal: search["optimal"].as_bool()?,
        conflict_requirements: texts(&value["conflict"]["requirements"]),
        conflict_sentences: texts(&value["conflict"]["sentences"]).len(),
        missing: missing.map(str::to_owned).collect(),
        pruned: pruned.collect(),
        value: value.clone(),
    })
}

fn read_stack(stack: &Value) -> Option<AnsweredStack> {
    let mut pins = Pins::new();
    let mut extras = BTreeMap::new();
    let mut sum_of_pins = 0.0;
    for pin in stack["pins"].as_array()? {
        let name = pin["name"].as_str()?.to_owned();
        let version = Version::from_str(pin["version"].as_str()?).ok()?;
        let index = pin["index"].as_str().map(str::to_owned);
        let asked = pin["extras"]
            .as_array()?
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        extras.insert(name.clone(), asked);
        sum_of_pins += pin["score"].as_f64()?;
        if pins.insert(name, Pinned { version, index }).is_some() {
            return None;
        }
    }
    Some(AnsweredStack {
        score: stack["score"].as_f64()?,
        pins,
        extras,
        sum_of_pins,
    })
}

/// Fields of a record that the checker has no use for.
#[derive(Debug, Clone, Default)]
pub(crate) struct RecordExtras {
    pub(crate) upload_time: Option<String>,
    pub(crate) provides_extra: Vec<String>,
    pub(crate) license: Option<String>,
}

/// The line of a record file for one release.
pub(crate) fn record_line(name: &str, candidate: &Candidate, extras: &RecordExtras) -> String {
    let artifact = |filename: &String| {
        let kind = if filename.ends_with(".whl") {
            "wheel"
        } else {
            "sdist"
        };
        let mut artifact = json!({
            "filename": filename, "kind": kind, "sha256": sha256_hex(filename), "yanked": candidate.yanked,
        });
        set(&mut artifact, "upload_time", extras.upload_time.as_deref());
        set(
            &mut artifact,
            "requires_python",
            candidate.requires_python.as_deref(),
        );
        artifact
    };
    let artifacts: Vec<Value> = candidate.artifacts.iter().map(artifact).collect();
    let mut record = json!({
        "name": name,
        "version": candidate.version.to_string(),
        "requires_dist": candidate.requires_dist,
        "yanked": candidate.yanked,
        "artifacts": artifacts,
        "provides_extra": extras.provides_extra,
    });
    set(&mut record, "upload_time", extras.upload_time.as_deref());
    set(&mut record, "license", extras.license.as_deref());
    set(
        &mut record,
        "requires_python",
        candidate.requires_python.as_deref(),
    );
    set(
        &mut record,
        "index",
        Some(candidate.index.as_str()).filter(|index| *index != DEFAULT_INDEX),
    );
    record.to_string()
}

/// The index of a record that names none.
pub(crate) const DEFAULT_INDEX: &str = "default";

fn set(object: &mut Value, key: &str, text: Option<&str>) {
    if let Some(text) = text {
        object[key] = Value::from(text);
    }
}

/// Writes a record file of releases that have nothing but what the checker knows.
///
/// # Panics
/// When the file cannot be written.
pub(crate) fn write_records(releases: &Releases, path: &Path) {
    let mut lines = String::new();
    for (name, candidates) in releases {
        for candidate in candidates {
            lines.push_str(&record_line(name, candidate, &RecordExtras::default()));
            lines.push('\n');
        }
    }
    fs::write(path, lines).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
}

/// Marker values of one of the four platforms the command line knows, for the checker.
///
/// # Panics
/// When the platform is unknown.
pub(crate) fn marker_values(platform: &str, python: &str) -> Value {
    // sys_platform, platform_system, os_name, platform_machine
    let (sys, system, os, machine) = match platform {
        "linux-x86_64" => ("linux", "Linux", "posix", "x86_64"),
        "linux-aarch64" => ("linux", "Linux", "posix", "aarch64"),
        "macos-arm64" => ("darwin", "Darwin", "posix", "arm64"),
        "windows-x86_64" => ("win32", "Windows", "nt", "AMD64"),
        other => panic!("there is no platform {other}"),
    };
    let short = python.split('.').take(2).collect::<Vec<_>>().join(".");
    let full = if python == short {
        latest_patch(python)
    } else {
        python.to_owned()
    };
    json!({
        "implementation_name": "cpython", "implementation_version": full, "os_name": os,
        "platform_machine": machine, "platform_python_implementation": "CPython", "platform_release": "5.14.0",
        "platform_system": system, "platform_version": "#1 SMP", "python_full_version": full,
        "python_version": short, "sys_platform": sys,
    })
}

/// The patch release that stands for a minor version of Python in all recorded cases.
fn latest_patch(short: &str) -> String {
    let patch = match short {
        "2.7" => 18,
        "3.5" => 10,
        "3.6" => 15,
        "3.7" => 16,
        "3.8" | "3.9" => 18,
        "3.10" => 13,
        "3.11" => 7,
        "3.12" => 1,
        _ => 0,
    };
    format!("{short}.{patch}")
}
