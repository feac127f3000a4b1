// purpose: removes the contents of images whose contents a newer document states
// params: rows: list of {key, stamp}
// columns:
// index: image_key
// rows: none
UNWIND $rows AS row
MATCH (i:Image {key: row.key})-[r:CONTAINS]->(:PackageVersion)
WHERE i.contentsStamp < row.stamp
DELETE r
