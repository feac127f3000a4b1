// purpose: the documents that the graph states, oldest key first
// params: after: key or '', limit: integer
// columns: key, kind, schemaVersion, producedAt, producer, producerVersion, origin
// index: document_key
// rows: limit
MATCH (d:Document)
WHERE d.key > $after
RETURN d.key AS key, d.kind AS kind, d.schemaVersion AS schemaVersion, d.producedAt AS producedAt,
       d.producer AS producer, d.producerVersion AS producerVersion, d.origin AS origin
ORDER BY d.key
LIMIT $limit
