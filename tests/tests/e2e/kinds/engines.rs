//! Empty graphs, and what every kind must pass on each: again, at once, in any order.

use std::sync::Arc;

use thoth_cypher::{EmbeddedGraph, Graph, GraphAddress, Value, connect, migrate, params};
use thoth_ingest::check::check;
use thoth_ingest::checksum::checksum;
use thoth_ingest::rebuild::wipe;
use thoth_ingest::sync::{SyncOutcome, sync};
use thoth_schema::document::Document;
use thoth_tests::services::{Neo4jLease, Services};

const AT_ONCE: usize = 16;

/// An empty graph of each engine that is there; while the lease lives nobody else uses Neo4j.
pub(super) async fn graphs() -> (Vec<Arc<dyn Graph>>, Option<Neo4jLease>) {
    let mut graphs = vec![embedded().await];
    let Some(services) = Services::get() else {
        return (graphs, None);
    };
    let lease = tokio::task::spawn_blocking(|| services.neo4j()).await.unwrap();
    let address = GraphAddress::parse(lease.url(), lease.user(), lease.password(), 16).unwrap();
    let neo4j = connect(&address).await.unwrap();
    clear(neo4j.as_ref()).await;
    graphs.push(neo4j);
    (graphs, Some(lease))
}

async fn embedded() -> Arc<dyn Graph> {
    let graph = EmbeddedGraph::in_memory().unwrap();
    migrate(&graph).await.unwrap();
    Arc::new(graph)
}

async fn clear(graph: &dyn Graph) {
    wipe(graph, &mut |_| {}).await.unwrap();
    migrate(graph).await.unwrap();
}

/// The checksum of a healthy graph.
pub(super) async fn sum(graph: &dyn Graph) -> String {
    assert_eq!(check(graph).await.unwrap(), [], "{}", graph.engine().as_str());
    checksum(graph).await.unwrap().checksum
}

/// The rows of ad-hoc Cypher, as JSON, columns as the query names them: a Bolt row keeps no order.
pub(super) async fn ask(graph: &dyn Graph, cypher: &str) -> serde_json::Value {
    let rows = graph.query(cypher, params! {}).await.unwrap();
    let names = returned(cypher);
    let order: Vec<usize> = names.iter().map(|name| rows.column(name).unwrap()).collect();
    let row = |row: &Vec<Value>| {
        order
            .iter()
            .map(|column| row[*column].to_json())
            .collect::<serde_json::Value>()
    };
    rows.rows.iter().map(row).collect()
}

/// The names of the columns that a query returns, in its order.
fn returned(cypher: &str) -> Vec<String> {
    let (_, list) = cypher.rsplit_once("RETURN ").unwrap();
    let list = list.split_once(" ORDER BY").map_or(list, |(list, _)| list);
    let (mut names, mut depth) = (vec![String::new()], 0);
    for character in list.chars() {
        depth += i32::from("([{".contains(character)) - i32::from(")]}".contains(character));
        match character {
            ',' if depth == 0 => names.push(String::new()),
            _ => names.last_mut().unwrap().push(character),
        }
    }
    let name = |column: &String| column.rsplit(" AS ").next().unwrap_or(column).trim().to_owned();
    names.iter().map(name).collect()
}

/// Every document in turn into an empty embedded graph.
pub(super) async fn loaded(documents: &[&Document]) -> Arc<dyn Graph> {
    let graph = embedded().await;
    for document in documents {
        sync(graph.as_ref(), std::slice::from_ref(*document))
            .await
            .unwrap();
    }
    graph
}

/// Documents in the order given, in the reverse one, in one batch, again and sixteen at once: one graph, on every engine.
pub(super) async fn same_whatever_the_order(documents: &[Document]) {
    let forward: Vec<&Document> = documents.iter().collect();
    let expected = sum(loaded(&forward).await.as_ref()).await;
    let backward: Vec<&Document> = documents.iter().rev().collect();
    assert_eq!(sum(loaded(&backward).await.as_ref()).await, expected, "backwards");
    let (graphs, _lease) = graphs().await;
    for graph in graphs {
        let engine = graph.engine().as_str();
        sync(graph.as_ref(), documents).await.unwrap();
        assert_eq!(sum(graph.as_ref()).await, expected, "{engine}: one batch");
        let again = sync(graph.as_ref(), documents).await.unwrap();
        assert!(
            again.iter().all(|outcome| *outcome == SyncOutcome::AlreadyKnown),
            "{engine}"
        );
        assert_eq!(sum(graph.as_ref()).await, expected, "{engine}: again");
        clear(graph.as_ref()).await;
        at_once(&graph, documents).await;
        assert_eq!(sum(graph.as_ref()).await, expected, "{engine}: at once");
    }
}

/// Sixteen syncs of everything, each beginning with another document; each document is ingested by exactly one of them.
async fn at_once(graph: &Arc<dyn Graph>, documents: &[Document]) {
    let run = |first: usize| {
        let graph = Arc::clone(graph);
        let mut documents = documents.to_vec();
        let first = first % documents.len();
        documents.rotate_left(first);
        tokio::spawn(async move {
            let mut ingested = 0;
            for document in &documents {
                let outcome = sync(graph.as_ref(), std::slice::from_ref(document))
                    .await
                    .unwrap();
                ingested += usize::from(outcome[0] == SyncOutcome::Ingested);
            }
            ingested
        })
    };
    let mut ingested = 0;
    for running in (0..AT_ONCE).map(run).collect::<Vec<_>>() {
        ingested += running.await.unwrap();
    }
    assert_eq!(ingested, documents.len(), "{}", graph.engine().as_str());
}
