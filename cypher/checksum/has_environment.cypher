// purpose: every HAS_ENVIRONMENT relationship from Image to Environment, for the canonical checksum
// params: none
// columns: source, target, properties
// index: label scan, by purpose
// rows: one per relationship
MATCH (a:Image)-[r:HAS_ENVIRONMENT]->(b:Environment)
RETURN a.key AS source, b.key AS target, properties(r) AS properties
