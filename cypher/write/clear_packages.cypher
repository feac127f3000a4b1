// purpose: takes from packages what is known of them as a whole
// params: keys: list of package keys
// columns:
// index: package_key
// rows: none
UNWIND $keys AS key
MATCH (p:Package {key: key})-[r:MISSING_FROM]->()
DELETE r
