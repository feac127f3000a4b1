// purpose: every MISSING_FROM relationship from Package to Index, for the canonical checksum
// params: none
// columns: source, target, properties
// index: label scan, by purpose
// rows: one per relationship
MATCH (a:Package)-[r:MISSING_FROM]->(b:Index)
RETURN a.key AS source, b.key AS target, properties(r) AS properties
