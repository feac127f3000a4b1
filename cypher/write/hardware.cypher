// purpose: machines that something was observed on, with what follows from their key
// params: rows: list of {key, cpuVendor, cpuFamily, cpuModel, cpuStepping, cpuName, cpuFlags, cores, machine, l2CacheBytes,
// params:   l3CacheBytes, gpuModel, memoryBytes}, sorted by key
// columns:
// index: hardware_key
// rows: none
UNWIND $rows AS row
MERGE (h:Hardware {key: row.key})
SET h.cpuVendor = row.cpuVendor, h.cpuFamily = row.cpuFamily, h.cpuModel = row.cpuModel,
    h.cpuStepping = row.cpuStepping, h.cpuName = row.cpuName, h.cpuFlags = row.cpuFlags, h.cores = row.cores,
    h.machine = row.machine, h.l2CacheBytes = row.l2CacheBytes, h.l3CacheBytes = row.l3CacheBytes,
    h.gpuModel = row.gpuModel, h.memoryBytes = row.memoryBytes
