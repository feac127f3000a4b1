// purpose: removes those of these advisories that nothing refers to; each is locked by setting its key, and looked at again
// params: keys: list of advisory keys, sorted
// columns:
// index: advisory_key
// rows: none
UNWIND $keys AS key
MATCH (n:Advisory {key: key})
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
SET n.key = key
WITH n
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
DETACH DELETE n
