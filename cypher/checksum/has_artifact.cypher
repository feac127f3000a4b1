// purpose: every HAS_ARTIFACT relationship from PackageVersion to Artifact, for the canonical checksum
// params: none
// columns: source, target, properties
// index: label scan, by purpose
// rows: one per relationship
MATCH (a:PackageVersion)-[r:HAS_ARTIFACT]->(b:Artifact)
RETURN a.key AS source, b.key AS target, properties(r) AS properties
