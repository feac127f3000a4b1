//! Changes of an index in the graph: what vanished is no candidate, whoever said first that it was there.

use serde_json::{Value, json};
use thoth_adviser::PredictorName;
use thoth_cypher::Graph;
use thoth_ingest::sync::sync;
use thoth_schema::document::Document;
use thoth_schema::environment::{Environment, Platform};
use thoth_server::advise::{AdviseInput, advise, keep_within_reach};

use super::engines::{ask, graphs, loaded, same_whatever_the_order, sum};

const MIRROR: &str = "https://mirror.example/simple";

fn sha256(number: u32) -> String {
    format!("{number:064x}")
}

fn envelope(kind: &str, at: &str, payload: &Value) -> Value {
    json!({"kind": kind, "schemaVersion": 1, "producer": {"name": "monitor", "version": "1"}, "producedAt": at, "payload": payload})
}

fn seen(at: &str, index: &str, changes: &Value) -> Value {
    envelope("index-change", at, &json!({"index": index, "changes": changes}))
}

/// `it` 1.0 to 4.0 with a wheel and an archive each, 3.0 on the mirror too; on the mirror also `only` 1.0.
fn releases() -> Value {
    let release = |number: u32, index: Option<&str>| {
        let mut value = json!({"name": "it", "version": format!("{number}.0"), "requires_dist": [],
            "upload_time": format!("2020-0{number}-01T00:00:00Z"), "artifacts": [
                {"filename": format!("it-{number}.0-py3-none-any.whl"), "kind": "wheel", "sha256": sha256(number), "size": 5,
                    "requires_python": ">=3"},
                {"filename": format!("it-{number}.0.tar.gz"), "kind": "sdist", "sha256": sha256(number + 10)}]});
        if let Some(index) = index {
            value["index"] = json!(index);
        }
        value
    };
    let only = json!({"name": "only", "version": "1.0", "index": MIRROR, "requires_dist": []});
    let all = [
        release(1, None),
        release(2, None),
        release(3, None),
        release(4, None),
        release(3, Some(MIRROR)),
        only,
    ];
    envelope("release", "2021-01-01T00:00:00Z", &json!({ "releases": all }))
}

fn read(values: &[Value]) -> Vec<Document> {
    values
        .iter()
        .map(|value| Document::from_value(value).unwrap())
        .collect()
}

fn input(requirement: &str, indexes: &[&str]) -> AdviseInput {
    let requirements = vec![requirement.to_owned()];
    let environment = Environment::for_platform(Platform::LinuxX86_64, "3.9").unwrap();
    AdviseInput {
        indexes: indexes.iter().map(|index| (*index).to_owned()).collect(),
        predictor: PredictorName::Exact,
        budget_millis: 60_000,
        seed: 7,
        ..AdviseInput::new(requirements, environment)
    }
}

/// The whole answer as JSON.
async fn answer(graph: &dyn Graph, input: &AdviseInput) -> Value {
    serde_json::to_value(advise(graph, input).await.unwrap()).unwrap()
}

/// The version chosen for the package, or the outcome where none is; and what was pruned: reason and count.
async fn chosen(graph: &dyn Graph, requirement: &str, indexes: &[&str]) -> (String, Vec<(String, u64)>) {
    let answer = answer(graph, &input(requirement, indexes)).await;
    let pruned = answer["pruned"].as_array().unwrap().iter();
    let pruned = pruned
        .map(|one| {
            (
                one["reason"].as_str().unwrap().to_owned(),
                one["count"].as_u64().unwrap(),
            )
        })
        .collect();
    let pin = &answer["stacks"][0]["pins"][0];
    let version = pin["version"].as_str().or(answer["outcome"].as_str()).unwrap();
    (version.to_owned(), pruned)
}

fn reasons(of: &[(&str, u64)]) -> Vec<(String, u64)> {
    of.iter()
        .map(|(reason, count)| ((*reason).to_owned(), *count))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_vanished_is_no_candidate_until_it_returns() {
    let (graphs, _lease) = graphs().await;
    for graph in graphs {
        let graph = graph.as_ref();
        let default = &["default"];
        sync(graph, &read(&[releases()])).await.unwrap();
        assert_eq!(
            chosen(graph, "it", default).await,
            ("4.0".to_owned(), reasons(&[("index", 1)]))
        );
        let gone = json!([{"name": "it", "version": "4.0", "change": "vanished"}, {"name": "IT", "version": "3.0", "change": "yanked"}]);
        sync(graph, &read(&[seen("2021-02-01T00:00:00Z", "default", &gone)]))
            .await
            .unwrap();
        let expected = (
            "2.0".to_owned(),
            reasons(&[("index", 1), ("missing", 1), ("yanked", 1)]),
        );
        assert_eq!(chosen(graph, "it", default).await, expected);
        // Not even where it is pinned, as a yanked release is.
        assert_eq!(chosen(graph, "it==4.0", default).await.0, "unsatisfiable");
        assert_eq!(chosen(graph, "it==3.0", default).await.0, "3.0");
        // An older statement that it was there changes nothing, a newer one does.
        let back = json!([{"name": "it", "version": "4.0", "change": "returned"}]);
        sync(graph, &read(&[seen("2021-01-15T00:00:00Z", "default", &back)]))
            .await
            .unwrap();
        assert_eq!(chosen(graph, "it", default).await, expected);
        sync(graph, &read(&[seen("2021-03-01T00:00:00Z", "default", &back)]))
            .await
            .unwrap();
        assert_eq!(chosen(graph, "it", default).await.0, "4.0");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_that_vanished_from_one_index_is_there_on_another() {
    let (graphs, _lease) = graphs().await;
    for graph in graphs {
        let graph = graph.as_ref();
        let whole = json!([{"name": "it", "change": "vanished"}]);
        // Before anything is known of the package, and of a release that is recorded only later.
        sync(graph, &read(&[seen("2021-02-01T00:00:00Z", "default", &whole)]))
            .await
            .unwrap();
        sync(graph, &read(&[releases()])).await.unwrap();
        assert_eq!(
            chosen(graph, "it", &["default"]).await,
            (
                "unsatisfiable".to_owned(),
                reasons(&[("index", 1), ("missing", 4)])
            )
        );
        assert_eq!(
            chosen(graph, "it", &[]).await,
            ("3.0".to_owned(), reasons(&[("missing", 4)]))
        );
        // One release came back, and is the only one.
        let one = json!([{"name": "it", "version": "2.0", "change": "returned"}]);
        sync(graph, &read(&[seen("2021-03-01T00:00:00Z", "default", &one)]))
            .await
            .unwrap();
        assert_eq!(
            chosen(graph, "it", &["default"]).await,
            ("2.0".to_owned(), reasons(&[("index", 1), ("missing", 3)]))
        );
        // The package came back, and with it all that did not vanish by itself.
        let all = json!([{"name": "it", "change": "returned"}, {"name": "it", "version": "4.0", "change": "vanished"}]);
        sync(graph, &read(&[seen("2021-04-01T00:00:00Z", "default", &all)]))
            .await
            .unwrap();
        assert_eq!(
            chosen(graph, "it", &["default"]).await,
            ("3.0".to_owned(), reasons(&[("index", 1), ("missing", 1)]))
        );
        let found = ask(
            graph,
            "MATCH (d:Document)-[:STATES]->(p:Package) RETURN p.name AS name, count(d) AS documents",
        )
        .await;
        assert_eq!(found, json!([["it", 2]]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_gone_is_not_offered() {
    let (graphs, _lease) = graphs().await;
    for graph in graphs {
        let graph = graph.as_ref();
        let file =
            |number: u32, filename: &str| json!({"filename": filename, "sha256": sha256(number), "size": 9});
        let rebuilt = file(50, "it-4.0-1-py3-none-any.whl");
        let changes = json!([
            {"name": "it", "version": "4.0", "change": "files-changed", "files": [rebuilt, file(14, "it-4.0.tar.gz")]},
            {"name": "it", "version": "3.0", "change": "files-changed", "files": []},
        ]);
        // The files of 4.0 are recorded by a document that comes later and is older.
        sync(graph, &read(&[seen("2021-02-01T00:00:00Z", "default", &changes)]))
            .await
            .unwrap();
        sync(graph, &read(&[releases()])).await.unwrap();
        let answered = answer(graph, &input("it", &["default"])).await;
        let pin = &answered["stacks"][0]["pins"][0];
        assert_eq!(pin["version"], "4.0");
        let mut hashes = [format!("sha256:{}", sha256(14)), format!("sha256:{}", sha256(50))];
        hashes.sort();
        assert_eq!(pin["hashes"], json!(hashes));
        assert_eq!(
            chosen(graph, "it<4", &["default"]).await.0,
            "2.0",
            "3.0 has no file left"
        );
        // What the record said of a file is more than what the index lists, and stays.
        let kept = format!(
            "MATCH (a:Artifact {{key: '{}'}}) RETURN a.filename AS name, a.kind AS kind, a.size AS size",
            sha256(14)
        );
        assert_eq!(ask(graph, &kept).await, json!([["it-4.0.tar.gz", "sdist", null]]));
        let named = format!(
            "MATCH (a:Artifact {{key: '{}'}}) RETURN a.filename AS name, a.kind AS kind, a.size AS size",
            sha256(50)
        );
        assert_eq!(
            ask(graph, &named).await,
            json!([["it-4.0-1-py3-none-any.whl", "wheel", 9]])
        );
        // A newer list without anything that installs here, then a newer record of a file that does.
        let odd = json!([{"name": "it", "version": "4.0", "change": "files-changed", "files": [file(51, "it-4.0-cp27-cp27m-win32.whl")]}]);
        sync(graph, &read(&[seen("2021-03-01T00:00:00Z", "default", &odd)]))
            .await
            .unwrap();
        assert_eq!(
            chosen(graph, "it==4.0", &["default"]).await.1,
            reasons(&[
                ("index", 1),
                ("missing", 1),
                ("no-installable-artifact", 1),
                ("specifier", 2)
            ])
        );
        let newer = json!({"releases": [{"name": "it", "version": "4.0", "artifacts": [
            {"filename": "it-4.0-2-py3-none-any.whl", "kind": "wheel", "sha256": sha256(52)}]}]});
        sync(
            graph,
            &read(&[envelope("release", "2021-04-01T00:00:00Z", &newer)]),
        )
        .await
        .unwrap();
        let answered = answer(graph, &input("it==4.0", &["default"])).await;
        assert_eq!(
            answered["stacks"][0]["pins"][0]["hashes"],
            json!([format!("sha256:{}", sha256(51)), format!("sha256:{}", sha256(52))])
        );
    }
}

/// A change that contradicts an earlier one of the same document holds.
#[tokio::test(flavor = "multi_thread")]
async fn of_one_document_the_last_word_holds() {
    let changes = json!([
        {"name": "it", "version": "1.0", "change": "yanked", "yankedReason": "too early"},
        {"name": "it", "version": "1.0", "change": "unyanked"},
        {"name": "it", "version": "2.0", "change": "unyanked"},
        {"name": "it", "version": "2.0", "change": "yanked", "yankedReason": "broken"},
        {"name": "it", "version": "3.0", "change": "returned"},
        {"name": "it", "version": "3.0", "change": "vanished"},
    ]);
    let documents = read(&[releases(), seen("2021-02-01T00:00:00Z", "default", &changes)]);
    let graph = loaded(&documents.iter().collect::<Vec<_>>()).await;
    let found = ask(
        graph.as_ref(),
        "MATCH (v:PackageVersion) WHERE v.index = 'default' RETURN v.version AS version, v.yanked AS yanked, v.yankedReason AS reason, coalesce(v.missing, false) AS missing ORDER BY version",
    )
    .await;
    let expected = json!([
        ["1.0", false, null, false],
        ["2.0", true, "broken", false],
        ["3.0", false, null, true],
        ["4.0", false, null, false]
    ]);
    assert_eq!(found, expected);
}

/// Statements that contradict each other, of releases, of the whole package, of files, on two indexes.
fn contradictions() -> Vec<Document> {
    let file = |number: u32, present: bool| {
        json!({"filename": format!("it-2.0-{number}-py3-none-any.whl"), "sha256": sha256(number), "present": present,
            "uploadTime": "2019-01-01T00:00:00Z"})
    };
    read(&[
        releases(),
        seen(
            "2021-02-01T00:00:00Z",
            "default",
            &json!([{"name": "it", "change": "vanished"},
            {"name": "it", "version": "1.0", "change": "vanished"},
            {"name": "it", "version": "2.0", "change": "files-changed", "files": [file(2, false), file(60, true)]}]),
        ),
        seen(
            "2021-03-01T00:00:00Z",
            "default",
            &json!([{"name": "it", "change": "returned"},
            {"name": "it", "version": "1.0", "change": "yanked"},
            {"name": "it", "version": "2.0", "change": "released", "files": [file(2, true), file(61, true)]}]),
        ),
        seen(
            "2021-03-01T00:00:00Z",
            MIRROR,
            &json!([{"name": "it", "change": "vanished"}, {"name": "only", "version": "1.0", "change": "vanished"},
            {"name": "new", "version": "0.1", "change": "released"}, {"name": "odd", "version": "not one", "change": "released"}]),
        ),
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_does_not_matter() {
    same_whatever_the_order(&contradictions()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_permutation_matters() {
    let documents = contradictions();
    let expected = sum(loaded(&documents.iter().collect::<Vec<_>>()).await.as_ref()).await;
    let mut order: Vec<&Document> = documents.iter().collect();
    // Every order: Heap's algorithm.
    let mut counters = vec![0; order.len()];
    let mut at = 0;
    while at < order.len() {
        if counters[at] < at {
            order.swap(if at % 2 == 0 { 0 } else { counters[at] }, at);
            assert_eq!(sum(loaded(&order).await.as_ref()).await, expected);
            counters[at] += 1;
            at = 0;
        } else {
            counters[at] = 0;
            at += 1;
        }
    }
}

/// A filter of documents by what a request can reach keeps what says that something in reach vanished.
#[tokio::test(flavor = "multi_thread")]
async fn changes_in_reach_are_kept() {
    let gone = |name: &str| {
        seen(
            "2021-02-01T00:00:00Z",
            "default",
            &json!([{"name": name, "change": "vanished"}]),
        )
    };
    let mut documents = read(&[releases(), gone("it"), gone("elsewhere")]);
    keep_within_reach(&mut documents, &input("it", &[])).unwrap();
    assert_eq!(documents.len(), 2);
    let graph = loaded(&documents.iter().collect::<Vec<_>>()).await;
    assert_eq!(
        chosen(graph.as_ref(), "it", &["default"]).await.0,
        "unsatisfiable"
    );
}
