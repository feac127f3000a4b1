//! Environments that something was observed in.

use super::Batch;
use thoth_cypher::map;

/// What a document says of an environment; every fact is part of its key, so one node never has two descriptions.
#[derive(Debug, Default)]
pub(super) struct EnvironmentFacts<'document> {
    pub(super) os: Option<&'document str>,
    pub(super) os_version: Option<&'document str>,
    pub(super) python: Option<&'document str>,
    pub(super) machine: Option<&'document str>,
    pub(super) implementation: Option<&'document str>,
}

impl Batch {
    /// The key of an environment such as `rhel-9-py3.11-x86_64-cpython`; what is not known is called `unknown` in it.
    pub(super) fn environment(&mut self, facts: &EnvironmentFacts<'_>) -> String {
        let known = |fact: Option<&'_ str>| fact.unwrap_or("unknown").to_owned();
        let (os, os_version) = (known(facts.os), known(facts.os_version));
        let (python, machine) = (known(facts.python), known(facts.machine));
        let suffix = facts
            .implementation
            .map(|name| format!("-{name}"))
            .unwrap_or_default();
        let key = format!("{os}-{os_version}-py{python}-{machine}{suffix}");
        let row = map! {
            "key" => &key, "os" => os, "osVersion" => os_version, "python" => python,
            "implementation" => facts.implementation, "machine" => machine,
        };
        self.environments.entry(key.clone()).or_insert(row);
        key
    }
}
