// purpose: a rule set that no document states
// params: none
// columns: key, problem
// index: label scan, by purpose
// rows: none on a healthy graph
MATCH (s:RuleSet)
WHERE NOT EXISTS { MATCH (:Document)-[:STATES]->(s) }
RETURN s.key AS key, 'rule set stated by no document' AS problem
LIMIT 100
