// purpose: machines that observations were made on
// params: rows: list of {observation, target}, sorted by target
// columns:
// index: observation_key, hardware_key
// rows: none
UNWIND $rows AS row
MATCH (o:Observation {key: row.observation})
MATCH (t:Hardware {key: row.target})
MERGE (o)-[r:ON]->(t)
