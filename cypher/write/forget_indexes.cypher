// purpose: removes those of these indexes that nothing refers to; setting the key locks each node first
// params: keys: list of index keys, sorted
// columns: 
// index: index_key
// rows: none
UNWIND $keys AS key
MATCH (n:Index {key: key})
SET n.key = key
WITH n
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
DETACH DELETE n
