// purpose: what inspections hold on to: their stack, and the environments that it is meant for
// params: keys: list of inspection keys
// columns: label, key
// index: inspection_key
// rows: one per relationship
UNWIND $keys AS key
MATCH (i:Inspection {key: key})-[r]->(n)
RETURN labels(n)[0] AS label, n.key AS key
