// purpose: releases that are named for the first time, with everything that is stated of them
// params: rows: list of {key, package, index, name, version, order, prerelease, publishedAt, yankedStamp, yanked,
// params:   yankedReason, metadataStamp, summary, license, classifiers, metadataVersion, requirementsStamp,
// params:   requirementsKnown, requirementsFault, requiresPython, pythonFrom, pythonUntil, providesExtra}, sorted by key;
// params:   of releases that are not there
// columns:
// index: package_key, index_key
// rows: none
UNWIND $rows AS row
MATCH (p:Package {key: row.package})
MATCH (i:Index {key: row.index})
CREATE (p)-[:HAS_VERSION]->(v:PackageVersion {key: row.key, name: row.name, version: row.version, order: row.order,
        prerelease: row.prerelease, index: row.index, publishedAt: row.publishedAt,
        yankedStamp: row.yankedStamp, yanked: row.yanked, yankedReason: row.yankedReason,
        metadataStamp: row.metadataStamp, summary: row.summary, license: row.license,
        classifiers: row.classifiers, metadataVersion: row.metadataVersion,
        requirementsStamp: row.requirementsStamp, requirementsKnown: row.requirementsKnown,
        requirementsFault: row.requirementsFault, requiresPython: row.requiresPython,
        pythonFrom: row.pythonFrom, pythonUntil: row.pythonUntil, providesExtra: row.providesExtra})-[:FROM]->(i)
