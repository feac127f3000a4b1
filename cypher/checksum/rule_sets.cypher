// purpose: every RuleSet node, for the canonical checksum
// params: none
// columns: key, properties
// index: label scan, by purpose
// rows: one per node
MATCH (n:RuleSet)
RETURN n.key AS key, properties(n) AS properties
