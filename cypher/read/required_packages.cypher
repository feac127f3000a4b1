// purpose: the packages that releases require
// params: keys: list of package version keys
// columns: key
// index: package_version_key
// rows: one per requirement line
UNWIND $keys AS key
MATCH (v:PackageVersion {key: key})-[r:REQUIRES]->(p:Package)
RETURN p.key AS key
