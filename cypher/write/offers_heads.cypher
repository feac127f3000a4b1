// purpose: which statement the symbols of images come from: the newest
// params: rows: list of {key, stamp}
// columns:
// index: image_key
// rows: none
UNWIND $rows AS row
MATCH (i:Image {key: row.key})
WHERE i.symbolsStamp IS NULL OR i.symbolsStamp < row.stamp
SET i.symbolsStamp = row.stamp
