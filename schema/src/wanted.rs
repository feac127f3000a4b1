//! What an advice lacked: the body of a message to whoever solves packages.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{ErrorCode, Fault};

/// The routing key of the message.
pub const KNOWLEDGE_WANTED: &str = "knowledge.wanted.v1";

/// The body of a message on the exchange `thoth.knowledge-wanted`: solve this, an advice could not go on without it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KnowledgeWanted {
    /// The package of which nothing, or not enough, is known; normalised as PEP 503 says.
    pub package: String,
    /// The versions wanted of it, as PEP 440 specifiers; empty for any.
    pub specifier: String,
    /// Who wants it: a release as `name==version`, or `request`.
    pub required_by: String,
    /// Indexes that it may come from, most preferred first; empty for every one that is known.
    pub indexes: Vec<String>,
    /// Where it shall run.
    pub environment: WantedEnvironment,
}

/// The environment of an advice that lacked something.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WantedEnvironment {
    /// Its name, such as `linux-x86_64-py3.11`.
    pub name: String,
    /// PEP 508 `python_full_version`.
    pub python: String,
    /// PEP 508 `sys_platform`.
    pub sys_platform: String,
    /// PEP 508 `platform_machine`.
    pub machine: String,
}

impl KnowledgeWanted {
    /// The body as JSON bytes.
    ///
    /// # Errors
    /// `INTERNAL`, which no such message causes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Fault> {
        serde_json::to_vec(self).map_err(|problem| {
            let message = format!("a message cannot be written: {problem}");
            Fault::new(ErrorCode::Internal, message)
        })
    }
}
