// purpose: packages that are named for the first time, as a release's own or as a requirement's
// params: rows: list of {key, ecosystem, name}, sorted by key; of packages that are not there
// columns:
// index: none
// rows: none
UNWIND $rows AS row
CREATE (:Package {key: row.key, name: row.name, ecosystem: row.ecosystem})
