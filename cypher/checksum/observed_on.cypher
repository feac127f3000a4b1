// purpose: every ON relationship from Observation to Hardware, for the canonical checksum
// params: none
// columns: source, target, properties
// index: label scan, by purpose
// rows: one per relationship
MATCH (a:Observation)-[r:ON]->(b:Hardware)
RETURN a.key AS source, b.key AS target, properties(r) AS properties
