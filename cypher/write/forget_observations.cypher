// purpose: removes those of these observations that nothing refers to; setting the key locks each node first
// params: keys: list of observation keys, sorted
// columns: 
// index: observation_key
// rows: none
UNWIND $keys AS key
MATCH (n:Observation {key: key})
SET n.key = key
WITH n
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
DETACH DELETE n
