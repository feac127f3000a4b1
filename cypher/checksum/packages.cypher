// purpose: every Package node, for the canonical checksum; its revision, another in every graph, is left out
// params: none
// columns: key, properties
// index: label scan, by purpose
// rows: one per node
MATCH (n:Package)
RETURN n.key AS key, {name: n.name, ecosystem: n.ecosystem} AS properties
