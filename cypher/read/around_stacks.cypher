// purpose: the releases that stacks pin
// params: keys: list of stack keys
// columns: label, key
// index: stack_key
// rows: one per pin
UNWIND $keys AS key
MATCH (s:Stack {key: key})-[r]->(n)
RETURN labels(n)[0] AS label, n.key AS key
