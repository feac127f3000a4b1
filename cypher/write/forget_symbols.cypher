// purpose: removes those of these symbols that nothing refers to; setting the key locks each node first
// params: keys: list of symbol keys, sorted
// columns: 
// index: symbol_key
// rows: none
UNWIND $keys AS key
MATCH (n:Symbol {key: key})
SET n.key = key
WITH n
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
DETACH DELETE n
