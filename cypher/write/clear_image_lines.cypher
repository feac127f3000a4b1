// purpose: takes contents, environments and symbols from images
// params: keys: list of image keys
// columns:
// index: image_key
// rows: none
UNWIND $keys AS key
MATCH (i:Image {key: key})-[r:CONTAINS|HAS_ENVIRONMENT|OFFERS]->()
DELETE r
