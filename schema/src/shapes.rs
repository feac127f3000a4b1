//! Documents of neither an envelope nor the predecessor, as other programs write them. None says when it was made: the
//! newest time it states counts, else the start of the epoch, so that whatever has a time is newer.

mod installed;
mod warehouse;

use serde_json::{Map, Value};

use crate::document::{Parts, Payload, Producer, SCHEMA_VERSION, unknown_kind};
use crate::error::Fault;
use crate::legacy;
use crate::release::Release;

/// Reads one shape.
pub(crate) type Reader = fn(&Value) -> Result<Parts, Fault>;

/// The reader of the shape that an object has, told by its keys.
pub(crate) fn reader(object: &Map<String, Value>) -> Option<Reader> {
    let has = |key: &str| object.contains_key(key);
    let holds = |parent: &str, key: &str| object.get(parent).is_some_and(|parent| parent.get(key).is_some());
    if has("id") && has("modified") && (has("affected") || has("withdrawn")) {
        return Some(crate::advisory::read);
    }
    if has("units") {
        return Some(crate::rules::read_prescription);
    }
    if holds("info", "name") && (has("releases") || has("urls")) {
        return Some(warehouse::read);
    }
    if holds("metadata", "Name") && holds("metadata", "Version") {
        return Some(installed::read_distribution);
    }
    if has("package_name") && has("package_version") && (has("dependencies") || has("importlib_metadata")) {
        return Some(installed::read_tree_item);
    }
    let known = legacy::inspection::reader(object).or_else(|| legacy::security_indicator::reader(object));
    if known.is_some() {
        return known;
    }
    let is_head = has("analyzer") && (has("analyzer_version") || has("arguments"));
    (is_head || holds("metadata", "analyzer")).then_some(head_alone)
}

/// What the predecessor says of a run, without what the run found.
fn head_alone(_: &Value) -> Result<Parts, Fault> {
    Err(unknown_kind(
        "the object is the head of a document of the predecessor without its result: nothing is said in it"
            .to_owned(),
    )
    .at("/result")
    .remedy("send the whole document, with `metadata` and `result`"))
}

/// The parts of a document of releases.
fn parts(generation: &str, program: &str, produced_at: Option<String>, releases: Vec<Release>) -> Parts {
    Parts {
        schema_version: SCHEMA_VERSION,
        generation: generation.to_owned(),
        producer: Producer {
            name: program.to_owned(),
            version: "unknown".to_owned(),
        },
        produced_at: produced_at.unwrap_or_else(|| crate::time::EPOCH.to_owned()),
        origin: None,
        upstream_id: None,
        environment: None,
        unknown_keys: releases.iter().map(|release| release.unknown_keys).sum(),
        payload: Payload::Release(releases),
    }
}
