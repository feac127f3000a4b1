// purpose: which statement the stack of an inspection comes from: the newest
// params: rows: list of {key, stamp}
// columns:
// index: inspection_key
// rows: none
UNWIND $rows AS row
MATCH (i:Inspection {key: row.key})
WHERE i.stackStamp IS NULL OR i.stackStamp < row.stamp
SET i.stackStamp = row.stamp
