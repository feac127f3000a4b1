// purpose: what advisories affect, from the statement that their facts come from; goes after their facts
// params: rows: list of {advisory, stamp, package, from, until, versions, fixedIn, events, severity}, sorted by advisory
// columns:
// index: advisory_key, package_key
// rows: none
UNWIND $rows AS row
MATCH (a:Advisory {key: row.advisory})
MATCH (p:Package {key: row.package})
WHERE a.stamp = row.stamp
MERGE (a)-[r:AFFECTS]->(p)
SET r.from = row.from, r.until = row.until, r.versions = row.versions, r.fixedIn = row.fixedIn,
    r.events = row.events, r.severity = row.severity
