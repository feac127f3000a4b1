// purpose: the documents that state a release with an artifact of these releases, which states facts of that artifact
// params: keys: list of package version keys
// columns: key, kind, producedAt
// index: package_version_key
// rows: one per document
UNWIND $keys AS key
MATCH (v:PackageVersion {key: key})-[:HAS_ARTIFACT]->(a:Artifact)
WITH DISTINCT a
MATCH (a)<-[:HAS_ARTIFACT]-(w:PackageVersion)
MATCH (w)<-[:STATES]-(o:Document)
RETURN DISTINCT o.key AS key, o.kind AS kind, o.producedAt AS producedAt
