// purpose: inspections; setting the key locks each node for the transaction
// params: rows: list of {key}, sorted by key
// columns:
// index: inspection_key
// rows: none
UNWIND $rows AS row
MERGE (i:Inspection {key: row.key})
SET i.key = row.key
