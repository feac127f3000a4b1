// purpose: the packages that the rules of sets concern; the rules themselves go with the statement of their set
// params: keys: list of rule set keys
// columns: label, key
// index: rule_set_key
// rows: one per relationship
UNWIND $keys AS key
MATCH (s:RuleSet {key: key})-[:HOLDS]->(:Rule)-[:CONCERNS]->(n)
RETURN labels(n)[0] AS label, n.key AS key
