// purpose: advisories by key
// params: keys: list of advisory keys
// columns: key, aliases, related, upstream, summary, details, severity, score, databaseSeverity, cwes, published, modified, withdrawn, references
// index: advisory_key
// rows: at most one per key
UNWIND $keys AS key
MATCH (a:Advisory {key: key})
RETURN a.key AS key, a.aliases AS aliases, a.related AS related, a.upstream AS upstream, a.summary AS summary,
       a.details AS details, a.severity AS severity, a.score AS score, a.databaseSeverity AS databaseSeverity,
       a.cwes AS cwes, a.published AS published, a.modified AS modified, a.withdrawn AS withdrawn,
       a.references AS references
