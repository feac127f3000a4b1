// purpose: environments that images offer, one for each Python, from their newest statement
// params: rows: list of {image, stamp, environment}, sorted by image; of a statement that is written once
// columns:
// index: image_key, environment_key
// rows: none
UNWIND $rows AS row
MATCH (i:Image {key: row.image})
WHERE i.systemStamp = row.stamp
MATCH (e:Environment {key: row.environment})
CREATE (i)-[:HAS_ENVIRONMENT]->(e)
