// purpose: inspections that observations were made in
// params: rows: list of {observation, target}, sorted by target
// columns:
// index: observation_key, inspection_key
// rows: none
UNWIND $rows AS row
MATCH (o:Observation {key: row.observation})
MATCH (t:Inspection {key: row.target})
MERGE (o)-[r:OF]->(t)
