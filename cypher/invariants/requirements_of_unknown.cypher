// purpose: requirement lines of a release whose requirements are said to be unknown
// params: none
// columns: key, problem
// index: label scan, by purpose
// rows: none on a healthy graph
MATCH (v:PackageVersion)
WHERE coalesce(v.requirementsKnown, false) = false AND EXISTS { MATCH (v)-[:REQUIRES]->(:Package) }
RETURN v.key AS key, 'requirement lines of a release whose requirements are unknown' AS problem
LIMIT 100
