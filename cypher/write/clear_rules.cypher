// purpose: removes the rules of sets
// params: keys: list of rule set keys
// columns:
// index: rule_set_key
// rows: none
UNWIND $keys AS key
MATCH (s:RuleSet {key: key})-[:HOLDS]->(r:Rule)
DETACH DELETE r
