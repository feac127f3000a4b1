// purpose: requirement lines of releases in published order
// params: keys: list of package version keys
// columns: version, package, name, line, text, specifier, marker, extra, extras
// index: package_version_key
// rows: the requirement lines of the named releases
UNWIND $keys AS key
MATCH (v:PackageVersion {key: key})-[r:REQUIRES]->(p:Package)
RETURN v.key AS version, p.key AS package, p.name AS name, r.line AS line, r.text AS text,
       r.specifier AS specifier, r.marker AS marker, r.extra AS extra, r.extras AS extras
ORDER BY v.key, r.line, r.extra
