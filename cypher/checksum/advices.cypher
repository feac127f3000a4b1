// purpose: every Advice node, for the canonical checksum
// params: none
// columns: key, properties
// index: label scan, by purpose
// rows: one per node
MATCH (n:Advice)
RETURN n.key AS key, properties(n) AS properties
