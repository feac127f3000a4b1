//! Rule sets: what they leave in the graph, and that the newest statement of a set replaces its rules.

use std::io::{BufRead, BufReader};

use serde_json::{Value, json};
use thoth_ingest::sync::sync;
use thoth_schema::document::{Document, Limits, canonical_text};
use thoth_tests::paths::shared_file;

use super::engines::{ask, graphs, same_whatever_the_order, sum};

/// Documents of one transaction.
const BATCH: usize = 500;

fn document(value: &Value) -> Document {
    Document::from_value(value).unwrap()
}

fn set(at: &str, rules: &[Value]) -> Document {
    document(&json!({
        "kind": "rules", "schemaVersion": 1, "producer": {"name": "admin", "version": "1"}, "producedAt": at,
        "payload": {"name": "house", "path": "web.yaml", "rules": rules},
    }))
}

fn step(name: &str, package: &str, score: f64) -> Value {
    json!({"kind": "steps", "name": name, "type": "step", "match": {"package_version": {"name": package}},
        "shouldInclude": {"adviser_pipeline": true},
        "run": {"score": score, "justification": [{"type": "INFO", "message": "so", "link": "l"}]}})
}

fn documents() -> Vec<Document> {
    vec![
        set(
            "2022-01-01T00:00:00Z",
            &[step("Kept", "Web_App", 0.5), step("New", "lib", 0.25)],
        ),
        set(
            "2021-01-01T00:00:00Z",
            &[step("Kept", "other", 1.0), step("Gone", "lib", 1.0)],
        ),
        set("2020-01-01T00:00:00Z", &[step("Never", "lib", 1.0)]),
        document(
            &json!({"path": "web.yaml", "prescription": {"name": "house"}, "units": {"wraps": [
            {"name": "Old", "type": "wrap", "run": {}, "match": {"state": {"resolved_dependencies": [{"name": "web"}]}}}]}}),
        ),
        document(&json!({"path": "none.yaml", "units": null})),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_statement_of_a_set_counts() {
    let (graphs, _lease) = graphs().await;
    for graph in &graphs {
        let engine = graph.engine().as_str();
        for document in documents().iter().rev() {
            sync(graph.as_ref(), std::slice::from_ref(document))
                .await
                .unwrap();
        }
        sum(graph.as_ref()).await;
        let rules = ask(
            graph.as_ref(),
            "MATCH (s:RuleSet)-[:HOLDS]->(r:Rule)-[:CONCERNS]->(p:Package)
             RETURN r.key AS rule, s.name AS name, s.path AS path, r.unitType AS type, r.score AS score, r.definition AS definition,
               r.messages AS said, p.key AS package ORDER BY rule",
        )
        .await;
        let row = |name: &str, score: f64, written: &str, package: &str| {
            json!([
                format!("house:web.yaml#steps/{name}"),
                "house",
                "web.yaml",
                "step",
                score,
                canonical_text(&step(name, written, score)),
                ["INFO so (l)"],
                package
            ])
        };
        let expected = json!([
            row("Kept", 0.5, "Web_App", "pkg:pypi/web-app"),
            row("New", 0.25, "lib", "pkg:pypi/lib")
        ]);
        assert_eq!(rules, expected, "{engine}");
        let stated = ask(
            graph.as_ref(),
            "MATCH (d:Document)-[:STATES]->(s:RuleSet) RETURN s.key AS key, count(d) AS documents ORDER BY key",
        )
        .await;
        assert_eq!(
            stated,
            json!([["house:web.yaml", 4], ["prescriptions:none.yaml", 1]]),
            "{engine}"
        );
        assert_eq!(
            ask(graph.as_ref(), "MATCH (r:Rule) RETURN count(r) AS rules").await,
            json!([[2]]),
            "{engine}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rule_sets_are_one_graph_whatever_the_order() {
    same_whatever_the_order(&documents()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_recorded_prescription_is_in_the_graph() {
    let mut documents = Vec::new();
    for file in ["written", "generated"] {
        let Some(path) = shared_file(&format!("prescriptions/prescriptions-{file}.jsonl.zst")) else {
            return;
        };
        let file = zstd::Decoder::new(std::fs::File::open(path).unwrap()).unwrap();
        for line in BufReader::new(file).lines() {
            documents.push(Document::from_json_bytes(line.unwrap().as_bytes(), &Limits::default()).unwrap());
        }
    }
    let (graphs, _lease) = graphs().await;
    for graph in &graphs {
        let started = std::time::Instant::now();
        for batch in documents.chunks(BATCH) {
            sync(graph.as_ref(), batch).await.unwrap();
        }
        let engine = graph.engine().as_str();
        println!(
            "{} rule sets into {engine} in {:?}",
            documents.len(),
            started.elapsed()
        );
        let counted = ask(
            graph.as_ref(),
            "MATCH (s:RuleSet)-[:HOLDS]->(r:Rule) RETURN count(r) AS rules, count(DISTINCT s.key) AS sets, count(r.score) AS scored",
        )
        .await;
        assert_eq!(counted, json!([[11_340, 8_047, 8]]), "{engine}");
        let named = ask(
            graph.as_ref(),
            "MATCH (:Rule)-[:CONCERNS]->(p:Package) RETURN count(DISTINCT p.key) AS packages",
        )
        .await;
        assert_eq!(named, json!([[595]]), "{engine}");
        sum(graph.as_ref()).await;
    }
}
