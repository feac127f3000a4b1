// purpose: how many requirement lines name a package
// params: key: package key
// columns: total
// index: package_key
// rows: 1
MATCH (:Package {key: $key})<-[r:REQUIRES]-(:PackageVersion)
RETURN count(r) AS total
