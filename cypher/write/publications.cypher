// purpose: when releases appeared, the earliest that any document states
// params: rows: list of {key, publishedAt}
// columns:
// index: package_version_key
// rows: none
UNWIND $rows AS row
MATCH (v:PackageVersion {key: row.key})
SET v.publishedAt = row.publishedAt
