// purpose: stacks that advices recommend
// params: rows: list of {advice, stack, rank, score, justifications, changes}, sorted by stack
// columns:
// index: advice_key, stack_key
// rows: none
UNWIND $rows AS row
MATCH (a:Advice {key: row.advice})
MATCH (s:Stack {key: row.stack})
MERGE (a)-[r:RECOMMENDS {rank: row.rank}]->(s)
SET r.score = row.score, r.justifications = row.justifications, r.changes = row.changes
