// purpose: whether releases are yanked, from their newest statement
// params: rows: list of {key, yankedStamp, yanked, yankedReason}
// columns:
// index: package_version_key
// rows: none
UNWIND $rows AS row
MATCH (v:PackageVersion {key: row.key})
SET v.yankedStamp = row.yankedStamp, v.yanked = row.yanked, v.yankedReason = row.yankedReason
