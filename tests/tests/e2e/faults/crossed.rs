//! Sixteen workers on documents that speak of the same releases: deadlocks are waited out, and the graph is the same.

use std::sync::Arc;
use std::time::Duration;

use thoth_ingest::broker::BrokerConfig;
use thoth_ingest::store::{DocumentStore, StoreConfig};
use thoth_ingest::worker::{Worker, WorkerOptions};
use thoth_tests::oracle::{self, Probe};
use thoth_tests::scene::{Scene, expected_checksum};
use thoth_tests::services::Services;
use tokio::sync::watch;

use super::{documents, publish};

const WORKERS: usize = 16;

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_workers_on_crossed_documents_make_one_graph() {
    let Some(services) = Services::get() else { return };
    let scene = Scene::neo4j(services).await.with_broker(services);
    let documents = documents(0, 640);
    let ledger = publish(&scene, &documents);
    let store = format!("file://{}", scene.store().display());
    let (stop, stopped) = watch::channel(false);
    let mut running = Vec::new();
    for _ in 0..WORKERS {
        let broker = BrokerConfig::new(scene.vhost().url());
        let store = DocumentStore::open(&StoreConfig::new(&store)).unwrap();
        let graph = scene.graph().await;
        let worker = Arc::new(Worker::new(graph, store, broker, WorkerOptions::default()).unwrap());
        let stopped = stopped.clone();
        running.push(tokio::spawn(async move { worker.run(stopped).await }));
    }
    let probe = Probe::new(&scene).await;
    let drained = async {
        while probe.waiting().await > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(240), drained)
        .await
        .unwrap();
    stop.send_replace(true);
    let mut ingested = 0;
    for one in running {
        ingested += one.await.unwrap().ingested;
    }
    // What one worker gave back at the stop is taken by the next.
    thoth_tests::killer::drain(&scene, &probe).await;
    let verdict = oracle::count(&scene, &probe, &ledger).await.expect_clean();
    println!("{WORKERS} workers ingested {ingested}: {verdict}");
    assert_eq!(verdict.dead, 0);
    assert_eq!(scene.checksum(), expected_checksum(&documents));
}
