// purpose: removes those of these stacks that nothing refers to; each is locked by setting its key, and looked at again
// params: keys: list of stack keys, sorted
// columns:
// index: stack_key
// rows: none
UNWIND $keys AS key
MATCH (n:Stack {key: key})
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
SET n.key = key
WITH n
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
DETACH DELETE n
