// purpose: an observation that no document states
// params: none
// columns: key, problem
// index: label scan, by purpose
// rows: none on a healthy graph
MATCH (o:Observation)
WHERE NOT EXISTS { MATCH (:Document)-[:STATES]->(o) }
RETURN o.key AS key, 'observation stated by no document' AS problem
LIMIT 100
