// purpose: removes those of these stacks that nothing refers to; setting the key locks each node first
// params: keys: list of stack keys, sorted
// columns: 
// index: stack_key
// rows: none
UNWIND $keys AS key
MATCH (n:Stack {key: key})
SET n.key = key
WITH n
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
DETACH DELETE n
