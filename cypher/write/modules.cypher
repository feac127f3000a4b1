// purpose: import names that releases provide
// params: rows: list of {version, module}, sorted by module
// columns:
// index: package_version_key, module_key
// rows: none
UNWIND $rows AS row
MATCH (v:PackageVersion {key: row.version})
MERGE (m:Module {key: row.module})
MERGE (v)-[:PROVIDES]->(m)
