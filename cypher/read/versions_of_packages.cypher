// purpose: the releases of Python packages, newest first within each
// params: keys: list of package keys
// columns: package, key, name, version, orderKey, prerelease, yanked, yankedReason, index, publishedAt, requiresPython, requirementsKnown, summary, license, classifiers, providesExtra
// index: package_key
// rows: the releases of the named packages
UNWIND $keys AS key
MATCH (p:Package {key: key})-[:HAS_VERSION]->(v:PackageVersion)
WHERE v.ecosystem IS NULL
RETURN p.key AS package, v.key AS key, v.name AS name, v.version AS version, v.order AS orderKey,
       v.prerelease AS prerelease, coalesce(v.yanked, false) AS yanked, v.yankedReason AS yankedReason,
       v.index AS index, v.publishedAt AS publishedAt, v.requiresPython AS requiresPython,
       coalesce(v.requirementsKnown, false) AS requirementsKnown, v.summary AS summary, v.license AS license,
       v.classifiers AS classifiers, v.providesExtra AS providesExtra
ORDER BY p.key, v.order DESC, v.key
