// purpose: packages of which something is known as a whole on an index
// params: rows: list of {package, index}, sorted by package
// columns:
// index: package_key, index_key
// rows: none
UNWIND $rows AS row
MATCH (p:Package {key: row.package})
MATCH (i:Index {key: row.index})
MERGE (p)-[r:MISSING_FROM]->(i)
