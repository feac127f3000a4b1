// purpose: what images contain, once per location, from their newest statement
// params: rows: list of {image, stamp, version, location, layer}, sorted by image; of a statement that is written once
// columns:
// index: image_key, package_version_key
// rows: none
UNWIND $rows AS row
MATCH (i:Image {key: row.image})
WHERE i.contentsStamp = row.stamp
MATCH (v:PackageVersion {key: row.version})
CREATE (i)-[:CONTAINS {location: row.location, layer: row.layer}]->(v)
