//! Documents in any order, in any batches, more than once and at the same time: one graph.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::json;
use thoth_cypher::Graph;
use thoth_ingest::check::check;
use thoth_ingest::checksum::{GraphChecksum, checksum};
use thoth_ingest::rebuild::rebuild;
use thoth_ingest::sync::sync;
use thoth_schema::document::{Document, DocumentKind};

use super::engines::{Engines, clear, embedded};
use super::fixture::{documents, load};
use super::random::{Random, random_document};
use super::retract::store;

const PERMUTATIONS: u64 = 20;
const SERVER_PERMUTATIONS: u64 = 3;
const AT_ONCE: u64 = 8;
/// Sets of random documents, how many each holds, and in how many orders they come.
const RANDOM_SETS: u64 = 12;
const RANDOM_DOCUMENTS: usize = 40;
const RANDOM_PERMUTATIONS: u64 = 3;

/// The documents in another order, some twice or more, in batches of one to six.
fn shuffled(documents: &[Document], seed: u64) -> Vec<Vec<Document>> {
    let mut random = Random::of(seed);
    let mut all = documents.to_vec();
    for _ in 0..documents.len() / 2 {
        all.push(documents[random.below(documents.len())].clone());
    }
    random.shuffle(&mut all);
    let mut batches = Vec::new();
    while !all.is_empty() {
        let size = (1 + random.below(6)).min(all.len());
        batches.push(all.split_off(all.len() - size));
    }
    batches
}

async fn sync_all(graph: &dyn Graph, batches: &[Vec<Document>]) {
    for batch in batches {
        sync(graph, batch).await.unwrap();
    }
}

/// Fails naming the tables that differ.
pub(super) fn assert_same(found: &GraphChecksum, expected: &GraphChecksum, what: &str) {
    let differs = |name: &&String| found.tables.get(*name) != expected.tables.get(*name);
    let tables: Vec<&String> = expected.tables.keys().filter(differs).collect();
    assert!(tables.is_empty(), "{what}: the tables {tables:?} differ");
    assert_eq!(found.checksum, expected.checksum, "{what}");
}

pub(super) async fn sum_of_healthy(graph: &dyn Graph) -> GraphChecksum {
    assert_eq!(check(graph).await.unwrap(), [], "{}", graph.engine().as_str());
    checksum(graph).await.unwrap()
}

/// The checksum of the documents in the order given, and that any order gives the same on the embedded engine.
async fn one_sum(documents: &[Document], permutations: u64) -> GraphChecksum {
    let reference = embedded().await;
    sync_all(reference.as_ref(), &[documents.to_vec()]).await;
    let expected = sum_of_healthy(reference.as_ref()).await;
    for seed in 1..=permutations {
        let graph = embedded().await;
        sync_all(graph.as_ref(), &shuffled(documents, seed)).await;
        assert_same(
            &sum_of_healthy(graph.as_ref()).await,
            &expected,
            &format!("permutation {seed}"),
        );
    }
    expected
}

fn kinds(documents: &[Document]) -> BTreeSet<&'static str> {
    documents.iter().map(|document| document.kind.as_str()).collect()
}

#[test]
fn the_fixture_holds_every_kind() {
    let every = DocumentKind::ALL.map(DocumentKind::as_str);
    assert_eq!(kinds(&documents()), BTreeSet::from(every));
}

#[tokio::test(flavor = "multi_thread")]
async fn any_order_gives_one_graph_on_the_embedded_engine() {
    one_sum(&documents(), PERMUTATIONS).await;
}

/// Documents of every kind about a few subjects: what one supersedes another named.
#[tokio::test(flavor = "multi_thread")]
async fn any_order_of_overlapping_documents_gives_one_graph() {
    for seed in 1..=RANDOM_SETS {
        let mut random = Random::of(1_000 + seed);
        let documents: Vec<Document> = (0..RANDOM_DOCUMENTS)
            .map(|number| random_document(&mut random, number))
            .collect();
        assert_eq!(kinds(&documents).len(), DocumentKind::ALL.len(), "seed {seed}");
        println!("seed {seed}");
        one_sum(&documents, RANDOM_PERMUTATIONS).await;
    }
}

/// What the store holds is what was ingested, in its own order and as it is read back.
async fn rebuilt_gives_the_same(graph: &dyn Graph, expected: &GraphChecksum) {
    let (_folder, store) = store();
    store.put_all(&documents()).await.unwrap();
    clear(graph).await;
    let done = rebuild(graph, &store, &mut |_| {}).await.unwrap();
    assert_eq!(done.ingested, documents().len() as u64);
    assert_same(&sum_of_healthy(graph).await, expected, "rebuilt from the store");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_store_rebuilds_the_same_graph_on_the_embedded_engine() {
    let graph = embedded().await;
    load(graph.as_ref()).await;
    let expected = sum_of_healthy(graph.as_ref()).await;
    rebuilt_gives_the_same(graph.as_ref(), &expected).await;
}

/// What only an outdated statement says leaves the same traces, whenever it comes.
#[tokio::test(flavor = "multi_thread")]
async fn outdated_statements_leave_one_graph() {
    let stated = |at: &str, requirement: &str| {
        json!({"kind": "release", "schemaVersion": 1, "producer": {"name": "conformance", "version": "1"}, "producedAt": at,
            "payload": {"releases": [{"name": "it", "version": "1", "requires_dist": [requirement]}]}})
    };
    let both = [
        stated("2020-01-01T00:00:00Z", "named-by-the-older"),
        stated("2021-01-01T00:00:00Z", "named-by-the-newer"),
    ];
    let documents: Vec<Document> = both
        .iter()
        .map(|value| Document::from_value(value).unwrap())
        .collect();
    one_sum(&documents, PERMUTATIONS).await;
}

/// Two runs in one environment, of which one says more about it.
#[tokio::test(flavor = "multi_thread")]
async fn environments_do_not_depend_on_the_order() {
    let run = |environment: serde_json::Value| {
        json!({"kind": "solver", "schemaVersion": 1, "producer": {"name": "conformance", "version": "1"},
            "producedAt": "2020-01-01T00:00:00Z", "payload": {"environment": environment, "osName": "fedora", "osVersion": "32",
                "pythonVersion": "3.8", "results": [{"release": {"name": "it", "version": "1", "requires_dist": []}}]}})
    };
    let runs = [
        run(json!({"implementation_name": "cpython", "platform_machine": "x86_64"})),
        run(json!({"platform_machine": "x86_64"})),
    ];
    let documents: Vec<Document> = runs
        .iter()
        .map(|value| Document::from_value(value).unwrap())
        .collect();
    one_sum(&documents, PERMUTATIONS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_order_gives_the_same_graph_on_neo4j() {
    let Some(engines) = Engines::empty().await else {
        return;
    };
    load(engines.embedded.as_ref()).await;
    let expected = sum_of_healthy(engines.embedded.as_ref()).await;
    for seed in 1..=SERVER_PERMUTATIONS {
        clear(engines.neo4j.as_ref()).await;
        sync_all(engines.neo4j.as_ref(), &shuffled(&documents(), seed)).await;
        assert_same(
            &sum_of_healthy(engines.neo4j.as_ref()).await,
            &expected,
            &format!("permutation {seed} on Neo4j"),
        );
    }
    rebuilt_gives_the_same(engines.neo4j.as_ref(), &expected).await;
}

/// Every one of the eight syncs everything, each in an order and in batches of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn crossed_batches_at_once_give_the_same_graph() {
    let Some(engines) = Engines::empty().await else {
        return;
    };
    let reference = embedded().await;
    load(reference.as_ref()).await;
    let expected = sum_of_healthy(reference.as_ref()).await;
    for graph in [&engines.embedded, &engines.neo4j] {
        let syncs = (1..=AT_ONCE).map(|seed| {
            let graph = Arc::clone(graph);
            tokio::spawn(async move { sync_all(graph.as_ref(), &shuffled(&documents(), seed)).await })
        });
        for running in syncs.collect::<Vec<_>>() {
            running.await.unwrap();
        }
        assert_same(
            &sum_of_healthy(graph.as_ref()).await,
            &expected,
            graph.engine().as_str(),
        );
    }
}
