//! What changed on a package index, as one look at it found.

use std::collections::BTreeSet;

use pep508_rs::PackageName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Fault;
use crate::json as json_input;
use crate::release::{check_time, is_sha256, null_as_default};
use crate::solver::Skipped;
use crate::version;

/// What changed on one index.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IndexChanges {
    /// URL of the index, or `default`.
    pub index: String,
    /// When the index was looked at, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_at: Option<String>,
    /// The changes in the order in which they were found; of two that contradict each other the later one holds.
    #[serde(default, deserialize_with = "null_as_default")]
    pub changes: Vec<IndexChange>,
    /// Parts of the document that could not be used, and why.
    #[serde(skip)]
    pub skipped: Vec<Skipped>,
}

/// One change of one release, or of a whole package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IndexChange {
    /// The package; normalised as PEP 503 says.
    #[schemars(with = "String")]
    pub name: PackageName,
    /// The version; normalised as PEP 440 says. Absent where the whole package vanished or returned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What happened.
    pub change: ChangeKind,
    /// Why it was yanked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yanked_reason: Option<String>,
    /// All files of the release, where they are known: a file that is not listed is not on the index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<Vec<IndexFile>>,
}

/// What may happen on an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// A release appeared.
    Released,
    /// A release was yanked (PEP 592).
    Yanked,
    /// A release is not yanked any more.
    Unyanked,
    /// A release, or a whole package, is not there any more.
    Vanished,
    /// A release, or a whole package, is there again.
    Returned,
    /// The files of a release are others than before.
    FilesChanged,
}

/// One file of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IndexFile {
    /// Name of the file.
    pub filename: String,
    /// sha256 of its bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// When it was uploaded, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upload_time: Option<String>,
    /// Whether it is on the index; `false` for one that was there before.
    #[serde(default = "present")]
    pub present: bool,
}

fn present() -> bool {
    true
}

const KEYS: &[&str] = &["index", "observedAt", "changes"];
const CHANGE_KEYS: &[&str] = &["name", "version", "change", "yankedReason", "files"];
const FILE_KEYS: &[&str] = &["filename", "sha256", "size", "uploadTime", "present"];

impl IndexChanges {
    /// Reads the payload of an envelope; the number counts keys that were not understood.
    pub(crate) fn from_value(value: &Value, base: &str) -> Result<(IndexChanges, usize), Fault> {
        let mut read: IndexChanges = json_input::typed(value, base)?;
        if read.index.trim().is_empty() {
            return Err(json_input::violation(
                "an index must have a URL, or be called `default`",
                &format!("{base}/index"),
            ));
        }
        check_time(&mut read.observed_at, &format!("{base}/observedAt"))?;
        let mut usable = Vec::with_capacity(read.changes.len());
        for (position, mut change) in std::mem::take(&mut read.changes).into_iter().enumerate() {
            let place = format!("{base}/changes/{position}");
            change.check(&place)?;
            match change.version.as_deref().map(version::parse) {
                Some(Err(fault)) => read.skipped.push(Skipped {
                    pointer: format!("{place}/version"),
                    reason: fault.message,
                }),
                parsed => {
                    change.version = parsed.and_then(Result::ok).map(|version| version.to_string());
                    usable.push(change);
                }
            }
        }
        read.changes = usable;
        Ok((read, unknown_keys(value)))
    }
}

impl IndexChange {
    fn check(&mut self, place: &str) -> Result<(), Fault> {
        if self.name.as_ref().is_empty() {
            return Err(json_input::violation(
                "a package must have a name",
                &format!("{place}/name"),
            ));
        }
        let of_package = matches!(self.change, ChangeKind::Vanished | ChangeKind::Returned);
        if self.version.is_none() && !of_package {
            return Err(json_input::violation(
                "only a package that vanished or returned goes without a version",
                &format!("{place}/version"),
            ));
        }
        if self.files.is_some() && (self.version.is_none() || self.change == ChangeKind::Vanished) {
            return Err(json_input::violation(
                "only a release that is there has files",
                &format!("{place}/files"),
            ));
        }
        if self.files.is_none() && self.change == ChangeKind::FilesChanged {
            return Err(json_input::violation(
                "a change of files must list the files",
                &format!("{place}/files"),
            ));
        }
        let mut seen = BTreeSet::new();
        for (position, file) in self.files.iter_mut().flatten().enumerate() {
            let place = format!("{place}/files/{position}");
            check_time(&mut file.upload_time, &format!("{place}/uploadTime"))?;
            file.sha256.make_ascii_lowercase();
            if !is_sha256(&file.sha256) {
                return Err(json_input::violation(
                    "a sha256 is 64 hexadecimal digits",
                    &format!("{place}/sha256"),
                ));
            }
            // One name may stand twice: a file that went and the one that came in its place.
            if !seen.insert((file.filename.clone(), file.sha256.clone())) {
                return Err(json_input::violation(
                    format!("the file {} is listed twice", file.filename),
                    &place,
                ));
            }
        }
        Ok(())
    }
}

fn unknown_keys(value: &Value) -> usize {
    let mut unknown = json_input::unknown_keys(value, KEYS);
    for change in items(value, "changes") {
        unknown += json_input::unknown_keys(change, CHANGE_KEYS);
        unknown += items(change, "files")
            .iter()
            .map(|file| json_input::unknown_keys(file, FILE_KEYS))
            .sum::<usize>();
    }
    unknown
}

fn items<'value>(value: &'value Value, key: &str) -> &'value [Value] {
    value
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}
