//! Documents in any order, in any batches, more than once and at the same time: one graph.

use std::sync::Arc;

use serde_json::json;
use thoth_cypher::Graph;
use thoth_ingest::check::check;
use thoth_ingest::checksum::{GraphChecksum, checksum};
use thoth_ingest::sync::sync;
use thoth_schema::document::Document;

use super::engines::{Engines, clear, embedded};
use super::fixture::{documents, load};

const PERMUTATIONS: u64 = 20;
const SERVER_PERMUTATIONS: u64 = 3;
const AT_ONCE: u64 = 8;

/// A small generator of numbers (xorshift), so that a run is the same every time.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn of(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }

    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

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

#[tokio::test(flavor = "multi_thread")]
async fn any_order_gives_one_graph_on_the_embedded_engine() {
    one_sum(&documents(), PERMUTATIONS).await;
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
