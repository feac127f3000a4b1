//! What was asked.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::AdvicePin;
use crate::release::null_as_default;

/// What was asked. What was not stated is absent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdviceRequest {
    /// PEP 508 requirements.
    #[serde(default, deserialize_with = "null_as_default")]
    pub requirements: Vec<String>,
    /// PEP 508 requirements for development only.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub develop_requirements: Vec<String>,
    /// PEP 508 requirements that only restrict versions.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub constraints: Vec<String>,
    /// Indexes that releases may come from, most preferred first.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub indexes: Vec<String>,
    /// The lock that the asker had; absent where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock: Option<Vec<AdvicePin>>,
    /// Where the stack shall run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<AdviceEnvironment>,
    /// What the advice is for, such as `latest` or `security`; lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recommendation_type: Option<String>,
    /// When pre-releases are legal, such as `allow`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prerelease: Option<String>,
    /// How to search, such as `temporal-difference`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predictor: Option<String>,
    /// Seed of random predictors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<i64>,
    /// How many stacks to return at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    /// How many stacks may be scored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<i64>,
    /// How long the search may take, milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_millis: Option<i64>,
    /// Only what was published by then counts, RFC 3339 `Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// Packages that may only be installed from wheels; `:all:` for every one.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub only_binary: Vec<String>,
    /// Packages that may not be installed from wheels; `:all:` for every one.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub no_binary: Vec<String>,
    /// Scores that were given.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub scores: Vec<GivenScore>,
    /// Labels of the request.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub labels: BTreeMap<String, String>,
    /// What the project uses of its libraries, such as `flask.Flask`.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub library_usage: Vec<String>,
    /// Further parameters by name, such as the width of a beam.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub parameters: BTreeMap<String, String>,
    /// For whom, such as the URL of a repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// Through what it was asked, such as `CLI`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_type: Option<String>,
}

/// Where a stack shall run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdviceEnvironment {
    /// The name the asker gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Operating system, such as `rhel`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_name: Option<String>,
    /// Version of the operating system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_version: Option<String>,
    /// Python as `3.8`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub python_version: Option<String>,
    /// The platform, such as `linux-x86_64`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// The image it starts from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_image: Option<String>,
    /// PEP 508 variables.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub variables: BTreeMap<String, String>,
    /// Versions of what else is there, such as `cuda` or `glibc`.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub software: BTreeMap<String, String>,
    /// The hardware, such as `cpuFamily`.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub hardware: BTreeMap<String, String>,
}

/// The score of one release as the asker gave it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GivenScore {
    /// The package.
    pub name: String,
    /// The version.
    pub version: String,
    /// What it adds to the score of a stack.
    pub score: f64,
}
