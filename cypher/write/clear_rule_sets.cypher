// purpose: takes every stated fact from rule sets
// params: keys: list of rule set keys
// columns:
// index: rule_set_key
// rows: none
UNWIND $keys AS key
MATCH (s:RuleSet {key: key})
SET s.stamp = null, s.name = null, s.release = null, s.path = null, s.package = null
