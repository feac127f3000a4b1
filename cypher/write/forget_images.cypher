// purpose: removes those of these images that nothing refers to; each is locked by setting its key, and looked at again
// params: keys: list of image keys, sorted
// columns:
// index: image_key
// rows: none
UNWIND $keys AS key
MATCH (n:Image {key: key})
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
SET n.key = key
WITH n
WHERE NOT EXISTS { MATCH (n)<-[r]-() }
DETACH DELETE n
