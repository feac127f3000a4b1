// purpose: what images hold on to beside releases, which their documents state too: environments and symbols
// params: keys: list of image keys
// columns: label, key
// index: image_key
// rows: one per relationship
UNWIND $keys AS key
MATCH (i:Image {key: key})-[r:HAS_ENVIRONMENT|OFFERS]->(n)
RETURN labels(n)[0] AS label, n.key AS key
