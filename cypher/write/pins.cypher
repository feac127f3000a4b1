// purpose: which releases a stack pins
// params: rows: list of {stack, version}, sorted by stack
// columns:
// index: stack_key, package_version_key
// rows: none
UNWIND $rows AS row
MATCH (s:Stack {key: row.stack})
MATCH (v:PackageVersion {key: row.version})
MERGE (s)-[r:PINS]->(v)
