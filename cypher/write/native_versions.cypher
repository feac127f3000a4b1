// purpose: versions of packages of operating systems; setting the key locks each node for the transaction
// params: rows: list of {key, package, ecosystem, name, version, epoch, arch}, sorted by key
// columns:
// index: package_version_key, package_key
// rows: none
UNWIND $rows AS row
MATCH (p:Package {key: row.package})
MERGE (v:PackageVersion {key: row.key})
SET v.key = row.key, v.ecosystem = row.ecosystem, v.name = row.name, v.version = row.version,
    v.epoch = row.epoch, v.arch = row.arch
MERGE (p)-[has:HAS_VERSION]->(v)
