// purpose: another revision for packages of which, or of whose releases, something is written in this transaction
// params: keys: sorted list of package keys; revision: a text that no transaction had before
// columns:
// index: package_key
// rows: none
UNWIND $keys AS key
MATCH (p:Package {key: key})
SET p.revision = $revision
