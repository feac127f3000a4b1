// purpose: removes those of these artifacts that nothing refers to; setting the key locks each node first
// params: keys: list of artifact keys, sorted
// columns: 
// index: artifact_key
// rows: none
UNWIND $keys AS key
MATCH (n:Artifact {key: key})
SET n.key = key
WITH n
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
DETACH DELETE n
