//! Documents that the graph states.

use async_graphql::{ID, Object};
use thoth_cypher::Row;

use super::opaque::global_id;

/// The mark of a document in the graph.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    pub(crate) key: String,
    kind: String,
    schema_version: i64,
    produced_at: String,
    producer: String,
    producer_version: String,
    origin: Option<String>,
}

impl Document {
    pub(crate) fn from_row(row: Row<'_>) -> Self {
        Self {
            key: row.text("key").to_owned(),
            kind: row.text("kind").to_owned(),
            schema_version: row.int("schemaVersion"),
            produced_at: row.text("producedAt").to_owned(),
            producer: row.text("producer").to_owned(),
            producer_version: row.text("producerVersion").to_owned(),
            origin: row.optional_text("origin").map(str::to_owned),
        }
    }
}

/// A document that the graph's facts come from: the result of one run of one producer.
#[Object]
impl Document {
    /// Global id, for `node`.
    pub(crate) async fn id(&self) -> ID {
        global_id("Document", &self.key)
    }

    /// SHA-256 of its canonical bytes (RFC 8785), by which the document store knows it.
    async fn sha256(&self) -> &str {
        &self.key
    }

    /// What sort of facts it states, e.g. `release` or `solver`.
    async fn kind(&self) -> &str {
        &self.kind
    }

    /// Version of the schema of its kind.
    async fn schema_version(&self) -> i64 {
        self.schema_version
    }

    /// When it was produced, RFC 3339 in UTC.
    async fn produced_at(&self) -> &str {
        &self.produced_at
    }

    /// What produced it.
    async fn producer(&self) -> &str {
        &self.producer
    }

    /// Version of what produced it.
    async fn producer_version(&self) -> &str {
        &self.producer_version
    }

    /// Where the producer took it from, where that is stated.
    async fn origin(&self) -> Option<&str> {
        self.origin.as_deref()
    }
}
