// purpose: the advisories that affect releases, as known at a time
// params: keys: list of package version keys; asOf: timestamp, only what was published by then, or '';
// params: withdrawn: boolean, whether to list advisories that are withdrawn (by then) too
// columns: version, advisory, aliases, summary, severity, score, published, modified, withdrawn, fixedIn
// index: package_version_key
// rows: the advisories that affect the named releases; one without a publication time counts as of its last change
UNWIND $keys AS key
MATCH (v:PackageVersion {key: key})<-[:HAS_VERSION]-(p:Package)<-[r:AFFECTS]-(a:Advisory)
WHERE any(i IN range(0, size(coalesce(r.from, [])) - 1) WHERE r.from[i] <= v.order AND v.order < r.until[i])
  AND ($asOf = '' OR coalesce(a.published, a.modified) <= $asOf)
  AND ($withdrawn OR a.withdrawn IS NULL OR ($asOf <> '' AND a.withdrawn > $asOf))
RETURN v.key AS version, a.key AS advisory, a.aliases AS aliases, a.summary AS summary, a.severity AS severity,
       a.score AS score, a.published AS published, a.modified AS modified, a.withdrawn AS withdrawn,
       r.fixedIn AS fixedIn
ORDER BY v.key, a.key
