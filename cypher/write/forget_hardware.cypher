// purpose: removes those of these hardware that nothing refers to; setting the key locks each node first
// params: keys: list of hardware keys, sorted
// columns: 
// index: hardware_key
// rows: none
UNWIND $keys AS key
MATCH (n:Hardware {key: key})
SET n.key = key
WITH n
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
DETACH DELETE n
