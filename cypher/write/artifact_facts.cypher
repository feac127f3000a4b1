// purpose: what is known of artifacts, from their newest statement
// params: rows: list of {key, stamp, filename, kind, pythonAbiTags, platformTags, size, requiresPython,
// params:   yanked, uploadedAt}
// columns:
// index: artifact_key
// rows: none
UNWIND $rows AS row
MATCH (a:Artifact {key: row.key})
WHERE a.stamp IS NULL OR a.stamp < row.stamp
SET a.stamp = row.stamp, a.filename = row.filename, a.kind = row.kind,
    a.pythonAbiTags = row.pythonAbiTags, a.platformTags = row.platformTags, a.size = row.size,
    a.requiresPython = row.requiresPython,
    a.yanked = row.yanked, a.uploadedAt = row.uploadedAt
