// purpose: removes documents; what they stated stays and is looked after by the same transaction
// params: keys: list of sha256 hex
// columns:
// index: document_key
// rows: none
UNWIND $keys AS key
MATCH (d:Document {key: key})
DETACH DELETE d
