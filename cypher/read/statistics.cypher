// purpose: how much knowledge there is
// params: none
// columns: label, nodes
// index: label counts
// rows: one per label
MATCH (n:Package) RETURN 'Package' AS label, count(n) AS nodes
UNION ALL
MATCH (n:PackageVersion) RETURN 'PackageVersion' AS label, count(n) AS nodes
UNION ALL
MATCH (n:Artifact) RETURN 'Artifact' AS label, count(n) AS nodes
UNION ALL
MATCH (n:Document) RETURN 'Document' AS label, count(n) AS nodes
UNION ALL
MATCH (n:Observation) RETURN 'Observation' AS label, count(n) AS nodes
UNION ALL
MATCH (n:Environment) RETURN 'Environment' AS label, count(n) AS nodes
UNION ALL
MATCH (n:Index) RETURN 'Index' AS label, count(n) AS nodes
UNION ALL
MATCH (n:Module) RETURN 'Module' AS label, count(n) AS nodes
