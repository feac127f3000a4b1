// purpose: which script inspections ran, from their newest statement
// params: rows: list of {key, stamp, sha256}
// columns:
// index: inspection_key
// rows: none
UNWIND $rows AS row
MATCH (i:Inspection {key: row.key})
WHERE i.scriptStamp IS NULL OR i.scriptStamp < row.stamp
SET i.scriptStamp = row.stamp, i.scriptSha256 = row.sha256
