// purpose: removes the symbols of images whose symbols a newer document states
// params: rows: list of {key, stamp}
// columns:
// index: image_key
// rows: none
UNWIND $rows AS row
MATCH (i:Image {key: row.key})-[r:OFFERS]->(:Symbol)
WHERE i.symbolsStamp < row.stamp
DELETE r
