// purpose: every OFFERS relationship from Image to Symbol, for the canonical checksum
// params: none
// columns: source, target, properties
// index: label scan, by purpose
// rows: one per relationship
MATCH (a:Image)-[r:OFFERS]->(b:Symbol)
RETURN a.key AS source, b.key AS target, properties(r) AS properties
