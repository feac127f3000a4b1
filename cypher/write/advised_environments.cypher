// purpose: environments that advices are for
// params: rows: list of {advice, environment}, sorted by environment
// columns:
// index: advice_key, environment_key
// rows: none
UNWIND $rows AS row
MATCH (a:Advice {key: row.advice})
MATCH (e:Environment {key: row.environment})
MERGE (a)-[r:FOR]->(e)
