// purpose: packages that are named, as a release's own or as a requirement's
// params: rows: list of {key, name}, sorted by key
// columns:
// index: package_key
// rows: none
UNWIND $rows AS row
MERGE (p:Package {key: row.key})
SET p.name = row.name, p.ecosystem = 'pypi'
