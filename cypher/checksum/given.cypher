// purpose: every GIVEN relationship from Advice to Stack, for the canonical checksum
// params: none
// columns: source, target, properties
// index: label scan, by purpose
// rows: one per relationship
MATCH (a:Advice)-[r:GIVEN]->(b:Stack)
RETURN a.key AS source, b.key AS target, properties(r) AS properties
