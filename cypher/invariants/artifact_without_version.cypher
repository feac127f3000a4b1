// purpose: an artifact of no release
// params: none
// columns: key, problem
// index: label scan, by purpose
// rows: none on a healthy graph
MATCH (a:Artifact)
WHERE NOT EXISTS { MATCH (:PackageVersion)-[:HAS_ARTIFACT]->(a) }
RETURN a.key AS key, 'artifact of no release' AS problem
LIMIT 100
