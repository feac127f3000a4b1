//! What a check of a lock's origins found.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Fault;
use crate::json as json_input;
use crate::release::null_as_default;
use crate::solver::Skipped;

/// One check of one lock: where its releases come from, and whether their files are those of that place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProvenanceReport {
    /// What the check found; empty where all is well.
    #[serde(default, deserialize_with = "null_as_default")]
    pub findings: Vec<ProvenanceFinding>,
    /// The lock that was checked; absent where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock: Option<Vec<LockedRelease>>,
    /// Why the check did not come to an end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// URLs of the indexes that were admitted; empty for every one.
    #[serde(default, deserialize_with = "null_as_default")]
    pub admitted_indexes: Vec<String>,
    /// Parts of the document that could not be used, and why.
    #[serde(skip)]
    pub skipped: Vec<Skipped>,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProvenanceFinding {
    /// What sort of finding it is, such as `ARTIFACT-DIFFERENT-SOURCE`.
    pub id: String,
    /// How bad it is.
    pub severity: FindingSeverity,
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The package; absent where the finding is about the lock as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// URL of the index that the lock assigns; absent for the default one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
    /// URLs of the indexes that have the release.
    #[serde(default, deserialize_with = "null_as_default")]
    pub found_on: Vec<String>,
    /// The hash at fault, such as `sha256:…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FindingSeverity {
    /// The lock must not be trusted.
    Error,
    /// It deserves a look.
    Warning,
    /// It is good to know.
    Info,
}

impl FindingSeverity {
    /// `error`, `warning` or `info`.
    pub fn as_str(self) -> &'static str {
        match self {
            FindingSeverity::Error => "error",
            FindingSeverity::Warning => "warning",
            FindingSeverity::Info => "info",
        }
    }
}

/// One release of a lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LockedRelease {
    /// The package.
    pub name: String,
    /// The version, without an operator.
    pub version: String,
    /// URL of the index; absent for the default one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
}

const KEYS: &[&str] = &["findings", "lock", "error", "admittedIndexes"];
const FINDING_KEYS: &[&str] = &[
    "id", "severity", "message", "name", "version", "index", "foundOn", "digest",
];

impl ProvenanceReport {
    /// Reads the payload of an envelope; the number counts keys that were not understood.
    pub(crate) fn from_value(value: &Value, base: &str) -> Result<(ProvenanceReport, usize), Fault> {
        let mut report: ProvenanceReport = json_input::typed(value, base)?;
        report.keep_usable(&format!("{base}/findings"), &format!("{base}/lock"));
        let findings = value.get("findings").and_then(Value::as_array);
        let unknown = json_input::unknown_keys(value, KEYS)
            + findings
                .into_iter()
                .flatten()
                .map(|finding| json_input::unknown_keys(finding, FINDING_KEYS))
                .sum::<usize>();
        Ok((report, unknown))
    }

    /// Writes names and versions in their normal form; what has none, and what is about nothing that is known, is listed
    /// as skipped. The pointers are those of the two lists.
    pub(crate) fn keep_usable(&mut self, findings: &str, lock: &str) {
        self.lock = self.lock.take().and_then(|mut releases| {
            for (position, release) in releases.iter_mut().enumerate() {
                // Without one of its releases a lock would be another one.
                let problem = normal(&mut release.name, &mut release.version).err();
                if !self.keep(problem, || format!("{lock}/{position}")) {
                    return None;
                }
            }
            Some(releases)
        });
        let without_lock = self.lock.is_none();
        let mut kept = Vec::with_capacity(self.findings.len());
        for (position, mut finding) in std::mem::take(&mut self.findings).into_iter().enumerate() {
            let problem = match (&mut finding.name, &mut finding.version) {
                (Some(name), Some(version)) => normal(name, version).err(),
                _ if without_lock => {
                    Some("it is about neither a release nor a lock that is known".to_owned())
                }
                _ => None,
            };
            if self.keep(problem, || format!("{findings}/{position}")) {
                kept.push(finding);
            }
        }
        self.findings = kept;
    }

    fn keep(&mut self, problem: Option<String>, pointer: impl Fn() -> String) -> bool {
        let Some(reason) = problem else {
            return true;
        };
        self.skipped.push(Skipped {
            pointer: pointer(),
            reason,
        });
        false
    }
}

fn normal(name: &mut String, version: &mut String) -> Result<(), String> {
    *name = crate::name::package(name)
        .map_err(|fault| fault.message)?
        .to_string();
    *version = crate::version::parse(version.trim_start_matches('='))
        .map_err(|fault| fault.message)?
        .to_string();
    Ok(())
}
