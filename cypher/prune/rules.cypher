// purpose: rules that may count for a request: those that concern a package in reach, and those that count whatever is
// purpose:   in reach; a rule that concerns several comes once for each
// params: packages: list of package keys
// columns: key, definition
// index: package_key, rule_scope
// rows: one per rule and package
UNWIND $packages AS key
MATCH (p:Package {key: key})<-[:CONCERNS]-(r:Rule)
RETURN r.key AS key, r.definition AS definition
UNION ALL
MATCH (r:Rule {scope: 'request'})
RETURN r.key AS key, r.definition AS definition
