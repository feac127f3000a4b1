// purpose: indexes that releases come from
// params: rows: list of {key}, sorted by key
// columns:
// index: index_key
// rows: none
UNWIND $rows AS row
MERGE (i:Index {key: row.key})
SET i.url = row.key
