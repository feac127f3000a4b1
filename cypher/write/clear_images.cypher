// purpose: takes every stated fact from images
// params: keys: list of image keys
// columns:
// index: image_key
// rows: none
UNWIND $keys AS key
MATCH (i:Image {key: key})
SET i.stamp = null, i.names = null, i.imageId = null, i.layers = null, i.layersKey = null, i.size = null,
    i.configStamp = null, i.architecture = null, i.createdAt = null, i.env = null, i.labels = null,
    i.entrypoint = null, i.systemStamp = null, i.os = null, i.osVersion = null, i.osName = null,
    i.interpreters = null, i.cuda = null, i.pythonFiles = null, i.pythonFilesDigest = null, i.contentsStamp = null,
    i.symbolsStamp = null
