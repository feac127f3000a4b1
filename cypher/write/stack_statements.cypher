// purpose: which documents state stacks that nothing else leads to
// params: rows: list of {document, stack}, sorted by document
// columns:
// index: document_key, stack_key
// rows: none
UNWIND $rows AS row
MATCH (d:Document {key: row.document})
MATCH (s:Stack {key: row.stack})
MERGE (d)-[r:STATES]->(s)
