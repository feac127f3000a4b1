// purpose: what releases hold on to: their package, index, artifacts, modules and the packages they require
// params: keys: list of package version keys
// columns: label, key
// index: package_version_key
// rows: one per relationship
UNWIND $keys AS key
MATCH (v:PackageVersion {key: key})-[:HAS_VERSION|FROM|HAS_ARTIFACT|REQUIRES|PROVIDES]-(n)
RETURN labels(n)[0] AS label, n.key AS key
