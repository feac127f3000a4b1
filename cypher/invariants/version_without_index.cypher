// purpose: a Python release from no index
// params: none
// columns: key, problem
// index: label scan, by purpose
// rows: none on a healthy graph
MATCH (v:PackageVersion)
WHERE v.ecosystem IS NULL AND NOT EXISTS { MATCH (v)-[:FROM]->(:Index) }
RETURN v.key AS key, 'release from no index' AS problem
LIMIT 100
