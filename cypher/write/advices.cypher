// purpose: advices, with the document that states them
// params: rows: list of {key, document, upstreamId, outcome, recommendationType, producedAt, origin, sourceType, seed,
// params:   predictor, count, limit, budgetMillis, duration, error, prerelease, asOf, requirements, developRequirements,
// params:   constraints, indexes, onlyBinary, noBinary, labels, libraryUsage, parameters, environment, messages, conflict,
// params:   conflictRequirements, pruned, graphChecksum, stacksInSpace, spaceIsExact, stacksScored, stacksAccepted,
// params:   stacksDiscarded, iterations, bound, optimal, graphStatements}, sorted by key
// columns:
// index: document_key, advice_key
// rows: none
UNWIND $rows AS row
MATCH (d:Document {key: row.document})
MERGE (a:Advice {key: row.key})
SET a.upstreamId = row.upstreamId, a.outcome = row.outcome, a.recommendationType = row.recommendationType,
    a.producedAt = row.producedAt, a.origin = row.origin, a.sourceType = row.sourceType, a.seed = row.seed,
    a.predictor = row.predictor, a.count = row.count, a.limit = row.limit, a.budgetMillis = row.budgetMillis,
    a.duration = row.duration, a.error = row.error, a.prerelease = row.prerelease, a.asOf = row.asOf,
    a.requirements = row.requirements, a.developRequirements = row.developRequirements,
    a.constraints = row.constraints, a.indexes = row.indexes, a.onlyBinary = row.onlyBinary,
    a.noBinary = row.noBinary, a.labels = row.labels, a.libraryUsage = row.libraryUsage,
    a.parameters = row.parameters, a.environment = row.environment, a.messages = row.messages,
    a.conflict = row.conflict, a.conflictRequirements = row.conflictRequirements, a.pruned = row.pruned,
    a.graphChecksum = row.graphChecksum, a.stacksInSpace = row.stacksInSpace, a.spaceIsExact = row.spaceIsExact,
    a.stacksScored = row.stacksScored, a.stacksAccepted = row.stacksAccepted,
    a.stacksDiscarded = row.stacksDiscarded, a.iterations = row.iterations, a.bound = row.bound,
    a.optimal = row.optimal, a.graphStatements = row.graphStatements
MERGE (d)-[states:STATES]->(a)
