// purpose: removes some nodes with their relationships, to empty the graph batch by batch
// params: nodes: integer
// columns: removed
// index: none; looks through the labels of Thoth
// rows: 1
MATCH (n)
WHERE n:Observation OR n:Artifact OR n:PackageVersion OR n:Package OR n:Module OR n:Environment OR n:Index
  OR n:Document OR n:Migration
WITH n LIMIT $nodes
DETACH DELETE n
RETURN count(n) AS removed
