// purpose: those of these stacks that nothing refers to: no document, no advice, no inspection, no observation
// params: keys: list of stack keys
// columns: key
// index: stack_key
// rows: at most one per key
UNWIND $keys AS key
MATCH (s:Stack {key: key})
WHERE NOT EXISTS { MATCH (s)<-[r]-() }
RETURN s.key AS key
