// purpose: an advice that no document states
// params: none
// columns: key, problem
// index: label scan, by purpose
// rows: none on a healthy graph
MATCH (a:Advice)
WHERE NOT EXISTS { MATCH (:Document)-[:STATES]->(a) }
RETURN a.key AS key, 'advice stated by no document' AS problem
LIMIT 100
