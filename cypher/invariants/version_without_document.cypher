// purpose: a release that nothing speaks of: no document, no stack, no image
// params: none
// columns: key, problem
// index: label scan, by purpose
// rows: none on a healthy graph
MATCH (v:PackageVersion)
WHERE NOT EXISTS { MATCH (v)<-[:STATES|PINS|CONTAINS]-() }
RETURN v.key AS key, 'release that nothing speaks of' AS problem
LIMIT 100
