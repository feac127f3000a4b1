// purpose: the migrations that this graph has seen
// params: none
// columns: key, name, checksum
// index: label scan of a handful of nodes
// rows: one per migration
MATCH (m:Migration)
RETURN m.key AS key, m.name AS name, m.checksum AS checksum
ORDER BY m.key
