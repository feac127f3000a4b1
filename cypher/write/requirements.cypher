// purpose: requirement lines of releases; one relationship per line and activating extra
// params: rows: list of {version, package, line, text, specifier, marker, extra, extras, from, until,
// params:   allowsPrereleases, pythonFrom, pythonUntil, platforms, machines, residualMarker}
// columns:
// index: package_version_key, package_key
// rows: none
UNWIND $rows AS row
MATCH (v:PackageVersion {key: row.version})
MATCH (p:Package {key: row.package})
CREATE (v)-[:REQUIRES {line: row.line, text: row.text, specifier: row.specifier, marker: row.marker,
        extra: row.extra, extras: row.extras, from: row.from, until: row.until,
        allowsPrereleases: row.allowsPrereleases, pythonFrom: row.pythonFrom, pythonUntil: row.pythonUntil,
        platforms: row.platforms, machines: row.machines, residualMarker: row.residualMarker}]->(p)
