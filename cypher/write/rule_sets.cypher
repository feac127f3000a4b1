// purpose: rule sets with the documents that state them; setting the key locks each node for the transaction
// params: rows: list of {key, document}, sorted by key
// columns:
// index: document_key, rule_set_key
// rows: none
UNWIND $rows AS row
MATCH (d:Document {key: row.document})
MERGE (s:RuleSet {key: row.key})
SET s.key = row.key
MERGE (d)-[states:STATES]->(s)
