//! How the requirements of candidates are written, so that an advice can be given again: as their texts.

use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thoth_schema::requirement::Requirement;

type Known = Option<Vec<Arc<Requirement>>>;

pub(crate) fn serialize<S: Serializer>(known: &Known, serializer: S) -> Result<S::Ok, S::Error> {
    let texts = known
        .as_ref()
        .map(|all| all.iter().map(|one| one.text.as_str()).collect::<Vec<_>>());
    texts.serialize(serializer)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Known, D::Error> {
    let Some(texts) = Option::<Vec<String>>::deserialize(deserializer)? else {
        return Ok(None);
    };
    let parsed = texts.iter().map(|text| Requirement::parse(text).map(Arc::new));
    parsed
        .collect::<Result<_, _>>()
        .map(Some)
        .map_err(D::Error::custom)
}
