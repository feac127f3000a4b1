//! Cypher of analysts: what both engines answer alike, and what the embedded one refuses rather than answers wrongly.

use thoth_cypher::params;
use thoth_schema::error::ErrorCode;

use super::engines::{Engines, embedded, rows_differ};

const ALIKE: &[&str] = &[
    "MATCH (p:Package) RETURN p.name AS name ORDER BY name",
    "MATCH (p:Package)-[:HAS_VERSION]->(v:PackageVersion) RETURN p.name AS name, count(v) AS versions ORDER BY versions DESC, name",
    "MATCH (p:Package)-[:HAS_VERSION]->(v:PackageVersion) WITH p.name AS name, count(v) AS versions WHERE versions > 1 RETURN name, versions ORDER BY name",
    "MATCH (p:Package) WHERE NOT EXISTS { MATCH (p)-[:HAS_VERSION]->(:PackageVersion) } RETURN p.name AS name ORDER BY name",
    "MATCH (o:Observation)-[:OBSERVED]->(v:PackageVersion) RETURN o.outcome AS outcome, count(DISTINCT v.key) AS releases ORDER BY outcome",
    "MATCH (v:PackageVersion)-[r:REQUIRES]->(p:Package) WHERE r.extra <> '' RETURN DISTINCT r.extra AS extra, p.name AS name ORDER BY extra, name",
    "MATCH (v:PackageVersion) WHERE v.publishedAt IS NULL RETURN v.key AS key ORDER BY key",
    "MATCH (v:PackageVersion) WHERE v.publishedAt >= '2020' AND v.yanked = false RETURN v.key AS key, v.publishedAt AS at ORDER BY at DESC, key LIMIT 5",
    "MATCH (p:Package) WITH p.name AS name ORDER BY name WITH collect(name) AS names RETURN names[0..3] AS first, size(names) AS total",
    "MATCH (p:Package {name: 'web'})-[:HAS_VERSION]->(:PackageVersion)-[:REQUIRES]->(d:Package) RETURN DISTINCT d.name AS name ORDER BY name SKIP 1 LIMIT 4",
    "MATCH (a:Artifact) WHERE any(tag IN a.platformTags WHERE tag STARTS WITH 'manylinux') RETURN a.filename AS name ORDER BY name",
    "MATCH (a:Artifact) RETURN min(a.filename) AS first, max(a.size) AS largest, count(a.size) AS sized, count(*) AS total",
    "UNWIND ['web', 'nowhere'] AS name OPTIONAL MATCH (p:Package {name: name}) RETURN name, p.key AS key ORDER BY name, key",
    "MATCH (m:Module)<-[:PROVIDES]-(v:PackageVersion) RETURN m.key AS module, v.name AS name ORDER BY module, name",
    "MATCH (v:PackageVersion) WHERE v.version =~ '2[.].*' RETURN v.key AS key ORDER BY key",
    "MATCH (v:PackageVersion {key: 'pkg:pypi/web@1.1'}) RETURN CASE WHEN v.yanked THEN 'yanked' ELSE 'good' END AS state, toUpper(v.name) AS name",
];

/// What the embedded engine answers wrongly, with a word of the rewrite that its refusal names.
const REFUSED: &[(&str, &str)] = &[
    (
        "MATCH (v:PackageVersion) RETURN CASE WHEN v.yanked THEN 'yanked' ELSE 'good' END AS state, count(v) AS total",
        "plain columns",
    ),
    (
        "MATCH (p:Package) WITH p ORDER BY p.name RETURN collect(p.name)[0..2] AS first",
        "WITH first",
    ),
    (
        "MATCH (p:Package) RETURN collect(p.name)[0] AS first",
        "WITH first",
    ),
    (
        "MATCH (p:Package)-[:HAS_VERSION]->(v:PackageVersion) WITH p.key AS package, v RETURN package, count(v) AS total",
        "aggregate in the clause",
    ),
    (
        "MATCH (p:Package) FOREACH (x IN [1] | SET p.x = x)",
        "thoth ingest",
    ),
    ("MATCH (n) DETACH DELETE n", "thoth ingest"),
];

#[tokio::test(flavor = "multi_thread")]
async fn known_wrong_answers_are_refused_with_the_rewrite() {
    let graph = embedded().await;
    for (text, rewrite) in REFUSED {
        let fault = graph.query(text, params! {}).await.unwrap_err();
        assert_eq!(fault.code, ErrorCode::GraphQueryRefused, "{text}: {fault}");
        let remedy = fault.remedy.unwrap_or_default();
        assert!(remedy.contains(rewrite), "{text}: {remedy}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ad_hoc_queries_answer_alike() {
    let Some(engines) = Engines::loaded().await else {
        return;
    };
    let mut faults = Vec::new();
    for text in ALIKE {
        let embedded = engines.embedded.query(text, params! {}).await;
        let neo4j = engines.neo4j.query(text, params! {}).await.unwrap();
        assert!(!neo4j.is_empty(), "the fixture gives this query no row: {text}");
        match embedded {
            Ok(embedded) if embedded.columns != neo4j.columns => {
                faults.push(format!("{text}\n    columns {:?}", embedded.columns))
            }
            Ok(embedded) => {
                let found = rows_differ("query", text, &embedded, &neo4j);
                faults.extend(found.map(|found| format!("{text}\n    {found}")));
            }
            Err(fault) => faults.push(format!("{text}\n    {fault}")),
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn writing_is_refused_on_neo4j_too() {
    let Some(engines) = Engines::empty().await else {
        return;
    };
    for text in [
        "CREATE (:Package {key: 'x'})",
        "MATCH (n) SET n.a = 1",
        "CALL db.labels()",
    ] {
        let fault = engines.neo4j.query(text, params! {}).await.unwrap_err();
        assert_eq!(fault.code, ErrorCode::GraphQueryRefused, "{text}: {fault}");
    }
}
