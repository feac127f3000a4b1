// purpose: artifacts that are named for the first time, each under one of its releases, with what is stated of them
// params: rows: list of {key, version, stamp, filename, kind, pythonAbiTags, platformTags, size, requiresPython, yanked,
// params:   uploadedAt}, sorted by key; of artifacts that are not there
// columns:
// index: package_version_key
// rows: none
UNWIND $rows AS row
MATCH (v:PackageVersion {key: row.version})
CREATE (v)-[:HAS_ARTIFACT]->(:Artifact {key: row.key, stamp: row.stamp, filename: row.filename, kind: row.kind,
        pythonAbiTags: row.pythonAbiTags, platformTags: row.platformTags, size: row.size,
        requiresPython: row.requiresPython, yanked: row.yanked, uploadedAt: row.uploadedAt})
