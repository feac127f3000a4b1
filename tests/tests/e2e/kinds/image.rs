//! Analyses of container images: what they leave in the graph, in any order, on both engines.

use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value, json};
use thoth_cypher::{
    EmbeddedGraph, Graph, GraphAddress, READ_PACKAGE_COUNT, READ_PACKAGES, READ_PACKAGES_BY_KEY,
    READ_STATISTICS, READ_VERSIONS_BY_KEY, READ_VERSIONS_OF_PACKAGES, Rows, connect, migrate, params,
};
use thoth_ingest::check::check;
use thoth_ingest::checksum::checksum;
use thoth_ingest::rebuild::wipe;
use thoth_ingest::sync::{SyncOutcome, sync};
use thoth_schema::document::{Document, Limits};
use thoth_tests::paths::shared_file;
use thoth_tests::services::{Neo4jLease, Services};

const AT_ONCE: usize = 16;
/// The most files with Python source that one image is known to hold.
const FILES: usize = 300_000;

/// An empty graph of each engine that is there; the lease makes this test the only user of Neo4j.
async fn graphs() -> (Vec<Arc<dyn Graph>>, Option<Neo4jLease>) {
    let mut graphs = vec![embedded().await];
    let Some(services) = Services::get() else {
        return (graphs, None);
    };
    let lease = tokio::task::spawn_blocking(|| services.neo4j()).await.unwrap();
    let address = GraphAddress::parse(lease.url(), lease.user(), lease.password(), 16).unwrap();
    let neo4j = connect(&address).await.unwrap();
    wipe(neo4j.as_ref(), &mut |_| {}).await.unwrap();
    migrate(neo4j.as_ref()).await.unwrap();
    graphs.push(neo4j);
    (graphs, Some(lease))
}

async fn embedded() -> Arc<dyn Graph> {
    let graph = EmbeddedGraph::in_memory().unwrap();
    migrate(&graph).await.unwrap();
    Arc::new(graph)
}

async fn ask(graph: &dyn Graph, cypher: &str) -> Vec<Vec<thoth_cypher::Value>> {
    graph.query(cypher, params! {}).await.unwrap().rows
}

/// The one value of the one row.
async fn one(graph: &dyn Graph, cypher: &str) -> Value {
    let rows = ask(graph, cypher).await;
    assert_eq!(rows.len(), 1, "{cypher}: {rows:?}");
    rows[0][0].to_json()
}

fn hex(digit: &str) -> String {
    digit.repeat(64)
}

fn document(value: &Value) -> Document {
    Document::from_value(value).unwrap()
}

/// An analysis of ours; `payload` is laid over what every one of them says.
fn analysis(at: &str, payload: Value) -> Document {
    let mut value = json!({
        "kind": "image", "schemaVersion": 1, "producer": {"name": "analyser", "version": "1"}, "producedAt": at,
        "payload": {"names": ["registry.test/app:1"], "digest": format!("sha256:{}", hex("a")), "layers": [format!("sha256:{}", hex("1"))]},
    });
    for (key, said) in payload.as_object().unwrap() {
        value["payload"][key] = said.clone();
    }
    document(&value)
}

/// A document of the predecessor about the same image: of 2021 with its digest, of 2018 without.
fn predecessor(at: &str, result: Value) -> Document {
    let mut value = json!({
        "metadata": {"analyzer": "thoth-package-extract", "analyzer_version": "1", "datetime": at,
            "arguments": {"extract-image": {"image": "registry.test/app"}}},
        "result": {"layers": [hex("1")]},
    });
    for (key, said) in result.as_object().unwrap() {
        value["result"][key] = said.clone();
    }
    document(&value)
}

/// One image in three generations; each says something that no other does.
fn generations() -> Vec<Document> {
    let digest = format!("sha256:{}", hex("a"));
    vec![
        analysis(
            "2026-01-01T00:00:00Z",
            json!({
                "size": 10, "env": ["PYTHON=3", "API_TOKEN=hidden"], "architecture": "amd64",
                "operatingSystem": {"id": "rhel", "versionId": "8.8"}, "interpreters": [{"path": "/usr/bin/python3.9", "version": "3.9.2"}],
                "packages": [{"ecosystem": "rpm", "name": "bash", "version": "4.4.20-2.el8", "arch": "x86_64", "requires": ["new"]}],
                "python": [{"name": "Flask", "version": "1.1.2", "location": "/opt", "layer": 0}],
            }),
        ),
        predecessor(
            "2021-06-01T10:00:00",
            json!({
                "skopeo-inspect": {"Name": "registry.test/app", "Digest": digest, "Labels": {"vendor": "x"}, "Env": ["OLD=1"]},
                "operating-system": {"id": "rhel", "version_id": "8"}, "python-interpreters": [{"path": "/usr/bin/python3.6"}],
                "rpm": ["bash-4.4.20-2.el8.x86_64", "gone-1-1.noarch"],
                "rpm-dependencies": [{"name": "bash", "version": "4.4.20", "release": "2.el8", "epoch": null, "arch": "x86_64", "src": false,
                    "dependencies": ["old"]}],
                "python-packages": [{"package_name": "flask", "package_version": "1.1.2", "location": "/opt"},
                    {"package_name": "old", "package_version": "1", "location": "/opt"}],
                "system-symbols": {"/lib64/libc.so.6": ["GLIBC_2.28"]},
            }),
        ),
        predecessor(
            "2018-06-01T10:00:00",
            json!({
                "rpm": ["centos-release-7-3.1611.el7.centos.x86_64"],
                "mercator": [{"ecosystem": "Python-Dist", "path": "/site-packages/a.egg-info/PKG-INFO", "result": {"name": "a", "version": "1"}}],
            }),
        ),
        // The newest of all, and it knows next to nothing.
        analysis("2026-02-01T00:00:00Z", json!({"names": ["registry.test/app:2"]})),
    ]
}

async fn assert_generations(graph: &dyn Graph) {
    assert_eq!(check(graph).await.unwrap(), []);
    let image = format!("MATCH (i:Image {{key: 'sha256:{}'}})", hex("a"));
    let facts = [
        ("RETURN i.names", json!(["registry.test/app:2"])),
        ("RETURN i.env", json!(["PYTHON=3", "API_TOKEN=***"])),
        ("RETURN i.labels", Value::Null),
        ("RETURN i.os + ' ' + i.osVersion", json!("rhel 8.8")),
        ("RETURN i.interpreters", json!(["/usr/bin/python3.9=3.9.2"])),
        (
            "-[:HAS_ENVIRONMENT]->(e:Environment) RETURN e.key",
            json!("rhel-8.8-py3.9-x86_64"),
        ),
        // No other document looked for symbols.
        (
            "-[:OFFERS]->(s:Symbol) RETURN s.key",
            json!("libc.so.6:GLIBC_2.28"),
        ),
        ("-[r:CONTAINS]->(:PackageVersion) RETURN count(r)", json!(2)),
        (
            "-[r:CONTAINS]->(v:PackageVersion {name: 'flask'}) RETURN r.location + ' ' + toString(r.layer)",
            json!("/opt 0"),
        ),
        (
            "-[:CONTAINS]->(v:PackageVersion {ecosystem: 'rpm'}) RETURN v.requires",
            json!(["new"]),
        ),
        ("<-[s:STATES]-(:Document) RETURN count(s)", json!(3)),
    ];
    for (rest, expected) in facts {
        assert_eq!(one(graph, &format!("{image}{rest}")).await, expected, "{rest}");
    }
    let old = one(
        graph,
        "MATCH (i:Image) WHERE i.key STARTS WITH 'layers:' AND i.layersKey = i.key RETURN count(i)",
    )
    .await;
    assert_eq!(old, json!(1), "the document of 2018 has no digest");
    // What is only stated by a document that was superseded is still stated.
    let outdated = "MATCH (d:Document)-[:STATES]->(v:PackageVersion {name: 'gone'}) RETURN v.key";
    assert_eq!(
        one(graph, outdated).await,
        json!("pkg:rpm/rhel/gone@1-1?arch=noarch")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn any_order_of_generations_gives_one_graph() {
    let (graphs, _lease) = graphs().await;
    let documents = generations();
    for graph in &graphs {
        let mut expected = None;
        let permutations = if graph.engine().as_str() == "embedded" {
            24
        } else {
            4
        };
        for permutation in 0..permutations {
            wipe(graph.as_ref(), &mut |_| {}).await.unwrap();
            migrate(graph.as_ref()).await.unwrap();
            let mut left: Vec<&Document> = documents.iter().collect();
            let mut number = permutation * 24 / permutations;
            while !left.is_empty() {
                let next = left.remove(number % left.len());
                number /= left.len() + 1;
                // One by one and each twice, or in batches of all that is left.
                let batch = if permutation % 3 == 0 {
                    left.drain(..).cloned().collect()
                } else {
                    vec![next.clone()]
                };
                sync(graph.as_ref(), std::slice::from_ref(next)).await.unwrap();
                sync(graph.as_ref(), &batch).await.unwrap();
            }
            assert_generations(graph.as_ref()).await;
            let found = checksum(graph.as_ref()).await.unwrap();
            assert_eq!(
                &found,
                expected.get_or_insert_with(|| found.clone()),
                "permutation {permutation}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixteen_at_once_give_the_same_graph() {
    let (graphs, _lease) = graphs().await;
    let documents = generations();
    let reference = embedded().await;
    sync(reference.as_ref(), &documents).await.unwrap();
    let expected = checksum(reference.as_ref()).await.unwrap();
    for graph in graphs {
        let running: Vec<_> = (0..AT_ONCE)
            .map(|number| {
                let (graph, mut documents) = (Arc::clone(&graph), documents.clone());
                documents.rotate_left(number % 4);
                tokio::spawn(async move {
                    let mut ingested = 0;
                    for batch in documents.chunks(1 + number % 3) {
                        let outcomes = sync(graph.as_ref(), batch).await.unwrap();
                        ingested += outcomes
                            .iter()
                            .filter(|outcome| **outcome == SyncOutcome::Ingested)
                            .count();
                    }
                    ingested
                })
            })
            .collect();
        let mut ingested = 0;
        for worker in running {
            ingested += worker.await.unwrap();
        }
        assert_eq!(ingested, documents.len(), "{}", graph.engine().as_str());
        assert_eq!(
            checksum(graph.as_ref()).await.unwrap(),
            expected,
            "{}",
            graph.engine().as_str()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recorded_document_of_2018_is_in_the_graph() {
    let Some(path) = shared_file("documents/package-extract-2018-centos7.json") else {
        return;
    };
    let document = Document::from_json_bytes(&std::fs::read(path).unwrap(), &Limits::default()).unwrap();
    let (graphs, _lease) = graphs().await;
    for graph in &graphs {
        let graph = graph.as_ref();
        let batch = std::slice::from_ref(&document);
        assert_eq!(sync(graph, batch).await.unwrap(), [SyncOutcome::Ingested]);
        let first = checksum(graph).await.unwrap();
        assert_eq!(sync(graph, batch).await.unwrap(), [SyncOutcome::AlreadyKnown]);
        assert_eq!(checksum(graph).await.unwrap(), first);
        assert_eq!(check(graph).await.unwrap(), []);
        let count = |rest: &str| {
            format!("MATCH (i:Image)-[r:CONTAINS]->(v:PackageVersion) WHERE {rest} RETURN count(r)")
        };
        assert_eq!(one(graph, &count("v.ecosystem = 'rpm'")).await, json!(265));
        assert_eq!(one(graph, &count("v.ecosystem IS NULL")).await, json!(4));
        assert_eq!(one(graph, &count("v.requires IS NOT NULL")).await, json!(264));
        let openssl = "MATCH (:Package {key: 'pkg:rpm/centos/openssl-libs'})-[:HAS_VERSION]->(v:PackageVersion) RETURN v.key";
        assert_eq!(
            one(graph, openssl).await,
            json!("pkg:rpm/centos/openssl-libs@1.0.1e-60.el7?arch=x86_64&epoch=1")
        );
        assert_eq!(
            one(graph, "MATCH (i:Image) RETURN size(i.layers)").await,
            json!(8)
        );
        assert_eq!(one(graph, "MATCH (i:Image) RETURN i.os").await, Value::Null);
        assert_eq!(
            one(graph, "MATCH (d:Document) RETURN d.generation").await,
            json!("predecessor 2018")
        );
    }
}

async fn python_answers(graph: &dyn Graph) -> Vec<Rows> {
    let keys = || params! { "keys" => vec!["pkg:pypi/bash", "pkg:rpm/rhel/bash", "pkg:rpm/rhel/bash@4.4.20-2.el8?arch=x86_64"] };
    vec![
        graph
            .read(
                &READ_PACKAGES,
                params! { "prefix" => "", "after" => "", "limit" => 100_i64 },
            )
            .await
            .unwrap(),
        graph
            .read(&READ_PACKAGE_COUNT, params! { "prefix" => "b" })
            .await
            .unwrap(),
        graph.read(&READ_PACKAGES_BY_KEY, keys()).await.unwrap(),
        graph.read(&READ_VERSIONS_BY_KEY, keys()).await.unwrap(),
        graph.read(&READ_VERSIONS_OF_PACKAGES, keys()).await.unwrap(),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_about_python_do_not_see_packages_of_systems() {
    let (graphs, _lease) = graphs().await;
    for graph in &graphs {
        let graph = graph.as_ref();
        let release = document(&json!({"name": "bash", "version": "1.0", "requires_dist": []}));
        sync(graph, &[release]).await.unwrap();
        let before = python_answers(graph).await;
        assert_eq!(before[0].len(), 1);
        let packages = json!([
            {"ecosystem": "rpm", "name": "bash", "version": "4.4.20-2.el8", "arch": "x86_64", "requires": []},
            {"ecosystem": "deb", "name": "bash", "version": "5.1"}, {"ecosystem": "apk", "name": "busybox", "version": "1.35.0-r17"},
        ]);
        let system = json!({"operatingSystem": {"id": "rhel"}, "packages": packages});
        sync(graph, &[analysis("2026-01-01T00:00:00Z", system)])
            .await
            .unwrap();
        assert_eq!(python_answers(graph).await, before, "{}", graph.engine().as_str());
        let statistics = graph.read(&READ_STATISTICS, params! {}).await.unwrap();
        for label in ["Package", "PackageVersion"] {
            let row = statistics.iter().find(|row| row.text("label") == label).unwrap();
            assert_eq!(row.int("nodes"), 1, "{label}");
        }
        assert_eq!(check(graph).await.unwrap(), []);
        assert_eq!(one(graph, "MATCH (p:Package) RETURN count(p)").await, json!(4));
    }
}

/// An image with as many files as any: they stay in the store, and the graph has their number and a digest.
#[tokio::test(flavor = "multi_thread")]
async fn an_image_of_many_files_is_ingested() {
    let files: Vec<Value> = (0..FILES)
        .map(|number| {
            let path = format!(
                "/usr/lib/python3.9/site-packages/package_{}/module_{number}.py",
                number % 700
            );
            json!({"path": path, "sha256": format!("{number:064x}")})
        })
        .collect();
    let packages: Vec<Value> = (0..700)
        .map(|number| json!({"ecosystem": "rpm", "name": format!("package-{number}"), "version": "1-1", "requires": ["libc.so.6"]}))
        .collect();
    let libraries: Vec<Value> = (0..500)
        .map(|number| {
            let symbols: Vec<String> = (0..10).map(|version| format!("V_{version}")).collect();
            json!({"path": format!("/lib64/lib{number}.so"), "symbols": symbols})
        })
        .collect();
    let text = json!({
        "kind": "image", "schemaVersion": 1, "producer": {"name": "test", "version": "1"}, "producedAt": "2026-01-01T00:00:00Z",
        "payload": {"names": ["large"], "pythonFiles": files, "packages": packages, "libraries": libraries},
    })
    .to_string();
    let (graphs, _lease) = graphs().await;
    let started = Instant::now();
    let document = Document::from_json_bytes(text.as_bytes(), &Limits::default()).unwrap();
    println!("{} bytes parsed in {:?}", text.len(), started.elapsed());
    for graph in &graphs {
        let graph = graph.as_ref();
        let started = Instant::now();
        sync(graph, std::slice::from_ref(&document)).await.unwrap();
        println!("{}: synced in {:?}", graph.engine().as_str(), started.elapsed());
        let facts = [
            ("MATCH (i:Image) RETURN i.pythonFiles", FILES),
            ("MATCH (i:Image) RETURN size(i.pythonFilesDigest)", 64),
            ("MATCH (:Image)-[r:CONTAINS]->() RETURN count(r)", 700),
            ("MATCH (:Image)-[r:OFFERS]->() RETURN count(r)", 5_000),
        ];
        for (cypher, expected) in facts {
            assert_eq!(one(graph, cypher).await, json!(expected), "{cypher}");
        }
    }
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        let peak = status.lines().find(|line| line.starts_with("VmHWM"));
        println!("{}", peak.unwrap_or_default());
    }
}
