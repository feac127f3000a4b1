// purpose: packages that rules name, for rules of the newest statement of their set
// params: rows: list of {rule, stamp, package}, sorted by rule
// columns:
// index: rule_key, package_key
// rows: none
UNWIND $rows AS row
MATCH (r:Rule {key: row.rule})<-[:HOLDS]-(s:RuleSet)
WHERE s.stamp = row.stamp
SET r.key = row.rule
WITH row, r
MATCH (p:Package {key: row.package})
MERGE (r)-[concerns:CONCERNS]->(p)
