// purpose: marks documents as stated; the constraint on the key lets one of two deliveries of a document through
// params: rows: list of {key, kind, schemaVersion, generation, producedAt, producer, producerVersion, origin}, sorted by key;
// params:   of documents that the graph does not state
// columns:
// index: none
// rows: none
UNWIND $rows AS row
CREATE (:Document {key: row.key, kind: row.kind, schemaVersion: row.schemaVersion, generation: row.generation,
        producedAt: row.producedAt, producer: row.producer, producerVersion: row.producerVersion,
        origin: row.origin})
