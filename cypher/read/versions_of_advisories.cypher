// purpose: the releases that advisories affect
// params: keys: list of advisory keys
// columns: advisory, package, key, version, orderKey, index, publishedAt
// index: advisory_key
// rows: the releases that the named advisories affect
UNWIND $keys AS key
MATCH (a:Advisory {key: key})-[r:AFFECTS]->(p:Package)-[:HAS_VERSION]->(v:PackageVersion)
WHERE any(i IN range(0, size(coalesce(r.from, [])) - 1) WHERE r.from[i] <= v.order AND v.order < r.until[i])
RETURN a.key AS advisory, p.key AS package, v.key AS key, v.version AS version, v.order AS orderKey, v.index AS index,
       v.publishedAt AS publishedAt
ORDER BY a.key, v.order, v.key
