// purpose: which statement the contents of images come from: the newest
// params: rows: list of {key, stamp}
// columns:
// index: image_key
// rows: none
UNWIND $rows AS row
MATCH (i:Image {key: row.key})
WHERE i.contentsStamp IS NULL OR i.contentsStamp < row.stamp
SET i.contentsStamp = row.stamp
