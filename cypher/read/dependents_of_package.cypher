// purpose: a page of the releases that require a package, with the requirement line
// params: key: package key, after: package version key or '', afterLine: integer, limit: integer
// columns: version, package, name, line, text, specifier, marker, extra, extras
// index: package_key
// rows: limit
MATCH (p:Package {key: $key})<-[r:REQUIRES]-(v:PackageVersion)
WHERE v.key > $after OR (v.key = $after AND r.line > $afterLine)
RETURN v.key AS version, p.key AS package, p.name AS name, r.line AS line, r.text AS text,
       r.specifier AS specifier, r.marker AS marker, r.extra AS extra, r.extras AS extras
ORDER BY v.key, r.line, r.extra
LIMIT $limit
