// purpose: locks the nodes that documents state for the transaction, so that no other statement comes meanwhile
// params: keys: list of sha256 hex
// columns:
// index: document_key
// rows: none
UNWIND $keys AS key
MATCH (d:Document {key: key})-[:STATES]->(n)
WITH DISTINCT n
SET n.key = n.key
