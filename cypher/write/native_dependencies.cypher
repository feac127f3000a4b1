// purpose: what packages of operating systems need and replace, and their source, from their newest statement
// params: rows: list of {key, stamp, requires, depends, preDepends, replaces, source, sourceVersion}
// columns:
// index: package_version_key
// rows: none
UNWIND $rows AS row
MATCH (v:PackageVersion {key: row.key})
WHERE v.dependenciesStamp IS NULL OR v.dependenciesStamp < row.stamp
SET v.dependenciesStamp = row.stamp, v.requires = row.requires, v.depends = row.depends,
    v.preDepends = row.preDepends, v.replaces = row.replaces, v.source = row.source,
    v.sourceVersion = row.sourceVersion
