// purpose: locks that advices were asked about
// params: rows: list of {advice, stack}, sorted by stack
// columns:
// index: advice_key, stack_key
// rows: none
UNWIND $rows AS row
MATCH (a:Advice {key: row.advice})
MATCH (s:Stack {key: row.stack})
MERGE (a)-[r:GIVEN]->(s)
