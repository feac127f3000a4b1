// purpose: takes every stated fact from releases; what follows from their key stays
// params: keys: list of package version keys
// columns:
// index: package_version_key
// rows: none
UNWIND $keys AS key
MATCH (v:PackageVersion {key: key})
SET v.publishedAt = null, v.requirementsStamp = null, v.requirementsKnown = null, v.requirementsFault = null,
    v.requiresPython = null, v.pythonFrom = null, v.pythonUntil = null, v.providesExtra = null,
    v.metadataStamp = null, v.summary = null, v.license = null, v.classifiers = null, v.metadataVersion = null,
    v.yankedStamp = null, v.yanked = null, v.yankedReason = null, v.missingStamp = null, v.missing = null,
    v.filesStamp = null, v.files = null, v.dependenciesStamp = null, v.requires = null, v.depends = null,
    v.preDepends = null, v.replaces = null, v.source = null, v.sourceVersion = null
