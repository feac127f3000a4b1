// purpose: every STATES relationship from Document to Image, for the canonical checksum
// params: none
// columns: source, target, properties
// index: label scan, by purpose
// rows: one per relationship
MATCH (a:Document)-[r:STATES]->(b:Image)
RETURN a.key AS source, b.key AS target, properties(r) AS properties
