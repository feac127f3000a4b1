// purpose: removes those of these hardware that nothing refers to; each is locked by setting its key, and looked at again
// params: keys: list of hardware keys, sorted
// columns:
// index: hardware_key
// rows: none
UNWIND $keys AS key
MATCH (n:Hardware {key: key})
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
SET n.key = key
WITH n
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
DETACH DELETE n
