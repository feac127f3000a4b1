//! Values learnt by a search, which a later search of the same packages and environment may start from.

use serde::{Deserialize, Serialize};

/// What temporal difference learnt of the releases it tried.
///
/// A value is the learnt sum of the scores of all packages that a package pulls in, directly or not, when
/// the release is chosen; its own score is no part of it. Hence values stay useful when some scores change.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ValueTable {
    /// By package and version, each pair once.
    pub values: Vec<LearntValue>,
}

/// The value of one release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LearntValue {
    /// Normalised package name.
    pub package: String,
    /// PEP 440 version.
    pub version: String,
    /// Expected score of what it pulls in.
    pub value: f64,
    /// How many stacks it rests on.
    pub visits: u64,
}
