// purpose: indexes that releases come from, named for the first time
// params: rows: list of {key}, sorted by key; of indexes that are not there
// columns:
// index: none
// rows: none
UNWIND $rows AS row
CREATE (:Index {key: row.key, url: row.key})
