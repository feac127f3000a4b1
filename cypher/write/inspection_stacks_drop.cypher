// purpose: removes the stack of inspections of which a newer document states the stack
// params: rows: list of {key, stamp}
// columns:
// index: inspection_key
// rows: none
UNWIND $rows AS row
MATCH (i:Inspection {key: row.key})-[r:USED]->(:Stack)
WHERE i.stackStamp < row.stamp
DELETE r
