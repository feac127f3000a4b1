//! Observations: what was seen of a release or a stack, where, and which document says so.

use super::{Batch, Source};
use thoth_cypher::{
    Statement, Value, WRITE_OBSERVATIONS, WRITE_OBSERVED_IN, WRITE_OBSERVED_OF, WRITE_OBSERVED_ON,
    WRITE_OBSERVED_STACKS, WRITE_OBSERVED_VERSIONS, map,
};

/// One observation. A single measured figure is `metric`, `value` and `unit`; figures that only mean something together
/// are the parallel lists `metrics` and `values`. Parameters are `name=value`, sorted by name.
#[derive(Debug, Default)]
pub(super) struct Finding<'document> {
    /// `solve`, `build`, `test`, `performance`, `security`, `provenance`.
    pub(super) kind: &'static str,
    /// `pass` or `fail`, where it can be told.
    pub(super) outcome: Option<&'document str>,
    pub(super) error_class: Option<&'document str>,
    pub(super) message: Option<&'document str>,
    /// Sortable time; the time of the document where the observation has none of its own.
    pub(super) observed_at: Option<&'document str>,
    /// The program that observed, or the component that was measured.
    pub(super) component: Option<&'document str>,
    pub(super) metric: Option<&'document str>,
    pub(super) value: Option<f64>,
    pub(super) unit: Option<&'document str>,
    pub(super) metrics: Vec<String>,
    pub(super) values: Vec<f64>,
    pub(super) parameters: Vec<String>,
}

/// What an observation hangs on, by its key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Subject<'key> {
    /// It was seen of this release.
    Version(&'key str),
    /// It was seen of this stack.
    Stack(&'key str),
    /// It was seen in this environment.
    Environment(&'key str),
    /// It was seen in this inspection.
    Inspection(&'key str),
    /// It was seen on this machine.
    Hardware(&'key str),
}

impl Subject<'_> {
    fn relation(&self) -> (&'static Statement, &str) {
        match self {
            Subject::Version(key) => (&WRITE_OBSERVED_VERSIONS, key),
            Subject::Stack(key) => (&WRITE_OBSERVED_STACKS, key),
            Subject::Environment(key) => (&WRITE_OBSERVED_IN, key),
            Subject::Inspection(key) => (&WRITE_OBSERVED_OF, key),
            Subject::Hardware(key) => (&WRITE_OBSERVED_ON, key),
        }
    }
}

impl Batch {
    /// Adds an observation at a position of its document, which must be its own, with everything it hangs on.
    pub(super) fn observe(
        &mut self,
        source: &Source<'_>,
        position: &str,
        finding: &Finding<'_>,
        subjects: &[Subject<'_>],
    ) {
        let key = format!("{}/{position}", source.document);
        let list = |items: &[String]| super::release::unless_empty(items.to_vec());
        let values: Vec<Value> = finding.values.iter().copied().map(Value::from).collect();
        let row = map! {
            "key" => &key, "document" => source.document, "kind" => finding.kind, "outcome" => finding.outcome,
            "errorClass" => finding.error_class, "message" => finding.message,
            "observedAt" => finding.observed_at.unwrap_or(source.produced_at), "component" => finding.component,
            "metric" => finding.metric, "value" => finding.value, "unit" => finding.unit,
            "metrics" => list(&finding.metrics),
            "values" => if values.is_empty() { Value::Null } else { values.into() },
            "parameters" => list(&finding.parameters),
        };
        self.put(&WRITE_OBSERVATIONS, key.clone(), row);
        for subject in subjects {
            let (statement, target) = subject.relation();
            let row = map! { "observation" => &key, "target" => target };
            self.put(statement, format!("{target} {key}"), row);
        }
    }
}
