//! What the request accepts and refuses.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use thoth_schema::error::{ErrorCode, Fault};

/// What a request accepts and refuses beyond versions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Policy {
    /// Ids and aliases of advisories that are not held against a release.
    pub accepted_advisories: BTreeSet<String>,
    /// Where the type is `security`: the least severity, 0 to 10, of an advisory that removes a release.
    pub min_severity: f64,
    /// Licences.
    pub licences: LicencePolicy,
    /// Processor of the machine the stack is for, as `VENDOR-FAMILY-MODEL`, such as `GenuineIntel-6-85`; figures that
    /// were measured elsewhere do not count then.
    pub hardware: Option<String>,
}

/// Licences by their SPDX id. Nothing named: nobody asks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LicencePolicy {
    /// Where any is named, a release must be usable under one of these.
    pub allowed: BTreeSet<String>,
    /// Never these.
    pub denied: BTreeSet<String>,
}

impl LicencePolicy {
    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.allowed.is_empty() && self.denied.is_empty()
    }
}

impl Policy {
    /// The same policy, looked over.
    ///
    /// # Errors
    ///
    /// `INVALID_ARGUMENT` for a licence that SPDX does not list, or a severity outside 0 to 10.
    pub fn checked(self) -> Result<Self, Fault> {
        let named = self.licences.allowed.iter().chain(&self.licences.denied);
        for licence in named {
            if spdx::license_id(licence).is_none() {
                return Err(Fault::new(
                    ErrorCode::InvalidArgument,
                    format!("`{licence}` is no licence on the list of SPDX"),
                )
                .remedy("write ids as SPDX does, such as MIT, Apache-2.0 or GPL-3.0-only"));
            }
        }
        if !(0.0..=10.0).contains(&self.min_severity) {
            return Err(Fault::new(
                ErrorCode::InvalidArgument,
                format!("a severity of {} is outside 0 to 10", self.min_severity),
            )
            .remedy("name a severity as CVSS has them, such as 7"));
        }
        Ok(self)
    }
}
