// purpose: every CONTAINS relationship from Image to PackageVersion, for the canonical checksum
// params: none
// columns: source, target, properties
// index: label scan, by purpose
// rows: one per relationship
MATCH (a:Image)-[r:CONTAINS]->(b:PackageVersion)
RETURN a.key AS source, b.key AS target, properties(r) AS properties
