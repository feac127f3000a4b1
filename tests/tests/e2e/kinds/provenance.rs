//! Checks of provenance in the graph: observations of releases and of the lock.

use serde_json::{Value, json};
use thoth_ingest::sync::sync;
use thoth_schema::document::Document;
use thoth_tests::paths::shared_file;

use super::engines::{ask, graphs, same_whatever_the_order};

const MIRROR: &str = "https://mirror.example/simple";

/// An envelope with a lock, the predecessor's form of 2021 of the same lock without findings, its form of 2018 without a
/// lock, and one that states what another states.
fn documents() -> Vec<Document> {
    let envelope = |at: &str| {
        json!({"kind": "provenance", "schemaVersion": 1, "producer": {"name": "checker", "version": "1"}, "producedAt": at,
            "payload": {
                "lock": [{"name": "Web", "version": "1.0"}, {"name": "lib", "version": "2.0", "index": MIRROR}],
                "admittedIndexes": [MIRROR],
                "findings": [
                    {"id": "ARTIFACT-DIFFERENT-SOURCE", "severity": "error", "name": "lib", "version": "2.0", "index": MIRROR,
                        "message": "of another source", "foundOn": ["https://b.example"], "digest": "sha256:00"},
                    {"id": "INSECURE-SOURCE", "severity": "warning", "message": "not verified"}]}})
    };
    let predecessor = |at: &str, report: Value, lock: Option<Value>| {
        let mut value = json!({"metadata": {"analyzer": "thoth-adviser", "analyzer_version": "0.9", "datetime": at,
                "document_id": "provenance-checker-1"}, "result": {"error": false, "report": report}});
        if let Some(lock) = lock {
            value["result"]["parameters"] = json!({"project": {"requirements_locked": lock}});
        }
        value
    };
    let lock = json!({"_meta": {"sources": [{"name": "m", "url": MIRROR}, {"name": "b", "url": "https://b.example"}]},
        "default": {"web": {"version": "==1.0"}, "lib": {"version": "==2.0", "index": "m"}}, "develop": {}});
    let missing = json!([{"id": "MISSING-PACKAGE", "type": "INFO", "justification": "none has it", "package_name": "web",
        "package_version": "1.0"}, {"id": "X", "type": "INFO", "package_name": "odd", "package_version": "??"}]);
    [
        envelope("2023-01-01T00:00:00Z"),
        envelope("2023-01-02T00:00:00Z"),
        predecessor("2021-01-01T00:00:00", json!([]), Some(lock)),
        predecessor("2018-01-01T00:00:00", missing, None),
    ]
    .iter()
    .map(|value| Document::from_value(value).unwrap())
    .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_hang_on_releases_and_on_the_lock() {
    let documents = documents();
    let (graphs, _lease) = graphs().await;
    for graph in graphs {
        let engine = graph.engine().as_str();
        sync(graph.as_ref(), &documents[1..]).await.unwrap();
        let found = ask(
            graph.as_ref(),
            "MATCH (d:Document)-[:STATES]->(o:Observation)-[:OBSERVED]->(v:PackageVersion) WHERE o.kind = 'provenance' RETURN d.generation AS generation, v.name AS name, v.index AS index, o.errorClass AS class, o.outcome AS outcome, o.message AS message, o.parameters AS parameters, o.observedAt AS at ORDER BY name",
        )
        .await;
        let expected = json!([
            [
                "envelope 1",
                "lib",
                MIRROR,
                "ARTIFACT-DIFFERENT-SOURCE",
                "fail",
                "of another source",
                ["digest=sha256:00", "foundOn=https://b.example", "severity=error"],
                "2023-01-02T00:00:00.000000Z"
            ],
            [
                "predecessor 2018",
                "web",
                "default",
                "MISSING-PACKAGE",
                "pass",
                "none has it",
                ["severity=info"],
                "2018-01-01T00:00:00.000000Z"
            ],
        ]);
        assert_eq!(found, expected, "{engine}");
        let found = ask(
            graph.as_ref(),
            "MATCH (d:Document)-[:STATES]->(o:Observation)-[:OBSERVED]->(s:Stack) RETURN d.generation AS generation, o.errorClass AS class, o.outcome AS outcome, s.size AS size ORDER BY generation, class",
        )
        .await;
        let expected = json!([
            ["envelope 1", "ARTIFACT-DIFFERENT-SOURCE", "fail", 2],
            ["envelope 1", "INSECURE-SOURCE", "pass", 2],
            ["envelope 1", null, "fail", 2],
            ["predecessor 2021", null, "pass", 2],
        ]);
        assert_eq!(found, expected, "{engine}");
        let found = ask(
            graph.as_ref(),
            "MATCH (s:Stack)-[:PINS]->(v:PackageVersion) RETURN v.key AS key, count(s) AS stacks ORDER BY key",
        )
        .await;
        assert_eq!(
            found.as_array().unwrap().len(),
            2,
            "{engine}: one lock, whoever checked it: {found}"
        );
        assert!(
            found.as_array().unwrap().iter().all(|row| row[1] == 1),
            "{engine}: {found}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_does_not_matter() {
    same_whatever_the_order(&documents()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_lock_is_one_stack() {
    let Some(path) = shared_file("documents/provenance_flask/Pipfile.lock") else {
        return;
    };
    let lock: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let pins = lock["default"].as_object().unwrap().len();
    let value = json!({"metadata": {"analyzer": "thoth-adviser", "analyzer_version": "0.40", "document_id": "provenance-checker-1",
            "datetime": "2021-01-01T00:00:00"},
        "result": {"error": false, "report": [], "parameters": {"project": {"requirements_locked": lock}}}});
    let graph = super::engines::loaded(&[&Document::from_value(&value).unwrap()]).await;
    let found = ask(
        graph.as_ref(),
        "MATCH (o:Observation)-[:OBSERVED]->(s:Stack)-[:PINS]->(v:PackageVersion) RETURN o.outcome AS outcome, s.size AS size, count(v) AS pins",
    )
    .await;
    assert_eq!(found, json!([["pass", pins, pins]]));
}
