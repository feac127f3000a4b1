// purpose: rules by their keys
// params: keys: list of rule keys
// columns: key, kind, name, unitType, pattern, run, shouldInclude
// index: rule_key
// rows: one per key that is there
UNWIND $keys AS key
MATCH (r:Rule {key: key})
RETURN r.key AS key, r.kind AS kind, r.name AS name, r.unitType AS unitType, r.pattern AS pattern, r.run AS run,
       r.shouldInclude AS shouldInclude
