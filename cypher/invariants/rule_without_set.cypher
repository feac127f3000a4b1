// purpose: a rule of no set
// params: none
// columns: key, problem
// index: label scan, by purpose
// rows: none on a healthy graph
MATCH (r:Rule)
WHERE NOT EXISTS { MATCH (:RuleSet)-[:HOLDS]->(r) }
RETURN r.key AS key, 'rule of no set' AS problem
LIMIT 100
