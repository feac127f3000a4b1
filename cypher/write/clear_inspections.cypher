// purpose: takes every stated fact from inspections
// params: keys: list of inspection keys
// columns:
// index: inspection_key
// rows: none
UNWIND $keys AS key
MATCH (i:Inspection {key: key})
SET i.specificationStamp = null, i.createdAt = null, i.identifier = null, i.baseImage = null,
    i.packageManager = null, i.nativePackages = null, i.pythonPackages = null, i.environment = null, i.script = null,
    i.batchSize = null, i.buildCpu = null, i.buildMemory = null, i.buildHardware = null, i.runCpu = null,
    i.runMemory = null, i.runHardware = null, i.scriptStamp = null, i.scriptSha256 = null, i.stackStamp = null
