// purpose: an observation of nothing
// params: none
// columns: key, problem
// index: label scan, by purpose
// rows: none on a healthy graph
MATCH (o:Observation)
WHERE NOT EXISTS { MATCH (o)-[:OBSERVED|OF]->() }
RETURN o.key AS key, 'observation of nothing' AS problem
LIMIT 100
