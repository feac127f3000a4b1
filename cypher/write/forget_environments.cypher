// purpose: removes those of these environments that nothing refers to; setting the key locks each node first
// params: keys: list of environment keys, sorted
// columns: 
// index: environment_key
// rows: none
UNWIND $keys AS key
MATCH (n:Environment {key: key})
SET n.key = key
WITH n
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
DETACH DELETE n
