// purpose: an advisory whose versions are no intervals: bounds that do not pair up, or are out of order
// params: none
// columns: key, problem
// index: label scan, by purpose
// rows: none on a healthy graph
MATCH (a:Advisory)-[r:AFFECTS]->(:Package)
WHERE size(coalesce(r.from, [])) <> size(coalesce(r.until, []))
   OR any(i IN range(0, size(coalesce(r.from, [])) - 1) WHERE r.from[i] >= r.until[i])
RETURN a.key AS key, 'versions of an advisory are no intervals' AS problem
LIMIT 100
