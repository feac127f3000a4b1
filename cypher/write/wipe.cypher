// purpose: removes some nodes with their relationships, to empty the graph batch by batch
// params: nodes: integer
// columns: removed
// index: none; looks through the labels of Thoth
// rows: 1
MATCH (n)
WHERE n:Observation OR n:Artifact OR n:PackageVersion OR n:Package OR n:Module OR n:Environment OR n:Index
  OR n:Document OR n:Migration OR n:Stack OR n:Hardware OR n:Image OR n:Symbol OR n:Advisory OR n:Inspection
  OR n:Advice OR n:RuleSet OR n:Rule
WITH n LIMIT $nodes
DETACH DELETE n
RETURN count(n) AS removed
