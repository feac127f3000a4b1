// purpose: rules by their keys
// params: keys: list of rule keys
// columns: key, definition
// index: rule_key
// rows: one per key that is there
UNWIND $keys AS key
MATCH (r:Rule {key: key})
RETURN r.key AS key, r.definition AS definition
