// purpose: the packages that advisories affect, with the versions as stated and as intervals
// params: keys: list of advisory keys
// columns: advisory, package, ecosystem, name, from, until, versions, fixedIn, events, severity
// index: advisory_key
// rows: the packages that the named advisories affect
UNWIND $keys AS key
MATCH (a:Advisory {key: key})-[r:AFFECTS]->(p:Package)
RETURN a.key AS advisory, p.key AS package, p.ecosystem AS ecosystem, p.name AS name, r.from AS from, r.until AS until,
       r.versions AS versions, r.fixedIn AS fixedIn, r.events AS events, r.severity AS severity
ORDER BY a.key, p.key
