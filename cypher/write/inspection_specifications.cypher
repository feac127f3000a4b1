// purpose: what inspections were asked to build and run, from their newest statement
// params: rows: list of {key, stamp, createdAt, identifier, baseImage, packageManager, nativePackages, pythonPackages,
// params:   environment, script, batchSize, buildCpu, buildMemory, buildHardware, runCpu, runMemory, runHardware}
// columns:
// index: inspection_key
// rows: none
UNWIND $rows AS row
MATCH (i:Inspection {key: row.key})
WHERE i.specificationStamp IS NULL OR i.specificationStamp < row.stamp
SET i.specificationStamp = row.stamp, i.createdAt = row.createdAt, i.identifier = row.identifier,
    i.baseImage = row.baseImage, i.packageManager = row.packageManager, i.nativePackages = row.nativePackages,
    i.pythonPackages = row.pythonPackages, i.environment = row.environment, i.script = row.script,
    i.batchSize = row.batchSize, i.buildCpu = row.buildCpu, i.buildMemory = row.buildMemory,
    i.buildHardware = row.buildHardware, i.runCpu = row.runCpu, i.runMemory = row.runMemory,
    i.runHardware = row.runHardware
