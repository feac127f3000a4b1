// purpose: removes those of these environments that nothing refers to; each is locked by setting its key, and looked at again
// params: keys: list of environment keys, sorted
// columns:
// index: environment_key
// rows: none
UNWIND $keys AS key
MATCH (n:Environment {key: key})
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
SET n.key = key
WITH n
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
DETACH DELETE n
