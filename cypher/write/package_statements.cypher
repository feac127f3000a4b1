// purpose: which documents speak of packages as a whole
// params: rows: list of {document, package}, sorted by package
// columns:
// index: document_key, package_key
// rows: none
UNWIND $rows AS row
MATCH (d:Document {key: row.document})
MATCH (p:Package {key: row.package})
MERGE (d)-[states:STATES]->(p)
