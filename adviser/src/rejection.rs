//! Why releases are not part of a stack, in the shape of the JSON contract.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thoth_schema::name::PackageName;
use thoth_schema::version::Version;

use crate::advice::Reason;

/// A release that pruning removed before the search, so that the universe does not hold it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// Its version.
    pub version: Version,
    /// Its order key (`thoth_schema::version::order_key`).
    pub order: String,
    /// The index it is on.
    pub index: String,
    /// The clause that removed it, in the words of [`Pruned::reason`](crate::Pruned::reason).
    pub clause: String,
}

/// What pruning removed, by package.
pub type RemovedReleases = BTreeMap<PackageName, Vec<Removed>>;

/// What kind of reason keeps a release out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectionKind {
    /// Nothing is known of it, or not what it requires.
    Unknown,
    /// It is not legal: a clause of the pruning, or the policy of the request.
    Pruned,
    /// A rule, or an observation of several releases together, forbids it.
    Rule,
    /// A requirement keeps it out.
    Conflict,
    /// Nothing requires its package.
    Unneeded,
    /// It would fit, and scores no better.
    Score,
}

/// Why a release is not part of the stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rejection {
    /// Normalised package name.
    pub package: String,
    /// PEP 440 version.
    pub version: String,
    /// The index it is on; empty where it is on none that is known.
    pub index: String,
    /// What kind of reason it is.
    pub kind: RejectionKind,
    /// The reasons, the deciding one first, in at most five sentences.
    pub reasons: Vec<Reason>,
    /// How much less the best stack that holds it scores; absent where no stack holds it, or nobody asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regret: Option<f64>,
    /// Whether it is proven that a stack with it scores no better than that, or that there is none.
    pub proven: bool,
    /// What else the best stack that holds it changes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<PinChange>,
}

/// One package that two stacks pin differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PinChange {
    /// Normalised package name.
    pub package: String,
    /// The version before; absent where it was not part of the stack.
    pub from: Option<String>,
    /// The version after; absent where it is no part of the stack any more.
    pub to: Option<String>,
}

/// A package, or one release of it, that is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The package.
    pub package: PackageName,
    /// The release; `None` for every one.
    pub version: Option<Version>,
}
