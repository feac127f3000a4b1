// purpose: advisories, with the documents that state them; setting the key locks each node for the transaction
// params: rows: list of {key, document}, sorted by key
// columns:
// index: document_key, advisory_key
// rows: none
UNWIND $rows AS row
MATCH (d:Document {key: row.document})
MERGE (a:Advisory {key: row.key})
SET a.key = row.key
MERGE (d)-[states:STATES]->(a)
