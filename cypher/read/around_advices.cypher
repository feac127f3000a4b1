// purpose: what advices hold on to: stacks, packages that they lacked, environments
// params: keys: list of advice keys
// columns: label, key
// index: advice_key
// rows: one per relationship
UNWIND $keys AS key
MATCH (a:Advice {key: key})-[r]->(n)
RETURN labels(n)[0] AS label, n.key AS key
