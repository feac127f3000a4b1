//! Documents of neither an envelope nor the predecessor, as other programs write them.

use serde_json::{Map, Value};

use crate::document::Parts;
use crate::error::Fault;
use crate::legacy;

/// Reads one shape.
pub(crate) type Reader = fn(&Value) -> Result<Parts, Fault>;

/// The reader of the shape that an object has, told by its keys.
pub(crate) fn reader(object: &Map<String, Value>) -> Option<Reader> {
    legacy::inspection::reader(object).or_else(|| legacy::security_indicator::reader(object))
}
