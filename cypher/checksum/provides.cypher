// purpose: every PROVIDES relationship from PackageVersion to Module, for the canonical checksum
// params: none
// columns: source, target, properties
// index: label scan, by purpose
// rows: one per relationship
MATCH (a:PackageVersion)-[r:PROVIDES]->(b:Module)
RETURN a.key AS source, b.key AS target, properties(r) AS properties
