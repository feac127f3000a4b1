// purpose: takes requirement lines, artifacts and modules from releases
// params: keys: list of package version keys
// columns:
// index: package_version_key
// rows: none
UNWIND $keys AS key
MATCH (v:PackageVersion {key: key})-[r:REQUIRES|HAS_ARTIFACT|PROVIDES]->()
DELETE r
