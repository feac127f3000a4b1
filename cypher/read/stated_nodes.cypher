// purpose: the nodes that documents state
// params: keys: list of sha256 hex
// columns: label, key
// index: document_key
// rows: one per statement
UNWIND $keys AS key
MATCH (d:Document {key: key})-[:STATES]->(n)
RETURN labels(n)[0] AS label, n.key AS key
