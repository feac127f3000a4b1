// purpose: every HOLDS relationship from RuleSet to Rule, for the canonical checksum
// params: none
// columns: source, target, properties
// index: label scan, by purpose
// rows: one per relationship
MATCH (a:RuleSet)-[r:HOLDS]->(b:Rule)
RETURN a.key AS source, b.key AS target, properties(r) AS properties
