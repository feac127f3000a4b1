// purpose: which of these documents the graph already states
// params: keys: list of sha256 hex
// columns: key
// index: document_key
// rows: at most one per key
UNWIND $keys AS key
MATCH (d:Document {key: key})
RETURN d.key AS key
