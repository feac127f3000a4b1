// purpose: every HAS_VERSION relationship from Package to PackageVersion, for the canonical checksum
// params: none
// columns: source, target, properties
// index: label scan, by purpose
// rows: one per relationship
MATCH (a:Package)-[r:HAS_VERSION]->(b:PackageVersion)
RETURN a.key AS source, b.key AS target, properties(r) AS properties
