// purpose: stacks that observations are of
// params: rows: list of {observation, target}, sorted by target
// columns:
// index: observation_key, stack_key
// rows: none
UNWIND $rows AS row
MATCH (o:Observation {key: row.observation})
MATCH (t:Stack {key: row.target})
MERGE (o)-[r:OBSERVED]->(t)
