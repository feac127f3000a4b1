// purpose: environments that the stacks of inspections are meant for
// params: rows: list of {inspection, environment}, sorted by inspection
// columns:
// index: inspection_key, environment_key
// rows: none
UNWIND $rows AS row
MATCH (i:Inspection {key: row.inspection})
MATCH (e:Environment {key: row.environment})
MERGE (i)-[r:FOR]->(e)
