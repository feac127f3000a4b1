// purpose: the documents that state a node which these documents state too, themselves included
// params: keys: list of sha256 hex
// columns: key, kind, producedAt
// index: document_key
// rows: one per document
UNWIND $keys AS key
MATCH (d:Document {key: key})-[:STATES]->(n)
WITH DISTINCT n
MATCH (n)<-[:STATES]-(o:Document)
RETURN DISTINCT o.key AS key, o.kind AS kind, o.producedAt AS producedAt
