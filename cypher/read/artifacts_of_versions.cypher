// purpose: artifacts of releases by file name
// params: keys: list of package version keys
// columns: version, key, filename, sha256, kind, size, pythonAbiTags, platformTags, requiresPython, yanked, uploadedAt
// index: package_version_key
// rows: the artifacts of the named releases
UNWIND $keys AS key
MATCH (v:PackageVersion {key: key})-[:HAS_ARTIFACT]->(a:Artifact)
RETURN v.key AS version, a.key AS key, a.filename AS filename, a.key AS sha256, a.kind AS kind,
       a.size AS size, a.pythonAbiTags AS pythonAbiTags, a.platformTags AS platformTags,
       a.requiresPython AS requiresPython, coalesce(a.yanked, false) AS yanked, a.uploadedAt AS uploadedAt
ORDER BY v.key, a.filename, a.key
