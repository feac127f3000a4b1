// purpose: whether whole packages vanished from an index, from the newest statement
// params: rows: list of {package, index, stamp, missing: true or null}
// columns:
// index: package_key, index_key
// rows: none
UNWIND $rows AS row
MATCH (p:Package {key: row.package})-[r:MISSING_FROM]->(i:Index {key: row.index})
WHERE r.stamp IS NULL OR r.stamp < row.stamp
SET r.stamp = row.stamp, r.missing = row.missing
