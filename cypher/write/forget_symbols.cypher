// purpose: removes those of these symbols that nothing refers to; each is locked by setting its key, and looked at again
// params: keys: list of symbol keys, sorted
// columns:
// index: symbol_key
// rows: none
UNWIND $keys AS key
MATCH (n:Symbol {key: key})
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
SET n.key = key
WITH n
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
DETACH DELETE n
