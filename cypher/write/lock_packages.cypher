// purpose: which of these packages are there, each locked for the transaction by setting what is set
// params: keys: sorted list of package keys
// columns: key
// index: package_key
// rows: at most one per key
UNWIND $keys AS key
MATCH (p:Package {key: key})
SET p.key = key
RETURN p.key AS key
