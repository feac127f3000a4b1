//! Documents of neither an envelope nor the predecessor, as other programs write them.

use serde_json::{Map, Value};

use crate::document::Parts;
use crate::error::Fault;

/// Reads one shape.
pub(crate) type Reader = fn(&Value) -> Result<Parts, Fault>;

/// The reader of the shape that an object has, told by its keys.
pub(crate) fn reader(object: &Map<String, Value>) -> Option<Reader> {
    let has = |key: &str| object.contains_key(key);
    if has("id") && has("modified") && (has("affected") || has("withdrawn")) {
        return Some(crate::advisory::read);
    }
    None
}
