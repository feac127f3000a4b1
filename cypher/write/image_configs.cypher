// purpose: how images are configured, from their newest statement
// params: rows: list of {key, stamp, architecture, createdAt, env, labels, entrypoint}
// columns:
// index: image_key
// rows: none
UNWIND $rows AS row
MATCH (i:Image {key: row.key})
WHERE i.configStamp IS NULL OR i.configStamp < row.stamp
SET i.configStamp = row.stamp, i.architecture = row.architecture, i.createdAt = row.createdAt, i.env = row.env,
    i.labels = row.labels, i.entrypoint = row.entrypoint
