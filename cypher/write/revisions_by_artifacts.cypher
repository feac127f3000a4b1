// purpose: another revision for the packages of releases with artifacts whose facts may change
// params: keys: sorted list of sha256 hex; revision: a text that no transaction had before
// columns:
// index: artifact_key
// rows: none
UNWIND $keys AS key
MATCH (a:Artifact {key: key})<-[:HAS_ARTIFACT]-(v:PackageVersion)<-[:HAS_VERSION]-(p:Package)
SET p.revision = $revision
