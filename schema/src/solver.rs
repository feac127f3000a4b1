//! What a solver saw: releases installed, or not, in one environment.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Fault;
use crate::json;
use crate::release::{Release, null_as_default};

/// One run of a solver in one environment.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SolverRun {
    /// PEP 508 variables of the environment, as far as stated.
    #[serde(default, deserialize_with = "null_as_default")]
    pub environment: BTreeMap<String, String>,
    /// The platform, such as `linux-x86_64`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// Operating system, such as `fedora`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_name: Option<String>,
    /// Version of the operating system, such as `31`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_version: Option<String>,
    /// Python as `3.7`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub python_version: Option<String>,
    /// Version of the solver.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub solver_version: Option<String>,
    /// When the run ended, RFC 3339 `Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_at: Option<String>,
    /// How long the run took, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<f64>,
    /// Releases that installed and whose metadata was read.
    #[serde(default, deserialize_with = "null_as_default")]
    pub results: Vec<SolvedRelease>,
    /// Releases that did not install.
    #[serde(default, deserialize_with = "null_as_default")]
    pub errors: Vec<SolveError>,
    /// What was asked for and no index had.
    #[serde(default, deserialize_with = "null_as_default")]
    pub unresolved: Vec<Unresolved>,
    /// Requirements that could not be read.
    #[serde(default, deserialize_with = "null_as_default")]
    pub unparsed: Vec<Unparsed>,
    /// Parts of the document that could not be used, and why. Not read from our own documents.
    #[serde(skip)]
    pub skipped: Vec<Skipped>,
}

/// One release that installed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SolvedRelease {
    /// Its metadata; artifacts are only listed where their names are known.
    pub release: Release,
    /// sha256 of all its files on the index, lower-case hexadecimal, sorted.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub sha256: Vec<String>,
    /// The version as asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_version: Option<String>,
    /// Dotted names one can import; absent where not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packages: Option<Vec<String>>,
    /// SPDX identifier or, where there is none, the name of the licence that was recognised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license_identifier: Option<String>,
}

/// One release that did not install.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SolveError {
    /// The package as stated.
    pub name: String,
    /// The version as stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The index as stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
    /// The class of the error, such as `command_error`.
    pub error_class: String,
    /// What was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Exit code of the command that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_code: Option<i64>,
}

/// A requirement no index could satisfy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Unresolved {
    /// The package as stated.
    pub name: String,
    /// The specifier as stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specifier: Option<String>,
    /// The index as stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
}

/// A requirement that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Unparsed {
    /// The text.
    pub requirement: String,
    /// Why it could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
}

/// A part of a document that could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// JSON pointer of the part.
    pub pointer: String,
    /// Why it could not be used.
    pub reason: String,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It worked.
    Pass,
    /// It did not.
    Fail,
}

impl Outcome {
    /// `pass` or `fail`.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Pass => "pass",
            Outcome::Fail => "fail",
        }
    }
}

/// One observation of kind `solve`: a release did, or did not, install in the environment of the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SolveObservation<'run> {
    /// Position in the run: results first, then errors; stable for a document.
    pub position: usize,
    /// The package as stated.
    pub name: &'run str,
    /// The version as stated.
    pub version: Option<String>,
    /// The index as stated.
    pub index: Option<&'run str>,
    /// Whether it installed.
    pub outcome: Outcome,
    /// The class of the error of a failure.
    pub error_class: Option<&'run str>,
    /// What was said about a failure.
    pub message: Option<&'run str>,
}

const RUN_KEYS: &[&str] = &[
    "environment",
    "platform",
    "osName",
    "osVersion",
    "pythonVersion",
    "solverVersion",
    "observedAt",
    "durationSeconds",
    "results",
    "errors",
    "unresolved",
    "unparsed",
];

impl SolverRun {
    /// Reads the payload of a `solver` envelope.
    pub(crate) fn from_value(value: &Value, base: &str) -> Result<(SolverRun, usize), Fault> {
        let mut run: SolverRun = json::typed(value, base)?;
        if let Some(stated) = &run.observed_at {
            run.observed_at = Some(crate::time::normalise(stated).ok_or_else(|| {
                json::violation(
                    format!("`{stated}` is not a time of RFC 3339"),
                    &format!("{base}/observedAt"),
                )
            })?);
        }
        let mut unknown = json::unknown_keys(value, RUN_KEYS);
        for (position, solved) in run.results.iter_mut().enumerate() {
            let place = format!("{base}/results/{position}/release");
            if let Some(stated) = value.pointer(&format!("/results/{position}/release")) {
                solved.release = Release::from_value(stated, &place)?;
            }
            unknown += solved.release.unknown_keys;
        }
        Ok((run, unknown))
    }

    /// What the run observed, in the order of the document.
    pub fn observations(&self) -> impl Iterator<Item = SolveObservation<'_>> {
        let passed = self
            .results
            .iter()
            .enumerate()
            .map(|(position, solved)| SolveObservation {
                position,
                name: solved.release.name.as_ref(),
                version: Some(solved.release.version.to_string()),
                index: solved.release.index.as_deref(),
                outcome: Outcome::Pass,
                error_class: None,
                message: None,
            });
        let failed = self
            .errors
            .iter()
            .enumerate()
            .map(|(position, error)| SolveObservation {
                position: self.results.len() + position,
                name: &error.name,
                version: error.version.clone(),
                index: error.index.as_deref(),
                outcome: Outcome::Fail,
                error_class: Some(&error.error_class),
                message: error.message.as_deref(),
            });
        passed.chain(failed)
    }
}
