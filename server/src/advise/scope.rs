//! What the rounds of an advise depend on beside the packages: the parameters of `prune/candidates` that are the same in
//! every round. What was read under one scope answers every request of that scope, whatever versions it asks for.

use std::sync::Arc;

use thoth_cypher::{Params, params};
use thoth_schema::document::sha256_hex;
use thoth_schema::environment::Environment;

use super::AdviseInput;

/// The name of a scope: equal for requests whose rounds read the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Scope(Arc<str>);

impl Scope {
    /// The scope of these parameters.
    pub(super) fn of(shared: &Params) -> Scope {
        let text: Vec<String> = shared
            .iter()
            .map(|(name, value)| format!("{name}={}", value.to_json()))
            .collect();
        Scope(sha256_hex(text.join("\n").as_bytes()).into())
    }

    #[cfg(test)]
    pub(super) fn named(name: &str) -> Scope {
        Scope(name.into())
    }
}

/// The parameters of `prune/candidates` that do not change from round to round.
pub(super) fn shared(input: &AdviseInput, environment: &Environment, as_of: Option<&str>) -> Params {
    let tags = environment.supported_tags();
    // Which of two indexes comes first is a matter of the request.
    let mut indexes = input.indexes.clone();
    indexes.sort_unstable();
    params! {
        "python" => environment.python_order(),
        "sysPlatform" => environment.markers.sys_platform(),
        "machine" => environment.markers.platform_machine(),
        "asOf" => as_of.unwrap_or_default(),
        "indexes" => indexes,
        "pythonAbi" => tags.python_abi,
        "platforms" => tags.platforms,
        "anyPythonAbi" => tags.any_python_abi,
    }
}
