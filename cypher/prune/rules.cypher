// purpose: rules that may count for a request: those that concern a package in reach, and those that count whatever is
// purpose:   in reach; a rule that concerns several comes once for each
// params: packages: list of package keys
// columns: key, kind, name, unitType, pattern, run, shouldInclude
// index: package_key, rule_scope
// rows: one per rule and package
UNWIND $packages AS key
MATCH (p:Package {key: key})<-[:CONCERNS]-(r:Rule)
RETURN r.key AS key, r.kind AS kind, r.name AS name, r.unitType AS unitType, r.pattern AS pattern, r.run AS run,
       r.shouldInclude AS shouldInclude
UNION ALL
MATCH (r:Rule {scope: 'request'})
RETURN r.key AS key, r.kind AS kind, r.name AS name, r.unitType AS unitType, r.pattern AS pattern, r.run AS run,
       r.shouldInclude AS shouldInclude
