// purpose: a release that no document states
// params: none
// columns: key, problem
// index: label scan, by purpose
// rows: none on a healthy graph
MATCH (v:PackageVersion)
WHERE NOT EXISTS { MATCH (:Document)-[:STATES]->(v) }
RETURN v.key AS key, 'release stated by no document' AS problem
LIMIT 100
