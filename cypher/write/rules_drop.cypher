// purpose: removes the rules of sets that a newer document states
// params: rows: list of {key, stamp}, sorted by key
// columns:
// index: rule_set_key
// rows: none
UNWIND $rows AS row
MATCH (s:RuleSet {key: row.key})-[:HOLDS]->(r:Rule)
WHERE s.stamp < row.stamp
DETACH DELETE r
