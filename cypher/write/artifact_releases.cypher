// purpose: releases of artifacts that are there
// params: rows: list of {key, version}, sorted by key
// columns:
// index: artifact_key, package_version_key
// rows: none
UNWIND $rows AS row
MATCH (v:PackageVersion {key: row.version})
MATCH (a:Artifact {key: row.key})
MERGE (v)-[r:HAS_ARTIFACT]->(a)
