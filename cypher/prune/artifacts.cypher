// purpose: artifacts of chosen releases that are on the index, for hashes and for the check that one of them installs
// params: keys: list of package version keys
// columns: key, filename, sha256, kind, yanked, requiresPython
// index: package_version_key
// rows: the artifacts of the named releases
UNWIND $keys AS key
MATCH (v:PackageVersion {key: key})-[:HAS_ARTIFACT]->(a:Artifact)
WHERE v.filesStamp IS NULL OR a.key IN coalesce(v.files, []) OR coalesce(a.stamp, '') > v.filesStamp
RETURN v.key AS key, a.filename AS filename, a.key AS sha256, a.kind AS kind,
       coalesce(a.yanked, false) AS yanked, a.requiresPython AS requiresPython
ORDER BY v.key, a.filename, a.key
