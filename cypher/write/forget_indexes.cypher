// purpose: removes those of these indexes that nothing refers to; each is locked by setting its key, and looked at again
// params: keys: list of index keys, sorted
// columns:
// index: index_key
// rows: none
UNWIND $keys AS key
MATCH (n:Index {key: key})
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
SET n.key = key
WITH n
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
DETACH DELETE n
