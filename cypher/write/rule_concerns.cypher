// purpose: packages that rules name, for rules of the newest statement of their set
// params: rows: list of {rule, ruleSet, stamp, package}, sorted by rule
// columns:
// index: rule_set_key, rule_key, package_key
// rows: none
UNWIND $rows AS row
MATCH (s:RuleSet {key: row.ruleSet})
WHERE s.stamp = row.stamp
WITH row
MATCH (r:Rule {key: row.rule})
MATCH (p:Package {key: row.package})
MERGE (r)-[concerns:CONCERNS]->(p)
