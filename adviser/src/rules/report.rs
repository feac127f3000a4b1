//! What an advice says of the rules.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::advice::Reason;

/// What the rules did to one advice.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RulesReport {
    /// Rules that concern a package in reach, or every request.
    pub considered: usize,
    /// Those of them that are in effect: meant for requests like this one.
    pub in_effect: usize,
    /// Those that are not applied although they might be meant, and why.
    pub skipped: Vec<SkippedRule>,
    /// Why the rules end the advice; empty where they do not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refusals: Vec<Reason>,
    /// Changes of manifests that go with the stacks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub manifest_changes: Vec<ManifestChange>,
}

/// A rule that is not applied.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SkippedRule {
    /// Key of its node.
    pub rule: String,
    /// Why.
    pub reason: String,
}

/// A change of a manifest that a rule advises with a stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ManifestChange {
    /// Key of the rule.
    pub rule: String,
    /// The stack, by its place from 0.
    pub stack: usize,
    /// The change as the rule has it: apiVersion, kind and an RFC 6902 patch.
    pub change: Value,
}
