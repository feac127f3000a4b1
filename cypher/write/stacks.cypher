// purpose: locked sets of releases
// params: rows: list of {key, size}, sorted by key
// columns:
// index: stack_key
// rows: none
UNWIND $rows AS row
MERGE (s:Stack {key: row.key})
SET s.size = row.size
