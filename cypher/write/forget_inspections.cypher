// purpose: removes those of these inspections that nothing refers to; each is locked by setting its key, and looked at again
// params: keys: list of inspection keys, sorted
// columns:
// index: inspection_key
// rows: none
UNWIND $keys AS key
MATCH (n:Inspection {key: key})
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
SET n.key = key
WITH n
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
DETACH DELETE n
