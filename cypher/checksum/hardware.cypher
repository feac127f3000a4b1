// purpose: every Hardware node, for the canonical checksum
// params: none
// columns: key, properties
// index: label scan, by purpose
// rows: one per node
MATCH (n:Hardware)
RETURN n.key AS key, properties(n) AS properties
