//! Adapters for the documents of the predecessor, `{"metadata": {…}, "result": {…}}`, of every generation.
//!
//! Each kind has a file; which one reads a document is told by the analyzer that made it and by what its result holds.
//! What a generation lacks stays absent. Times without an offset are UTC. Keys that are not understood are counted; they
//! stay in the stored bytes.

mod advice;
mod advice_request;
pub(crate) mod cursor;
mod dependency_monkey;
mod hardware;
mod image;
pub(crate) mod inspection;
mod inspection_run;
mod lock;
mod pipfile;
pub(crate) mod pipfile_lock;
mod place;
mod provenance;
pub(crate) mod security_indicator;
mod solver;
mod specification;
pub(crate) mod tree;

use serde_json::{Map, Value};

use crate::document::{Parts, Payload, Producer, SCHEMA_VERSION, unknown_kind};
use crate::error::Fault;
use crate::json::violation;
use crate::legacy::tree::{integer, text};

/// Reads `{"metadata", "result"}`.
pub(crate) fn read(value: &Value) -> Result<Parts, Fault> {
    let metadata = object(value, "metadata")?;
    let analyzer = text(metadata, &["analyzer"]).unwrap_or_default();
    let has = |key: &str| value.get("result").and_then(|result| result.get(key)).is_some();
    if analyzer.contains("solver") && has("tree") {
        return solver::read(metadata, value);
    }
    if dependency_monkey::is_report(value) {
        return dependency_monkey::read(metadata, value);
    }
    if analyzer.contains("adviser") && advice::is_advice(metadata, value.get("result")) {
        return advice::read(metadata, value);
    }
    if provenance::is_one(metadata, value) {
        return provenance::read(metadata, value);
    }
    if security_indicator::is_report(metadata, value) {
        return security_indicator::read(metadata, value);
    }
    if image::is_analysis(&analyzer, has) {
        return image::read(metadata, value);
    }
    Err(unknown_kind(format!(
        "a document of `{analyzer}` with such a result is not one this program knows"
    ))
    .at("/metadata/analyzer"))
}

/// What every document of the predecessor has in common.
pub(crate) fn parts(metadata: &Map<String, Value>, produced_at: String, payload: Payload) -> Parts {
    let year = produced_at.split('-').next().unwrap_or_default();
    Parts {
        schema_version: SCHEMA_VERSION,
        generation: format!("predecessor {year}"),
        producer: Producer {
            name: text(metadata, &["analyzer"]).unwrap_or_default(),
            version: text(metadata, &["analyzer_version"]).unwrap_or_else(|| "unknown".to_owned()),
        },
        origin: text(metadata, &["thoth_deployment_name"]),
        upstream_id: text(metadata, &["document_id"]).or_else(|| text(metadata, &["hostname"])),
        environment: None,
        payload,
        unknown_keys: 0,
        produced_at,
    }
}

/// The `result` object.
pub(crate) fn result(value: &Value) -> Result<&Map<String, Value>, Fault> {
    object(value, "result")
}

/// How many keys of an object are not among the known ones.
pub(crate) fn unknown_in(object: &Map<String, Value>, known: &[&str]) -> usize {
    object.keys().filter(|key| !known.contains(&key.as_str())).count()
}

fn object<'value>(value: &'value Value, key: &str) -> Result<&'value Map<String, Value>, Fault> {
    value
        .get(key)
        .and_then(Value::as_object)
        .ok_or_else(|| violation(format!("`{key}` must be an object"), &format!("/{key}")))
}

/// When a document was made.
pub(crate) fn produced_at(metadata: &Map<String, Value>) -> Result<String, Fault> {
    if let Some(stated) = text(metadata, &["datetime"]) {
        return crate::time::normalise(&stated)
            .ok_or_else(|| violation(format!("`{stated}` is not a time"), "/metadata/datetime"));
    }
    integer(metadata, "timestamp")
        .and_then(crate::time::from_epoch_seconds)
        .ok_or_else(|| {
            violation(
                "the document does not say when it was made: neither datetime nor timestamp",
                "/metadata/datetime",
            )
        })
}
