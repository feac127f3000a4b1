// purpose: what releases demand of the interpreter and whether their requirements are known, from their newest statement
// params: rows: list of {key, requirementsStamp, requirementsKnown, requirementsFault, requiresPython,
// params:   pythonFrom, pythonUntil, providesExtra}
// columns:
// index: package_version_key
// rows: none
UNWIND $rows AS row
MATCH (v:PackageVersion {key: row.key})
SET v.requirementsStamp = row.requirementsStamp, v.requirementsKnown = row.requirementsKnown,
    v.requirementsFault = row.requirementsFault, v.requiresPython = row.requiresPython,
    v.pythonFrom = row.pythonFrom, v.pythonUntil = row.pythonUntil,
    v.providesExtra = row.providesExtra
