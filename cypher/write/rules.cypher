// purpose: rules of the newest statement of their set
// params: rows: list of {key, ruleSet, stamp, kind, name, unitType, definition, metadata, score, messages, scope}, sorted
// params:   by key
// columns:
// index: rule_set_key, rule_key
// rows: none
UNWIND $rows AS row
MATCH (s:RuleSet {key: row.ruleSet})
WHERE s.stamp = row.stamp
MERGE (r:Rule {key: row.key})
SET r.kind = row.kind, r.name = row.name, r.unitType = row.unitType, r.definition = row.definition,
    r.metadata = row.metadata, r.score = row.score, r.messages = row.messages, r.scope = row.scope
MERGE (s)-[holds:HOLDS]->(r)
