//! A set of rules.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Fault;
use crate::json as json_input;

/// A set of rules.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RuleSet {}

impl RuleSet {
    /// Reads the payload of an envelope; the number counts keys that were not understood.
    pub(crate) fn from_value(value: &Value, base: &str) -> Result<(RuleSet, usize), Fault> {
        Ok((json_input::typed(value, base)?, 0))
    }
}
