// purpose: artifacts by key
// params: keys: list of artifact keys
// columns: key, filename, sha256, kind, size, pythonAbiTags, platformTags, requiresPython, yanked, uploadedAt
// index: artifact_key
// rows: at most one per key
UNWIND $keys AS key
MATCH (a:Artifact {key: key})
RETURN a.key AS key, a.filename AS filename, a.key AS sha256, a.kind AS kind, a.size AS size,
       a.pythonAbiTags AS pythonAbiTags, a.platformTags AS platformTags, a.requiresPython AS requiresPython,
       coalesce(a.yanked, false) AS yanked, a.uploadedAt AS uploadedAt
