// purpose: locks documents for the transaction
// params: keys: list of sha256 hex, sorted
// columns:
// index: document_key
// rows: none
UNWIND $keys AS key
MATCH (d:Document {key: key})
SET d.key = key
