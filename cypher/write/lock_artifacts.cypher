// purpose: which of these artifacts are there, each locked for the transaction
// params: keys: sorted list of sha256 hex
// columns: key
// index: artifact_key
// rows: at most one per key
UNWIND $keys AS key
MATCH (a:Artifact {key: key})
SET a.key = key
RETURN a.key AS key
