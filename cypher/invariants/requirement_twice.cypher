// purpose: a requirement line that stands twice for one extra
// params: none
// columns: key, line, extra, times
// index: label scan, by purpose
// rows: none on a healthy graph
MATCH (v:PackageVersion)-[r:REQUIRES]->(:Package)
WITH v.key AS key, r.line AS line, r.extra AS extra, count(r) AS times
WHERE times > 1
RETURN key, line, extra, times
LIMIT 100
