// purpose: which documents speak of which inspections
// params: rows: list of {document, inspection}, sorted by document
// columns:
// index: document_key, inspection_key
// rows: none
UNWIND $rows AS row
MATCH (d:Document {key: row.document})
MATCH (i:Inspection {key: row.inspection})
MERGE (d)-[r:STATES]->(i)
