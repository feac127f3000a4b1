//! Advices: what they leave in the graph.

use serde_json::{Value, json};
use thoth_cypher::Graph;
use thoth_ingest::sync::sync;
use thoth_schema::document::{Document, Limits};
use thoth_tests::paths::shared_file;

use super::engines::{ask, graphs, same_whatever_the_order, sum};

fn document(value: &Value) -> Document {
    Document::from_value(value).unwrap()
}

fn advice(upstream: &str, payload: Value) -> Document {
    document(&json!({
        "kind": "advice", "schemaVersion": 1, "producer": {"name": "thoth", "version": "1"}, "upstreamId": upstream,
        "producedAt": "2024-01-02T00:00:00Z", "origin": "here", "payload": payload,
    }))
}

fn advised(upstream: &str, score: f64) -> Document {
    advice(
        upstream,
        json!({
            "request": {"requirements": ["Web>=1"], "constraints": ["lib<3"], "recommendationType": "stable", "seed": 7, "count": 2,
                "asOf": "2024-01-01T00:00:00Z", "lock": [{"name": "web", "version": "1.0"}], "sourceType": "CLI",
                "environment": {"osName": "rhel", "osVersion": "9", "pythonVersion": "3.11", "platform": "linux-x86_64",
                    "software": {"cuda": "11.2"}, "hardware": {"cpuModel": "94"}}},
            "outcome": "advised", "durationSeconds": 1.5, "graphChecksum": "ab",
            "stacks": [
                {"rank": 1, "score": score, "justifications": [{"type": "INFO", "message": "good", "link": "https://l.test"}],
                 "pins": [{"name": "web", "version": "2.0", "reasons": [{"code": "RECENCY", "message": "newest"}]},
                    {"name": "lib", "version": "1.0", "index": "https://mirror.test/simple"}]},
                {"rank": 2, "pins": [{"name": "web", "version": "1.0"}], "manifestChanges": [{"kind": "x"}]},
            ],
            "messages": [{"type": "WARNING", "message": "careful"}],
            "search": {"stacksInSpace": 12, "spaceIsExact": true, "stacksScored": 3, "bound": 2.0, "optimal": false},
        }),
    )
}

fn lacking() -> Document {
    advice(
        "lacking",
        json!({"request": {"requirements": ["absent"]}, "outcome": "needs-knowledge", "error": "nothing known",
            "lacked": [{"package": "absent", "specifier": ">=2", "requiredBy": "request"}, {"package": "absent"}]}),
    )
}

/// A document of 2019 about the same stack, and one of a crash.
fn of_the_predecessor() -> [Document; 2] {
    let metadata = |name: &str| {
        json!({"analyzer": "thoth-adviser", "analyzer_version": "0.5", "datetime": "2019-09-01T10:00:00", "document_id": name,
            "arguments": {"advise": {}}})
    };
    let lock = json!({"default": {"web": {"version": "==1.0"}}, "develop": {"lib": {"version": "==1.0"}}});
    [
        document(
            &json!({"metadata": metadata("adviser-1"), "result": {"error": false,
            "parameters": {"runtime_environment": {"python_version": "3.7", "operating_system": {"name": "rhel", "version": "8"}}},
            "report": [[[{"type": "INFO", "justification": "old"}], {"requirements_locked": lock}, 0.75]]}}),
        ),
        document(
            &json!({"metadata": metadata("adviser-2"), "result": {"error": true, "error_msg": "killed", "report": null}}),
        ),
    ]
}

async fn assert_content(graph: &dyn Graph) {
    let engine = graph.engine().as_str();
    let nodes = ask(
        graph,
        "MATCH (d:Document)-[:STATES]->(a:Advice {upstreamId: 'first'}) WHERE d.key = a.key
         RETURN a.outcome AS outcome, a.recommendationType AS type, a.requirements AS requirements, a.constraints AS constraints,
           a.seed AS seed, a.origin AS origin, a.sourceType AS source, a.environment AS environment, a.messages AS messages,
           a.asOf AS asOf, a.stacksInSpace AS space, a.bound AS bound, a.optimal AS optimal, a.duration AS duration,
           a.graphChecksum AS checksum, a.limit AS most",
    )
    .await;
    assert_eq!(
        nodes,
        json!([[
            "advised",
            "stable",
            ["Web>=1"],
            ["lib<3"],
            7,
            "here",
            "CLI",
            ["cpuModel=94", "cuda=11.2", "platform=linux-x86_64"],
            ["WARNING careful"],
            "2024-01-01T00:00:00.000000Z",
            "12",
            2.0,
            false,
            1.5,
            "ab",
            null
        ]]),
        "{engine}"
    );
    let stacks = ask(
        graph,
        "MATCH (a:Advice {upstreamId: 'first'})-[r:RECOMMENDS]->(s:Stack)-[:PINS]->(v:PackageVersion)
         RETURN r.rank AS rank, v.key AS release, r.score AS score, r.justifications AS said, r.changes AS changes, s.size AS size
         ORDER BY rank, release",
    )
    .await;
    let said = json!(["INFO good (https://l.test)", "RECENCY web: newest"]);
    assert_eq!(
        stacks,
        json!([
            [
                1,
                "pkg:pypi/lib@1.0?repository_url=https%3A%2F%2Fmirror.test%2Fsimple",
                0.5,
                said,
                null,
                2
            ],
            [1, "pkg:pypi/web@2.0", 0.5, said, null, 2],
            [2, "pkg:pypi/web@1.0", null, null, ["{\"kind\":\"x\"}"], 1]
        ]),
        "{engine}"
    );
    // The lock that was given, what was advised second and what the predecessor advised are one stack.
    let shared = ask(
        graph,
        "MATCH (a:Advice)-[r:GIVEN|RECOMMENDS]->(s:Stack)-[:PINS]->(v:PackageVersion {key: 'pkg:pypi/web@1.0'})
         RETURN a.upstreamId AS id, count(r) AS times, count(DISTINCT s.key) AS stacks ORDER BY id",
    )
    .await;
    assert_eq!(
        shared,
        json!([["adviser-1", 1, 1], ["first", 2, 1], ["second", 2, 1]]),
        "{engine}"
    );
    let lacked = ask(
        graph,
        "MATCH (a:Advice)-[r:LACKED]->(p:Package) RETURN a.outcome AS outcome, a.error AS error, p.key AS package,
           r.specifiers AS specifiers, r.requiredBy AS by",
    )
    .await;
    let expected = json!([[
        "needs-knowledge",
        "nothing known",
        "pkg:pypi/absent",
        [">=2", ""],
        ["request", ""]
    ]]);
    assert_eq!(lacked, expected, "{engine}");
    let environments = ask(
        graph,
        "MATCH (a:Advice)-[:FOR]->(e:Environment) RETURN a.upstreamId AS id, e.key AS environment ORDER BY id",
    )
    .await;
    assert_eq!(
        environments,
        json!([
            ["adviser-1", "rhel-8-py3.7-unknown"],
            ["first", "rhel-9-py3.11-x86_64"],
            ["second", "rhel-9-py3.11-x86_64"]
        ]),
        "{engine}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn advices_state_what_was_asked_and_answered() {
    let mut documents = vec![advised("first", 0.5), advised("second", 0.25), lacking()];
    documents.extend(of_the_predecessor());
    let (graphs, _lease) = graphs().await;
    for graph in &graphs {
        sync(graph.as_ref(), &documents).await.unwrap();
        sum(graph.as_ref()).await;
        assert_content(graph.as_ref()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn advices_are_one_graph_whatever_the_order() {
    let mut documents = vec![advised("first", 0.5), advised("second", 0.25), lacking()];
    documents.extend(of_the_predecessor());
    same_whatever_the_order(&documents).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recorded_advice_is_in_the_graph() {
    let Some(file) = shared_file("documents/adviser-2021.json") else {
        return;
    };
    let recorded = Document::from_json_bytes(&std::fs::read(file).unwrap(), &Limits::default()).unwrap();
    let (graphs, _lease) = graphs().await;
    for graph in &graphs {
        sync(graph.as_ref(), std::slice::from_ref(&recorded))
            .await
            .unwrap();
        sum(graph.as_ref()).await;
        let found = ask(
            graph.as_ref(),
            "MATCH (a:Advice)-[r:RECOMMENDS {rank: 1}]->(s:Stack) MATCH (a)-[:FOR]->(e:Environment)
             RETURN a.upstreamId AS id, a.outcome AS outcome, size(a.messages) AS messages, size(r.justifications) AS said,
               s.size AS pins, a.iterations AS iterations, e.key AS environment",
        )
        .await;
        let expected = json!([[
            "adviser-211123195453-bb9f6846b33a9810",
            "advised",
            30,
            182,
            8,
            14,
            "ubi-8-py3.8-x86_64"
        ]]);
        assert_eq!(found, expected, "{}", graph.engine().as_str());
    }
}
