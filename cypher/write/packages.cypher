// purpose: packages that are named for the first time, as a release's own, as a requirement's or as part of an image
// params: rows: list of {key, name, ecosystem}, sorted by key; of packages that are not there
// columns:
// index: none
// rows: none
UNWIND $rows AS row
CREATE (:Package {key: row.key, name: row.name, ecosystem: row.ecosystem})
