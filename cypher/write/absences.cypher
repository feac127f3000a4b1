// purpose: whether releases vanished from their index, from their newest statement
// params: rows: list of {key, stamp, missing: true or null}
// columns:
// index: package_version_key
// rows: none
UNWIND $rows AS row
MATCH (v:PackageVersion {key: row.key})
WHERE v.missingStamp IS NULL OR v.missingStamp < row.stamp
SET v.missingStamp = row.stamp, v.missing = row.missing
