//! What the bare peer sends: one `CREATE` a table, no read, no `MERGE`, no stamp compared.

/// The text for a table of [`crate::capture::Plan`].
pub(crate) fn text(table: &str) -> &'static str {
    match table {
        "documents" => {
            "UNWIND $rows AS row
             CREATE (:Document {key: row.key, kind: row.kind, schemaVersion: row.schemaVersion,
                     generation: row.generation, producedAt: row.producedAt, producer: row.producer, producerVersion: row.producerVersion,
                     origin: row.origin})"
        }
        "packages" => {
            "UNWIND $rows AS row CREATE (:Package {key: row.key, name: row.name, ecosystem: row.ecosystem})"
        }
        "indexes" => "UNWIND $rows AS row CREATE (:Index {key: row.key, url: row.key})",
        "versions" => {
            "UNWIND $rows AS row
             MATCH (p:Package {key: row.package})
             MATCH (i:Index {key: row.index})
             CREATE (p)-[:HAS_VERSION]->(v:PackageVersion {key: row.key, name: row.name, version: row.version,
                     order: row.order, prerelease: row.prerelease, index: row.index,
                     publishedAt: row.publishedAt, yankedStamp: row.yankedStamp, yanked: row.yanked,
                     yankedReason: row.yankedReason, metadataStamp: row.metadataStamp, summary: row.summary,
                     license: row.license, classifiers: row.classifiers, metadataVersion: row.metadataVersion,
                     requirementsStamp: row.requirementsStamp, requirementsKnown: row.requirementsKnown,
                     requirementsFault: row.requirementsFault, requiresPython: row.requiresPython,
                     pythonFrom: row.pythonFrom, pythonUntil: row.pythonUntil,
                     providesExtra: row.providesExtra})-[:FROM]->(i)"
        }
        "requirements" => {
            "UNWIND $rows AS row
             MATCH (v:PackageVersion {key: row.version})
             MATCH (p:Package {key: row.package})
             CREATE (v)-[:REQUIRES {line: row.line, text: row.text, specifier: row.specifier,
                     marker: row.marker, extra: row.extra, extras: row.extras, from: row.from,
                     until: row.until, allowsPrereleases: row.allowsPrereleases, pythonFrom: row.pythonFrom,
                     pythonUntil: row.pythonUntil, platforms: row.platforms, machines: row.machines,
                     residualMarker: row.residualMarker}]->(p)"
        }
        "artifacts" => {
            "UNWIND $rows AS row
             MATCH (v:PackageVersion {key: row.version})
             CREATE (v)-[:HAS_ARTIFACT]->(:Artifact {key: row.key, stamp: row.stamp, filename: row.filename,
                     kind: row.kind, pythonAbiTags: row.pythonAbiTags, platformTags: row.platformTags,
                     size: row.size, requiresPython: row.requiresPython, yanked: row.yanked,
                     uploadedAt: row.uploadedAt})"
        }
        "shared_artifacts" => {
            "UNWIND $rows AS row
             MATCH (v:PackageVersion {key: row.version})
             MATCH (a:Artifact {key: row.key})
             CREATE (v)-[:HAS_ARTIFACT]->(a)"
        }
        "statements" => {
            "UNWIND $rows AS row
             MATCH (d:Document {key: row.document})
             MATCH (v:PackageVersion {key: row.version})
             CREATE (d)-[:STATES]->(v)"
        }
        other => panic!("no statement for {other}"),
    }
}
