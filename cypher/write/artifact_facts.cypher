// purpose: what is known of artifacts, from their newest statement
// params: rows: list of {key, stamp, filename, sha256, kind, pythonAbiTags, platformTags, size, requiresPython,
// params:   pythonFrom, pythonUntil, yanked, uploadedAt}
// columns:
// index: artifact_key
// rows: none
UNWIND $rows AS row
MATCH (a:Artifact {key: row.key})
WHERE a.stamp IS NULL OR a.stamp < row.stamp
SET a.stamp = row.stamp, a.filename = row.filename, a.sha256 = row.sha256, a.kind = row.kind,
    a.pythonAbiTags = row.pythonAbiTags, a.platformTags = row.platformTags, a.size = row.size,
    a.requiresPython = row.requiresPython, a.pythonFrom = row.pythonFrom, a.pythonUntil = row.pythonUntil,
    a.yanked = row.yanked, a.uploadedAt = row.uploadedAt
