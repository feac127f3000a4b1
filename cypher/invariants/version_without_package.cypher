// purpose: a release without its package
// params: none
// columns: key, problem
// index: label scan, by purpose
// rows: none on a healthy graph
MATCH (v:PackageVersion)
WHERE NOT EXISTS { MATCH (:Package)-[:HAS_VERSION]->(v) }
RETURN v.key AS key, 'release without package' AS problem
LIMIT 100
