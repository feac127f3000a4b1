// purpose: how many requirement lines admit each of these releases
// params: keys: list of package version keys
// columns: key, total
// index: package_version_key
// rows: one per release that is admitted at all
UNWIND $keys AS key
MATCH (d:PackageVersion {key: key})<-[:HAS_VERSION]-(p:Package)<-[r:REQUIRES]-(:PackageVersion)
WHERE r.from IS NULL
   OR any(i IN range(0, size(coalesce(r.from, [])) - 1) WHERE r.from[i] <= d.order AND d.order < r.until[i])
RETURN d.key AS key, count(r) AS total
