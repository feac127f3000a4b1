// purpose: Python releases by key; those of operating systems have an ecosystem
// params: keys: list of package version keys
// columns: package, key, name, version, orderKey, prerelease, yanked, yankedReason, index, publishedAt, requiresPython, requirementsKnown, summary, license, classifiers, providesExtra
// index: package_version_key
// rows: at most one per key
UNWIND $keys AS key
MATCH (p:Package)-[:HAS_VERSION]->(v:PackageVersion {key: key})
WHERE v.ecosystem IS NULL
RETURN p.key AS package, v.key AS key, v.name AS name, v.version AS version, v.order AS orderKey,
       v.prerelease AS prerelease, coalesce(v.yanked, false) AS yanked, v.yankedReason AS yankedReason,
       v.index AS index, v.publishedAt AS publishedAt, v.requiresPython AS requiresPython,
       coalesce(v.requirementsKnown, false) AS requirementsKnown, v.summary AS summary, v.license AS license,
       v.classifiers AS classifiers, v.providesExtra AS providesExtra
