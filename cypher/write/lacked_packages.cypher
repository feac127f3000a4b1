// purpose: packages of which an advice did not know enough
// params: rows: list of {advice, package, specifiers, requiredBy}, sorted by package
// columns:
// index: advice_key, package_key
// rows: none
UNWIND $rows AS row
MATCH (a:Advice {key: row.advice})
MATCH (p:Package {key: row.package})
MERGE (a)-[r:LACKED]->(p)
SET r.specifiers = row.specifiers, r.requiredBy = row.requiredBy
