// purpose: what releases demand of the interpreter and whether their requirements are known, from their newest statement
// params: rows: list of {key, stamp, known, fault, requiresPython, pythonFrom, pythonUntil, providesExtra}
// columns:
// index: package_version_key
// rows: none
UNWIND $rows AS row
MATCH (v:PackageVersion {key: row.key})
SET v.requirementsStamp = row.stamp, v.requirementsKnown = row.known, v.requirementsFault = row.fault,
    v.requiresPython = row.requiresPython, v.pythonFrom = row.pythonFrom, v.pythonUntil = row.pythonUntil,
    v.providesExtra = row.providesExtra
