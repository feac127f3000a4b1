// purpose: another revision for the packages of releases that are about to change or to go
// params: keys: sorted list of package version keys; revision: a text that no transaction had before
// columns:
// index: package_version_key
// rows: none
UNWIND $keys AS key
MATCH (v:PackageVersion {key: key})<-[:HAS_VERSION]-(p:Package)
SET p.revision = $revision
