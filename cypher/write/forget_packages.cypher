// purpose: removes those of these packages that nothing refers to; each is locked by setting its key, and looked at again
// params: keys: list of package keys, sorted
// columns:
// index: package_key
// rows: none
UNWIND $keys AS key
MATCH (n:Package {key: key})
WHERE NOT EXISTS { MATCH (n)-[r]-() }
SET n.key = key
WITH n
WHERE NOT EXISTS { MATCH (n)-[r]-() }
DETACH DELETE n
