// purpose: removes those of these artifacts that nothing refers to; each is locked by setting its key, and looked at again
// params: keys: list of artifact keys, sorted
// columns:
// index: artifact_key
// rows: none
UNWIND $keys AS key
MATCH (n:Artifact {key: key})
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
SET n.key = key
WITH n
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
DETACH DELETE n
