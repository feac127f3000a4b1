// purpose: artifacts of releases; setting the key locks each node for the transaction
// params: rows: list of {key, version}, sorted by key
// columns:
// index: artifact_key, package_version_key
// rows: none
UNWIND $rows AS row
MATCH (v:PackageVersion {key: row.version})
MERGE (a:Artifact {key: row.key})
SET a.key = row.key
MERGE (v)-[:HAS_ARTIFACT]->(a)
