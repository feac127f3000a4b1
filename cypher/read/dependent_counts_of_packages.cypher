// purpose: how many requirement lines name each of these packages
// params: keys: list of package keys
// columns: key, total
// index: package_key
// rows: one per package that is named at all
UNWIND $keys AS key
MATCH (p:Package {key: key})<-[r:REQUIRES]-(:PackageVersion)
RETURN p.key AS key, count(r) AS total
