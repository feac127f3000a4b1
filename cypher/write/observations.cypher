// purpose: observations, with the document that states them
// params: rows: list of {key, document, kind, outcome, errorClass, message, observedAt, component, metric, value, unit,
// params:   metrics, values, parameters}
// columns:
// index: document_key, observation_key
// rows: none
UNWIND $rows AS row
MATCH (d:Document {key: row.document})
MERGE (o:Observation {key: row.key})
SET o.kind = row.kind, o.outcome = row.outcome, o.errorClass = row.errorClass, o.message = row.message,
    o.observedAt = row.observedAt, o.component = row.component, o.metric = row.metric, o.value = row.value,
    o.unit = row.unit, o.metrics = row.metrics, o.values = row.values, o.parameters = row.parameters
MERGE (d)-[states:STATES]->(o)
