// purpose: symbols that the libraries of images offer, from their newest statement
// params: rows: list of {image, stamp, symbol}, sorted by image; of a statement that is written once
// columns:
// index: image_key, symbol_key
// rows: none
UNWIND $rows AS row
MATCH (i:Image {key: row.image})
WHERE i.symbolsStamp = row.stamp
MATCH (s:Symbol {key: row.symbol})
CREATE (i)-[:OFFERS]->(s)
