// purpose: which of these indexes are there
// params: keys: list of index keys
// columns: key
// index: index_key
// rows: at most one per key
UNWIND $keys AS key
MATCH (i:Index {key: key})
RETURN i.key AS key
