// purpose: an inspection that no document states
// params: none
// columns: key, problem
// index: label scan, by purpose
// rows: none on a healthy graph
MATCH (i:Inspection)
WHERE NOT EXISTS { MATCH (:Document)-[:STATES]->(i) }
RETURN i.key AS key, 'inspection stated by no document' AS problem
LIMIT 100
