//! What was advised.

use std::fmt;

use pep508_rs::PackageName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::release::null_as_default;
use crate::version::Version;

/// One advised stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdvisedStack {
    /// Place among the advised stacks, from 1.
    pub rank: u32,
    /// The higher the better.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// Its releases.
    pub pins: Vec<AdvicePin>,
    /// What is to be said of it.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub justifications: Vec<Remark>,
    /// Who brings whom in, as pairs of package names.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub dependencies: Vec<(String, String)>,
    /// Another environment that was advised with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advised_environment: Option<Value>,
    /// Changes to deployment manifests that were advised with it.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub manifest_changes: Vec<Value>,
}

/// One release of a stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AdvicePin {
    /// The package; normalised as PEP 503 says.
    #[schemars(with = "String")]
    pub name: PackageName,
    /// The version; normalised as PEP 440 says.
    #[schemars(with = "String")]
    pub version: Version,
    /// URL or name of the index; absent for the default one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
    /// The extras asked of it.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub extras: Vec<String>,
    /// Hashes of its files, `sha256:…`.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub hashes: Vec<String>,
    /// What it adds to the score of the stack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// Why this release.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub reasons: Vec<Remark>,
    /// Where it is installed only if this marker holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marker: Option<String>,
    /// Whether it is for development only; then it is not part of the stack.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "std::ops::Not::not"
    )]
    pub develop: bool,
}

/// Something that is said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Remark {
    /// `INFO`, `WARNING` or `ERROR`.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// A code from a closed set, SCREAMING_SNAKE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The words.
    pub message: String,
    /// Where to read more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The package it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// The versions of that package it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specifier: Option<String>,
    /// The advisory it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advisory: Option<String>,
}

impl fmt::Display for Remark {
    /// `TYPE CODE package specifier advisory: message (link)`, without what is absent.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for word in [&self.severity, &self.code].into_iter().flatten() {
            write!(formatter, "{word} ")?;
        }
        let about = [&self.package, &self.specifier, &self.advisory];
        let about: Vec<&str> = about.into_iter().flatten().map(String::as_str).collect();
        if !about.is_empty() {
            write!(formatter, "{}: ", about.join(" "))?;
        }
        write!(formatter, "{}", self.message)?;
        match &self.link {
            Some(link) => write!(formatter, " ({link})"),
            None => Ok(()),
        }
    }
}
