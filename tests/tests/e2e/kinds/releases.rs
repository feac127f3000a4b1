//! Releases as other programs write them: no form clears what another one knows.

use serde_json::{Value, json};
use thoth_cypher::Graph;
use thoth_ingest::sync::sync;
use thoth_schema::document::{Document, Limits};
use thoth_tests::paths::shared_file;

use super::engines::{ask, graphs, same_whatever_the_order, sum};

fn document(value: &Value) -> Document {
    Document::from_value(value).unwrap()
}

fn hash(digit: char) -> String {
    digit.to_string().repeat(64)
}

/// One release from five sources: a yanked record without a time, an installed copy, a tree item, a page of before 2019
/// and an envelope of later.
fn documents() -> Vec<Document> {
    vec![
        document(
            &json!({"name": "web", "version": "1.0", "yanked": true, "yanked_reason": "broken", "requires_dist": ["lib>=1"],
            "artifacts": [{"filename": "web-1.0.tar.gz", "kind": "sdist", "sha256": hash('a')}]}),
        ),
        document(
            &json!({"metadata": {"Name": "Web", "Version": "1.0", "Summary": "installed", "License": "MIT"},
            "requires": ["lib>=1"], "version": "1.0"}),
        ),
        document(
            &json!({"package_name": "web", "package_version": "1.0", "sha256": [hash('b')], "packages": ["web"],
            "dependencies": [{"package_name": "lib", "specifier": ">=1"}]}),
        ),
        document(
            &json!({"info": {"name": "web", "version": "1.0", "summary": "page", "requires_dist": ["lib>=1"]}, "urls": [],
            "releases": {"0.9": [], "1.0": [{"filename": "web-1.0-py3-none-any.whl", "packagetype": "bdist_wheel", "size": 7,
                "digests": {"sha256": hash('c')}, "upload_time": "2018-01-01T00:00:00"}]}}),
        ),
        document(
            &json!({"kind": "release", "schemaVersion": 1, "producer": {"name": "monitor", "version": "1"},
            "producedAt": "2017-01-01T00:00:00Z", "payload": {"releases": [{"name": "web", "version": "1.0", "yanked": true,
                "yanked_reason": "broken", "summary": "monitor"}]}}),
        ),
    ]
}

async fn assert_content(graph: &dyn Graph) {
    let engine = graph.engine().as_str();
    let release = ask(
        graph,
        "MATCH (v:PackageVersion {key: 'pkg:pypi/web@1.0'})-[r:REQUIRES]->(p:Package)
         RETURN v.yanked AS yanked, v.yankedReason AS reason, v.summary AS summary, v.license AS license, v.requirementsKnown AS known,
           v.publishedAt AS at, r.text AS text, p.name AS name",
    )
    .await;
    // The page has the newest statement of requirements and summary; only record and envelope know that it is yanked.
    let expected = json!([[
        true,
        "broken",
        "page",
        null,
        true,
        "2018-01-01T00:00:00.000000Z",
        "lib>=1",
        "lib"
    ]]);
    assert_eq!(release, expected, "{engine}");
    let files = ask(
        graph,
        "MATCH (:PackageVersion {key: 'pkg:pypi/web@1.0'})-[:HAS_ARTIFACT]->(a:Artifact)
         RETURN a.key AS key, a.filename AS name, a.size AS size ORDER BY key",
    )
    .await;
    let expected = json!([
        [hash('a'), "web-1.0.tar.gz", null],
        [hash('b'), null, null],
        [hash('c'), "web-1.0-py3-none-any.whl", 7]
    ]);
    assert_eq!(files, expected, "{engine}");
    let others = ask(
        graph,
        "MATCH (v:PackageVersion {name: 'web'})-[:FROM]->(i:Index) RETURN v.version AS version, i.key AS index ORDER BY version",
    )
    .await;
    assert_eq!(
        others,
        json!([["0.9", "default"], ["1.0", "default"]]),
        "{engine}"
    );
    let modules = ask(
        graph,
        "MATCH (v:PackageVersion)-[:PROVIDES]->(m:Module) RETURN v.version AS version, m.key AS module",
    )
    .await;
    assert_eq!(modules, json!([["1.0", "web"]]), "{engine}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sources_of_one_release_add_up() {
    let (graphs, _lease) = graphs().await;
    for graph in &graphs {
        sync(graph.as_ref(), &documents()).await.unwrap();
        sum(graph.as_ref()).await;
        assert_content(graph.as_ref()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sources_of_one_release_are_one_graph_whatever_the_order() {
    same_whatever_the_order(&documents()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_releases_of_other_forms_are_in_the_graph() {
    let files = [
        "importlib-metadata-click.json",
        "importlib-metadata-delegator-py.json",
        "importlib-metadata-tensorflow.json",
        "dependencies-tensorflow-expected.json",
        "index-pages/selinon-warehouse-api.json",
    ];
    let mut documents = Vec::new();
    for file in files {
        let Some(path) = shared_file(&format!("documents/{file}")) else {
            return;
        };
        documents.push(Document::from_json_bytes(&std::fs::read(path).unwrap(), &Limits::default()).unwrap());
    }
    let (graphs, _lease) = graphs().await;
    for graph in &graphs {
        let engine = graph.engine().as_str();
        sync(graph.as_ref(), &documents).await.unwrap();
        sum(graph.as_ref()).await;
        let generations = ask(
            graph.as_ref(),
            "MATCH (d:Document)-[:STATES]->(v:PackageVersion) RETURN d.generation AS generation, count(v) AS releases ORDER BY generation",
        )
        .await;
        let expected = json!([
            ["importlib-metadata", 3],
            ["solver tree item", 1],
            ["warehouse json", 13]
        ]);
        assert_eq!(generations, expected, "{engine}");
        let required = ask(
            graph.as_ref(),
            "MATCH (v:PackageVersion)-[r:REQUIRES]->(:Package) RETURN v.key AS key, count(r) AS lines ORDER BY key",
        )
        .await;
        let expected = json!([
            ["pkg:pypi/delegator-py@0.1.1", 1],
            ["pkg:pypi/selinon@1.0.0", 13],
            ["pkg:pypi/tensorflow@2.0.0", 18],
            [
                "pkg:pypi/tensorflow@2.0.0?repository_url=https%3A%2F%2Findex.test%2Fsimple",
                18
            ]
        ]);
        assert_eq!(required, expected, "{engine}");
    }
}
