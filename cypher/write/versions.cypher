// purpose: releases with what follows from their key alone; setting the key locks each node for the transaction
// params: rows: list of {key, package, index, name, version, order, prerelease}, sorted by key
// columns:
// index: package_version_key, package_key, index_key
// rows: none
UNWIND $rows AS row
MATCH (p:Package {key: row.package})
MATCH (i:Index {key: row.index})
MERGE (v:PackageVersion {key: row.key})
SET v.key = row.key, v.name = row.name, v.version = row.version, v.order = row.order,
    v.prerelease = row.prerelease, v.index = row.index
MERGE (p)-[has:HAS_VERSION]->(v)
MERGE (v)-[from:FROM]->(i)
