// purpose: requirement lines of releases; one relationship per line and activating extra
// params: rows: list of {version, lines: list of {line, requirement: place in requirements}},
// params: requirements: list of {package, text, specifier, marker, extra, extras, from, until, allowsPrereleases,
// params:   pythonFrom, pythonUntil, platforms, machines, residualMarker}
// columns:
// index: package_version_key, package_key
// rows: none
UNWIND $rows AS row
MATCH (v:PackageVersion {key: row.version})
UNWIND row.lines AS said
WITH v, said.line AS line, $requirements[said.requirement] AS requirement
MATCH (p:Package {key: requirement.package})
CREATE (v)-[:REQUIRES {line: line, text: requirement.text, specifier: requirement.specifier,
        marker: requirement.marker, extra: requirement.extra, extras: requirement.extras,
        from: requirement.from, until: requirement.until, allowsPrereleases: requirement.allowsPrereleases,
        pythonFrom: requirement.pythonFrom, pythonUntil: requirement.pythonUntil,
        platforms: requirement.platforms, machines: requirement.machines,
        residualMarker: requirement.residualMarker}]->(p)
