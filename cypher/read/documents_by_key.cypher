// purpose: documents by key
// params: keys: list of sha256 hex
// columns: key, kind, schemaVersion, producedAt, producer, producerVersion, origin
// index: document_key
// rows: at most one per key
UNWIND $keys AS key
MATCH (d:Document {key: key})
RETURN d.key AS key, d.kind AS kind, d.schemaVersion AS schemaVersion, d.producedAt AS producedAt,
       d.producer AS producer, d.producerVersion AS producerVersion, d.origin AS origin
