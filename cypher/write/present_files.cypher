// purpose: which files of releases are on their index, from their newest statement
// params: rows: list of {key, stamp, files: list of sha256}
// columns:
// index: package_version_key
// rows: none
UNWIND $rows AS row
MATCH (v:PackageVersion {key: row.key})
WHERE v.filesStamp IS NULL OR v.filesStamp < row.stamp
SET v.filesStamp = row.stamp, v.files = row.files
