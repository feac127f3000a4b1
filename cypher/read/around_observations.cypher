// purpose: what observations hold on to: what they are of, and where they were made
// params: keys: list of observation keys
// columns: label, key
// index: observation_key
// rows: one per relationship
UNWIND $keys AS key
MATCH (o:Observation {key: key})-[r]->(n)
RETURN labels(n)[0] AS label, n.key AS key
