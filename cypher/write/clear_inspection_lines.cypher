// purpose: takes their stack and the environments that it is meant for from inspections
// params: keys: list of inspection keys
// columns:
// index: inspection_key
// rows: none
UNWIND $keys AS key
MATCH (i:Inspection {key: key})-[r:USED|FOR]->()
DELETE r
