// purpose: runtime environments that something was observed in
// params: rows: list of {key, os, osVersion, python, implementation, machine}, sorted by key
// columns:
// index: environment_key
// rows: none
UNWIND $rows AS row
MERGE (e:Environment {key: row.key})
SET e.os = row.os, e.osVersion = row.osVersion, e.python = row.python,
    e.implementation = row.implementation, e.machine = row.machine
