// purpose: removes those of these packages that nothing refers to; setting the key locks each node first
// params: keys: list of package keys, sorted
// columns: 
// index: package_key
// rows: none
UNWIND $keys AS key
MATCH (n:Package {key: key})
SET n.key = key
WITH n
WHERE NOT EXISTS { MATCH (n)-[r]-() }
DETACH DELETE n
