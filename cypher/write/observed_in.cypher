// purpose: environments that observations were made in
// params: rows: list of {observation, target}, sorted by target
// columns:
// index: observation_key, environment_key
// rows: none
UNWIND $rows AS row
MATCH (o:Observation {key: row.observation})
MATCH (t:Environment {key: row.target})
MERGE (o)-[r:`IN`]->(t)
