// purpose: the indexes on which something is known of packages as a whole
// params: keys: list of package keys
// columns: label, key
// index: package_key
// rows: one per relationship
UNWIND $keys AS key
MATCH (p:Package {key: key})-[r:MISSING_FROM]->(n)
RETURN labels(n)[0] AS label, n.key AS key
