// purpose: how many artifacts of each release are on the index and would install: source distributions, and wheels by
// purpose:   their tags
// params: keys: list of package version keys; pythonAbi, platforms, anyPythonAbi: lists of tags
// columns: key, recorded, sdists, wheels
// index: package_version_key
// rows: one per named release that has artifacts
UNWIND $keys AS key
MATCH (v:PackageVersion {key: key})-[:HAS_ARTIFACT]->(a:Artifact)
RETURN v.key AS key, count(a) AS recorded,
       sum(CASE WHEN (v.filesStamp IS NULL OR a.key IN coalesce(v.files, []) OR coalesce(a.stamp, '') > v.filesStamp)
                 AND (a.kind IS NULL OR a.kind = 'sdist') THEN 1 ELSE 0 END) AS sdists,
       sum(CASE WHEN (v.filesStamp IS NULL OR a.key IN coalesce(v.files, []) OR coalesce(a.stamp, '') > v.filesStamp)
                 AND a.kind = 'wheel'
                 AND ((any(t IN a.platformTags WHERE t IN $platforms) AND any(t IN a.pythonAbiTags WHERE t IN $pythonAbi))
                      OR ('any' IN a.platformTags AND any(t IN a.pythonAbiTags WHERE t IN $anyPythonAbi)))
                THEN 1 ELSE 0 END) AS wheels
