// purpose: what is installed in images beside packages, from their newest statement
// params: rows: list of {key, stamp, os, osVersion, osName, interpreters, cuda, pythonFiles, pythonFilesDigest}
// columns:
// index: image_key
// rows: none
UNWIND $rows AS row
MATCH (i:Image {key: row.key})
WHERE i.systemStamp IS NULL OR i.systemStamp < row.stamp
SET i.systemStamp = row.stamp, i.os = row.os, i.osVersion = row.osVersion, i.osName = row.osName,
    i.interpreters = row.interpreters, i.cuda = row.cuda, i.pythonFiles = row.pythonFiles,
    i.pythonFilesDigest = row.pythonFilesDigest
