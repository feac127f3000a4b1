// purpose: a package of an operating system that comes from a Python index
// params: none
// columns: key, problem
// index: label scan, by purpose
// rows: none on a healthy graph
MATCH (v:PackageVersion)-[:FROM]->(:Index)
WHERE v.ecosystem IS NOT NULL
RETURN v.key AS key, 'package of an operating system from a Python index' AS problem
LIMIT 100
