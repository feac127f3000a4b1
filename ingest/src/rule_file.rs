//! Prescription files (`v1`) as people write them: YAML, with the namespace in a file of its own above them.
//!
//! `_prescription_metadata.yaml` names the namespace and release of all files in its folder and below; the path of a set is
//! relative to that folder. Without such a file it is the path as the file was named. Tests that stand beside rules, under
//! `tests` or in a `*.test.yaml`, are no part of the document.

use crate::reader::ReadOptions;
use serde_json::{Map, Value, json};
use std::path::{Component, Path, PathBuf};
use thoth_schema::document::{Document, Limits};
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::rules::yaml::{self, Located};

/// The file that names the namespace.
pub const NAMESPACE_FILE: &str = "_prescription_metadata.yaml";
/// Folders above a file in which its namespace is looked for.
const MAX_FOLDERS_ABOVE: usize = 32;

/// A rule file, read.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleFile {
    /// The file.
    pub path: PathBuf,
    /// What it holds, with lines.
    pub text: Located,
}

/// Whether the name is of a rule file: YAML, and neither hidden, nor a namespace, nor tests alone.
pub fn is_rule_file(path: &Path) -> bool {
    is_yaml(path) && path.file_name().is_some_and(|name| name != NAMESPACE_FILE) && !is_test_file(path)
}

/// Whether the file holds tests alone: `NAME.test.yaml` for the rules of `NAME.yaml`.
pub fn is_test_file(path: &Path) -> bool {
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    is_yaml(path) && stem.is_some_and(|stem| stem.ends_with(".test"))
}

fn is_yaml(path: &Path) -> bool {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    !name.starts_with('.') && (name.ends_with(".yaml") || name.ends_with(".yml"))
}

impl RuleFile {
    /// Reads a file.
    ///
    /// # Errors
    /// `IO_ERROR`, `DOCUMENT_TOO_LARGE`, and faults of [`yaml::read`] at `file:line`.
    pub fn read(path: &Path, limits: &Limits) -> Result<RuleFile, Fault> {
        let text = read_text(path, limits.document_bytes)?;
        let located = yaml::read(&text).map_err(|fault| {
            let line = fault.pointer.as_deref().unwrap_or_default().replace("line ", "");
            fault.at(format!("{}:{line}", path.display()))
        })?;
        Ok(RuleFile {
            path: path.to_owned(),
            text: located,
        })
    }

    /// The tests that stand in the file, as they are.
    pub fn tests(&self) -> Option<&Value> {
        self.text.value.get("tests")
    }

    /// `file:line` of a value.
    pub fn place(&self, pointer: &str) -> String {
        format!("{}:{}", self.path.display(), self.text.line(pointer))
    }

    /// The document that the file stands for.
    ///
    /// # Errors
    /// Faults of the namespace file, and of the document at `file:line`.
    pub fn document(&self) -> Result<Document, Fault> {
        let mut file = match &self.text.value {
            Value::Object(entries) => entries.clone(),
            _ => Map::new(),
        };
        if !file.contains_key("units") {
            return Err(Fault::new(ErrorCode::SchemaViolation, "the file has no units")
                .at(self.place(""))
                .remedy("put the rules under `units`"));
        }
        file.remove("tests");
        let (namespace, path) = namespace(&self.path)?;
        file.entry("path").or_insert(json!(path));
        if let Some(namespace) = namespace {
            file.entry("prescription").or_insert(namespace);
        }
        Document::from_value(&Value::Object(file)).map_err(|fault| {
            let place = self.place(fault.pointer.as_deref().unwrap_or_default());
            fault.at(place)
        })
    }
}

/// The document of a rule file, as the reader of files wants it.
pub(crate) fn document_of(path: &Path, options: &ReadOptions) -> Result<Document, Fault> {
    RuleFile::read(path, &options.limits)?.document()
}

/// The namespace that the nearest folder above names, and the path of the file in it.
fn namespace(path: &Path) -> Result<(Option<Value>, String), Fault> {
    for folder in path.ancestors().skip(1).take(MAX_FOLDERS_ABOVE) {
        let stated = folder.join(NAMESPACE_FILE);
        if !stated.is_file() {
            continue;
        }
        let file = RuleFile::read(&stated, &Limits::default())?;
        let namespace = file.text.value.get("prescription").filter(|one| one.is_object());
        let Some(namespace) = namespace else {
            return Err(
                Fault::new(ErrorCode::SchemaViolation, "the file does not name a namespace")
                    .at(file.place(""))
                    .remedy("write `prescription: {name: …, release: …}`"),
            );
        };
        let inner = path.strip_prefix(folder).unwrap_or(path);
        return Ok((Some(namespace.clone()), slashed(inner)));
    }
    Ok((None, slashed(path)))
}

/// The path with slashes on every platform, without what leads to the working folder.
fn slashed(path: &Path) -> String {
    let parts = path.components().filter_map(|part| match part {
        Component::Normal(part) => part.to_str(),
        Component::ParentDir => Some(".."),
        _ => None,
    });
    parts.collect::<Vec<_>>().join("/")
}

fn read_text(path: &Path, limit: usize) -> Result<String, Fault> {
    let place = path.display().to_string();
    let unreadable = |problem: std::io::Error| {
        Fault::new(ErrorCode::IoError, format!("the file cannot be read: {problem}")).at(place.clone())
    };
    let size = std::fs::metadata(path).map_err(unreadable)?.len();
    if size > limit as u64 {
        let message = format!("the file has {size} bytes, more than the limit of {limit}");
        return Err(Fault::new(ErrorCode::DocumentTooLarge, message).at(place));
    }
    std::fs::read_to_string(path).map_err(unreadable)
}
