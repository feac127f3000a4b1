// purpose: what is known of advisories, from their newest statement
// params: rows: list of {key, stamp, aliases, related, upstream, summary, details, severity, score, databaseSeverity, cwes,
// params:   published, modified, withdrawn, references}
// columns:
// index: advisory_key
// rows: none
UNWIND $rows AS row
MATCH (a:Advisory {key: row.key})
WHERE a.stamp IS NULL OR a.stamp < row.stamp
SET a.stamp = row.stamp, a.aliases = row.aliases, a.related = row.related, a.upstream = row.upstream,
    a.summary = row.summary, a.details = row.details, a.severity = row.severity, a.score = row.score,
    a.databaseSeverity = row.databaseSeverity, a.cwes = row.cwes, a.published = row.published,
    a.modified = row.modified, a.withdrawn = row.withdrawn, a.references = row.references
