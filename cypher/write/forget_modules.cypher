// purpose: removes those of these modules that nothing refers to; setting the key locks each node first
// params: keys: list of module keys, sorted
// columns: 
// index: module_key
// rows: none
UNWIND $keys AS key
MATCH (n:Module {key: key})
SET n.key = key
WITH n
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
DETACH DELETE n
