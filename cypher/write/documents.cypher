// purpose: marks documents as stated; also the lock that makes two deliveries of one document wait for each other
// params: rows: list of {key, kind, schemaVersion, generation, producedAt, producer, producerVersion, origin}, sorted by key
// columns:
// index: document_key
// rows: none
UNWIND $rows AS row
MERGE (d:Document {key: row.key})
SET d.kind = row.kind, d.schemaVersion = row.schemaVersion, d.generation = row.generation,
    d.producedAt = row.producedAt,
    d.producer = row.producer, d.producerVersion = row.producerVersion, d.origin = row.origin
