// purpose: what is known of rule sets, from their newest statement
// params: rows: list of {key, stamp, name, release, path, package}, sorted by key
// columns:
// index: rule_set_key
// rows: none
UNWIND $rows AS row
MATCH (s:RuleSet {key: row.key})
WHERE s.stamp IS NULL OR s.stamp < row.stamp
SET s.stamp = row.stamp, s.name = row.name, s.release = row.release, s.path = row.path, s.package = row.package
