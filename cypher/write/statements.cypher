// purpose: which documents speak of which releases
// params: rows: list of {document, version}; of documents written in the same transaction
// columns:
// index: document_key, package_version_key
// rows: none
UNWIND $rows AS row
MATCH (d:Document {key: row.document})
MATCH (v:PackageVersion {key: row.version})
CREATE (d)-[:STATES]->(v)
