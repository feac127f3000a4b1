// purpose: observations of releases, with the document that states them and the environment they were made in
// params: rows: list of {key, document, version, environment, kind, outcome, errorClass, message, observedAt}
// columns:
// index: document_key, package_version_key, environment_key, observation_key
// rows: none
UNWIND $rows AS row
MATCH (d:Document {key: row.document})
MATCH (v:PackageVersion {key: row.version})
MATCH (e:Environment {key: row.environment})
MERGE (o:Observation {key: row.key})
SET o.kind = row.kind, o.outcome = row.outcome, o.errorClass = row.errorClass, o.message = row.message,
    o.observedAt = row.observedAt
MERGE (d)-[states:STATES]->(o)
MERGE (o)-[observed:OBSERVED]->(v)
MERGE (o)-[within:`IN`]->(e)
