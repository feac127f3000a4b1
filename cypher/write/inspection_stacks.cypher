// purpose: stacks that inspections used, where the statement is the newest
// params: rows: list of {key, stamp, stack}
// columns:
// index: inspection_key, stack_key
// rows: none
UNWIND $rows AS row
MATCH (i:Inspection {key: row.key})
WHERE i.stackStamp = row.stamp
MATCH (s:Stack {key: row.stack})
MERGE (i)-[r:USED]->(s)
