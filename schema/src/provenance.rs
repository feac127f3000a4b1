//! What a check of a lock's origins found.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Fault;
use crate::json as json_input;

/// What a check of a lock's origins found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProvenanceReport {}

impl ProvenanceReport {
    /// Reads the payload of an envelope; the number counts keys that were not understood.
    pub(crate) fn from_value(value: &Value, base: &str) -> Result<(ProvenanceReport, usize), Fault> {
        Ok((json_input::typed(value, base)?, 0))
    }
}
