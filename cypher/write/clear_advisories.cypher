// purpose: takes every stated fact from advisories
// params: keys: list of advisory keys
// columns:
// index: advisory_key
// rows: none
UNWIND $keys AS key
MATCH (a:Advisory {key: key})
SET a.stamp = null, a.aliases = null, a.related = null, a.upstream = null, a.summary = null, a.details = null,
    a.severity = null, a.score = null, a.databaseSeverity = null, a.cwes = null, a.published = null,
    a.modified = null, a.withdrawn = null, a.references = null
