// purpose: the packages that advisories affect
// params: keys: list of advisory keys
// columns: label, key
// index: advisory_key
// rows: one per relationship
UNWIND $keys AS key
MATCH (a:Advisory {key: key})-[r:AFFECTS]->(n)
RETURN labels(n)[0] AS label, n.key AS key
