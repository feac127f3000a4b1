// purpose: removes those of these rule sets that nothing refers to; each is locked by setting its key, and looked at again
// params: keys: list of rule set keys, sorted
// columns:
// index: rule_set_key
// rows: none
UNWIND $keys AS key
MATCH (n:RuleSet {key: key})
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
SET n.key = key
WITH n
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
DETACH DELETE n
