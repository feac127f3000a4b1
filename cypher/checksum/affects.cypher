// purpose: every AFFECTS relationship from Advisory to Package, for the canonical checksum
// params: none
// columns: source, target, properties
// index: label scan, by purpose
// rows: one per relationship
MATCH (a:Advisory)-[r:AFFECTS]->(b:Package)
RETURN a.key AS source, b.key AS target, properties(r) AS properties
