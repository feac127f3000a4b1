// purpose: takes every stated fact from artifacts
// params: keys: list of artifact keys
// columns:
// index: artifact_key
// rows: none
UNWIND $keys AS key
MATCH (a:Artifact {key: key})
SET a.stamp = null, a.filename = null, a.kind = null, a.pythonAbiTags = null, a.platformTags = null, a.size = null,
    a.requiresPython = null, a.yanked = null, a.uploadedAt = null
