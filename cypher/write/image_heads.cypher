// purpose: what images are made of, from their newest statement
// params: rows: list of {key, stamp, names, imageId, layers, layersKey, size}
// columns:
// index: image_key
// rows: none
UNWIND $rows AS row
MATCH (i:Image {key: row.key})
WHERE i.stamp IS NULL OR i.stamp < row.stamp
SET i.stamp = row.stamp, i.names = row.names, i.imageId = row.imageId, i.layers = row.layers,
    i.layersKey = row.layersKey, i.size = row.size
