//! What was advised, for whom.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Fault;
use crate::json as json_input;

/// What was advised, for whom.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdviceRecord {}

impl AdviceRecord {
    /// Reads the payload of an envelope; the number counts keys that were not understood.
    pub(crate) fn from_value(value: &Value, base: &str) -> Result<(AdviceRecord, usize), Fault> {
        Ok((json_input::typed(value, base)?, 0))
    }
}
