// purpose: one page per package of the requirement lines that name it
// params: pages: list of {key: package key, after: package version key or '', afterLine: integer, afterExtra: string}
// params: limit: integer, rows per page
// columns: key, version, package, name, line, text, specifier, marker, extra, extras
// index: package_key; v has no label, or Neo4j starts at every release key past `after`
// rows: limit per page
UNWIND $pages AS page
CALL (page) {
  MATCH (p:Package {key: page.key})<-[r:REQUIRES]-(v)
  WHERE v.key > page.after
     OR (v.key = page.after AND (r.line > page.afterLine OR (r.line = page.afterLine AND r.extra > page.afterExtra)))
  RETURN v.key AS version, p.key AS package, p.name AS name, r.line AS line, r.text AS text,
         r.specifier AS specifier, r.marker AS marker, r.extra AS extra, r.extras AS extras
  ORDER BY v.key, r.line, r.extra
  LIMIT $limit
}
RETURN package AS key, version, package, name, line, text, specifier, marker, extra, extras
ORDER BY key, version, line, extra
