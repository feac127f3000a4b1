// purpose: removes those of these advices that nothing refers to; each is locked by setting its key, and looked at again
// params: keys: list of advice keys, sorted
// columns:
// index: advice_key
// rows: none
UNWIND $keys AS key
MATCH (n:Advice {key: key})
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
SET n.key = key
WITH n
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
DETACH DELETE n
