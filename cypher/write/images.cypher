// purpose: images, and which documents speak of them by which names; setting the key locks each node for the transaction
// params: rows: list of {key, document, names}, sorted by key; of documents written in the same transaction
// columns:
// index: image_key, document_key
// rows: none
UNWIND $rows AS row
MATCH (d:Document {key: row.document})
MERGE (i:Image {key: row.key})
SET i.key = row.key
CREATE (d)-[:STATES {names: row.names}]->(i)
