// purpose: how much knowledge there is; packages and releases of Python, not those of operating systems
// params: none
// columns: label, nodes
// index: label counts
// rows: one per label, also where there is no node
MATCH (n:Package) WHERE n.ecosystem = 'pypi' WITH count(n) AS nodes RETURN 'Package' AS label, nodes
UNION ALL
MATCH (n:PackageVersion) WHERE n.ecosystem IS NULL WITH count(n) AS nodes RETURN 'PackageVersion' AS label, nodes
UNION ALL
MATCH (n:Artifact) WITH count(n) AS nodes RETURN 'Artifact' AS label, nodes
UNION ALL
MATCH (n:Document) WITH count(n) AS nodes RETURN 'Document' AS label, nodes
UNION ALL
MATCH (n:Observation) WITH count(n) AS nodes RETURN 'Observation' AS label, nodes
UNION ALL
MATCH (n:Environment) WITH count(n) AS nodes RETURN 'Environment' AS label, nodes
UNION ALL
MATCH (n:Index) WITH count(n) AS nodes RETURN 'Index' AS label, nodes
UNION ALL
MATCH (n:Module) WITH count(n) AS nodes RETURN 'Module' AS label, nodes
