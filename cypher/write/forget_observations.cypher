// purpose: removes those of these observations that nothing refers to; each is locked by setting its key, and looked at again
// params: keys: list of observation keys, sorted
// columns:
// index: observation_key
// rows: none
UNWIND $keys AS key
MATCH (n:Observation {key: key})
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
SET n.key = key
WITH n
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
DETACH DELETE n
