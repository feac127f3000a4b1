// purpose: removes the requirement lines of releases whose requirements a newer document states
// params: keys: list of package version keys
// columns:
// index: package_version_key
// rows: none
UNWIND $keys AS key
MATCH (v:PackageVersion {key: key})-[r:REQUIRES]->(:Package)
DELETE r
