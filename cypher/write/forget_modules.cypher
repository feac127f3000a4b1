// purpose: removes those of these modules that nothing refers to; each is locked by setting its key, and looked at again
// params: keys: list of module keys, sorted
// columns:
// index: module_key
// rows: none
UNWIND $keys AS key
MATCH (n:Module {key: key})
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
SET n.key = key
WITH n
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
DETACH DELETE n
