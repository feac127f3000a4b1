// purpose: takes what they affect from advisories
// params: keys: list of advisory keys
// columns:
// index: advisory_key
// rows: none
UNWIND $keys AS key
MATCH (a:Advisory {key: key})-[r:AFFECTS]->()
DELETE r
