// purpose: what was seen of stacks: how they went, and what was measured
// params: keys: list of stack keys; asOf: timestamp or ''
// columns: key, pins, observation, kind, outcome, metric, unit, parameters, value, places, processors
// index: stack_key
// rows: one per build, run and figure of the named stacks
UNWIND $keys AS key
MATCH (s:Stack {key: key})<-[:OBSERVED]-(o:Observation)
WHERE (o.kind IN ['build', 'test'] AND o.outcome IS NOT NULL OR o.kind = 'performance' AND o.metric IS NOT NULL)
  AND ($asOf = '' OR o.observedAt <= $asOf)
RETURN s.key AS key, [(s)-[:PINS]->(v:PackageVersion) | v.key] AS pins, o.key AS observation, o.kind AS kind,
       o.outcome AS outcome, o.metric AS metric, o.unit AS unit, o.parameters AS parameters, o.value AS value,
       [(o)-[:`IN`]->(e:Environment) | [e.os, e.python, e.machine]] AS places,
       [(o)-[:ON]->(h:Hardware) | h.key] AS processors
