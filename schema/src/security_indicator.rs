//! Static findings in one release.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Fault;
use crate::json as json_input;

/// Static findings in one release.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecurityReport {}

impl SecurityReport {
    /// Reads the payload of an envelope; the number counts keys that were not understood.
    pub(crate) fn from_value(value: &Value, base: &str) -> Result<(SecurityReport, usize), Fault> {
        Ok((json_input::typed(value, base)?, 0))
    }
}
