// purpose: removes the environments of images whose system a newer document states
// params: rows: list of {key, stamp}
// columns:
// index: image_key
// rows: none
UNWIND $rows AS row
MATCH (i:Image {key: row.key})-[r:HAS_ENVIRONMENT]->(:Environment)
WHERE i.systemStamp < row.stamp
DELETE r
