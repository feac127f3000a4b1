// purpose: every FOR relationship from Advice to Environment, for the canonical checksum
// params: none
// columns: source, target, properties
// index: label scan, by purpose
// rows: one per relationship
MATCH (a:Advice)-[r:FOR]->(b:Environment)
RETURN a.key AS source, b.key AS target, properties(r) AS properties
