// purpose: locks the artifacts of the releases that documents state for the transaction
// params: keys: list of package version keys
// columns:
// index: package_version_key
// rows: none
UNWIND $keys AS key
MATCH (v:PackageVersion {key: key})-[:HAS_ARTIFACT]->(a:Artifact)
WITH DISTINCT a
SET a.key = a.key
