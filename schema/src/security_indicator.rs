//! Static findings in one release.

use std::collections::BTreeMap;

use pep508_rs::PackageName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Fault;
use crate::figure::Figure;
use crate::json;
use crate::release::{check_time, null_as_default};
use crate::version::Version;

/// What one tool found in the source of one release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecurityReport {
    /// The tool, such as `bandit` or `cloc`.
    pub tool: String,
    /// Version of the tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_version: Option<String>,
    /// The package; normalised as PEP 503 says.
    #[schemars(with = "String")]
    pub package: PackageName,
    /// The version; normalised as PEP 440 says.
    #[schemars(with = "String")]
    pub version: Version,
    /// URL of the index; absent for the default one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
    /// When the tool ran, RFC 3339 `Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_at: Option<String>,
    /// When the release was published, RFC 3339 `Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released_at: Option<String>,
    /// Why the tool could not do its work; absent where it could.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Figures by name, such as `SEVERITY.LOW__CONFIDENCE.HIGH` or `Python.code`.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub metrics: BTreeMap<String, Figure>,
    /// The findings one by one; they stay in the document.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub findings: Vec<SecurityFinding>,
}

/// One place that a tool does not like.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecurityFinding {
    /// The rule, such as `B101`.
    pub test_id: String,
    /// `LOW`, `MEDIUM`, `HIGH` or `UNDEFINED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// How sure the tool is, in the same words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<String>,
    /// What is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<i64>,
}

impl SecurityReport {
    /// Reads the payload of an envelope; the number counts keys that were not understood.
    pub(crate) fn from_value(value: &Value, base: &str) -> Result<(SecurityReport, usize), Fault> {
        let mut report: SecurityReport = json::typed(value, base)?;
        let written = serde_json::to_value(&report)
            .map_err(|problem| json::violation(format!("the payload cannot be written: {problem}"), base))?;
        if report.tool.trim().is_empty() {
            return Err(json::violation(
                "a report must name its tool",
                &format!("{base}/tool"),
            ));
        }
        if report.package.as_ref().is_empty() {
            return Err(json::violation(
                "a report must name a package",
                &format!("{base}/package"),
            ));
        }
        check_time(&mut report.observed_at, &format!("{base}/observedAt"))?;
        check_time(&mut report.released_at, &format!("{base}/releasedAt"))?;
        Ok((report, json::unread_keys(value, &written)))
    }
}
