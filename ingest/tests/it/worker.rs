//! The worker on a real broker and a real graph, with the faults that it must bear.

use crate::support::{Probe, Vhost, file_store, letters, memory_graph, release, releases, until};
use crate::unlucky::{Mishap, Unlucky};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use thoth_cypher::{Graph, Params};
use thoth_ingest::broker::BrokerConfig;
use thoth_ingest::checksum::checksum;
use thoth_ingest::publisher::Publisher;
use thoth_ingest::store::{DocumentStore, StoreKey};
use thoth_ingest::sync::sync;
use thoth_ingest::topology::{DOCUMENTS, LIGHT};
use thoth_ingest::worker::{Worker, WorkerOptions, WorkerStatus};
use thoth_schema::document::Document;
use thoth_schema::error::ErrorCode;
use thoth_schema::message::Pointer;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

/// A worker in a task of its own, and what is around it.
struct Running {
    status: watch::Receiver<WorkerStatus>,
    stop: watch::Sender<bool>,
    task: JoinHandle<WorkerStatus>,
}

impl Running {
    fn start(graph: &Arc<dyn Graph>, store: &DocumentStore, broker: &BrokerConfig) -> Running {
        let options = WorkerOptions {
            first_delay: Duration::from_millis(20),
            longest_delay: Duration::from_millis(200),
            ..WorkerOptions::default()
        };
        let worker = Worker::new(Arc::clone(graph), store.clone(), broker.clone(), options).unwrap();
        let status = worker.status();
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(async move { worker.run(stopped).await });
        Running { status, stop, task }
    }

    async fn until(&mut self, what: &str, holds: impl FnMut(&WorkerStatus) -> bool) {
        let reached = tokio::time::timeout(Duration::from_secs(60), self.status.wait_for(holds)).await;
        let reached = reached.map(|status| status.is_ok());
        assert_eq!(
            reached.ok(),
            Some(true),
            "waited in vain for {what}: {:?}",
            self.status.borrow()
        );
    }

    async fn stop(self) -> WorkerStatus {
        self.stop.send_replace(true);
        tokio::time::timeout(Duration::from_secs(30), self.task)
            .await
            .unwrap()
            .unwrap()
    }

    /// The end that a kill gives: nothing is answered, the connection is gone.
    async fn crash(self) {
        self.task.abort();
        drop(self.task.await);
    }
}

struct Scene {
    vhost: Vhost,
    broker: BrokerConfig,
    store: DocumentStore,
    _folder: TempDir,
}

impl Scene {
    fn new() -> Option<Scene> {
        let vhost = Vhost::new()?;
        let folder = tempfile::tempdir().unwrap();
        let broker = BrokerConfig {
            max_attempts: 3,
            ..BrokerConfig::new(&vhost.url)
        };
        let store = file_store(folder.path());
        Some(Scene {
            vhost,
            broker,
            store,
            _folder: folder,
        })
    }

    async fn publish(&self, documents: &[Document]) {
        let publisher = Publisher::connect(&self.broker).await.unwrap();
        publisher.publish_all(documents, Some(&self.store)).await.unwrap();
        publisher.close().await;
    }

    async fn expect_empty_queues(&self) {
        let queues = until("empty queues", async || {
            let queues = self.vhost.queues();
            queues.values().all(|count| *count == 0).then_some(queues)
        });
        assert_eq!(queues.await.len(), 7);
    }
}

/// The checksum of a graph that these documents went into directly.
async fn expected(documents: &[Document]) -> thoth_ingest::checksum::GraphChecksum {
    let graph = memory_graph().await;
    sync(graph.as_ref(), documents).await.unwrap();
    checksum(graph.as_ref()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_is_in_the_graph() {
    let Some(scene) = Scene::new() else { return };
    let documents = releases(200);
    let graph = memory_graph().await;
    let mut worker = Running::start(&graph, &scene.store, &scene.broker);
    worker.until("readiness", |status| status.connected).await;
    let started = Instant::now();
    scene.publish(&documents).await;
    worker
        .until("all documents", |status| status.ingested == 200)
        .await;
    eprintln!(
        "200 documents published and ingested one by one in {:?}",
        started.elapsed()
    );
    let status = worker.stop().await;
    assert_eq!(
        (status.in_flight, status.dead_lettered, status.connected),
        (0, 0, false)
    );
    assert_eq!(
        checksum(graph.as_ref()).await.unwrap(),
        expected(&documents).await
    );
    scene.expect_empty_queues().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_document_sixteen_times_is_one() {
    let Some(scene) = Scene::new() else { return };
    let documents = vec![release("flask", "1.0"); 16];
    scene.publish(&documents).await;
    let graph = memory_graph().await;
    let mut worker = Running::start(&graph, &scene.store, &scene.broker);
    worker
        .until("all messages", |status| {
            status.ingested + status.already_known == 16
        })
        .await;
    assert!(worker.stop().await.ingested >= 1);
    assert_eq!(
        checksum(graph.as_ref()).await.unwrap(),
        expected(&documents[..1]).await
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_inside_its_message_is_stored_first() {
    let Some(scene) = Scene::new() else { return };
    let flask = release("flask", "1.0");
    Publisher::connect(&scene.broker)
        .await
        .unwrap()
        .publish(&flask, None)
        .await
        .unwrap();
    let graph = memory_graph().await;
    let mut worker = Running::start(&graph, &scene.store, &scene.broker);
    worker.until("the document", |status| status.ingested == 1).await;
    assert_eq!(scene.store.get(&StoreKey::of(&flask)).await.unwrap(), flask);
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_for_good_becomes_a_dead_letter_with_its_reason() {
    let Some(scene) = Scene::new() else { return };
    let (absent, damaged, good) = (
        release("absent", "1"),
        release("damaged", "1"),
        release("good", "1"),
    );
    scene.publish(&[damaged.clone(), good]).await;
    std::fs::write(
        scene._folder.path().join(StoreKey::of(&damaged).as_str()),
        b"broken",
    )
    .unwrap();
    let probe = Probe::new(&scene.vhost.url).await;
    let pointer = |document: &Document| Pointer::to(document, StoreKey::of(document).as_str());
    let mut crossed = pointer(&absent);
    crossed.document_id = damaged.id.clone();
    let mut forged = pointer(&absent);
    forged.inline = Some(r#"{"name":"other","version":"1"}"#.to_owned());
    let mut escaping = pointer(&absent);
    escaping.store_key = "../../etc/passwd".to_owned();
    let bodies = [
        (b"not json".to_vec(), ErrorCode::MalformedJson),
        (br#"{"documentId":"#.to_vec(), ErrorCode::TruncatedInput),
        (br#"{"kind":"recipe"}"#.to_vec(), ErrorCode::UnknownDocumentKind),
        (pointer(&absent).to_bytes().unwrap(), ErrorCode::NotFound),
        (crossed.to_bytes().unwrap(), ErrorCode::SchemaViolation),
        (forged.to_bytes().unwrap(), ErrorCode::SchemaViolation),
        (escaping.to_bytes().unwrap(), ErrorCode::SchemaViolation),
        (vec![b' '; 1_000_000], ErrorCode::DocumentTooLarge),
    ];
    for (body, _) in &bodies {
        probe.send(DOCUMENTS, "release.v1", body).await;
    }
    let graph = memory_graph().await;
    let mut worker = Running::start(&graph, &scene.store, &scene.broker);
    worker
        .until("all messages", |status| {
            status.ingested == 1 && status.dead_lettered == 9
        })
        .await;
    let mut found = Vec::new();
    for letter in letters(&scene.store, 9).await {
        let code = letter.code;
        assert_eq!((letter.attempts, letter.queue.as_str()), (1, LIGHT), "{code}");
        assert_eq!(letter.routing_key, "release.v1");
        assert!(
            !letter.reason.is_empty() && letter.first_time <= letter.last_time,
            "{code}"
        );
        found.push(code);
    }
    worker.stop().await;
    let mut expected: Vec<&str> = bodies
        .iter()
        .map(|(_, code)| code.code())
        .chain(["STORE_CORRUPT"])
        .collect();
    expected.sort_unstable();
    found.sort();
    assert_eq!(found, expected);
    scene.expect_empty_queues().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_graph_that_is_away_costs_a_document_nothing() {
    let Some(scene) = Scene::new() else { return };
    let documents = releases(30);
    scene.publish(&documents).await;
    let real = memory_graph().await;
    // More times than the delivery limit.
    let graph: Arc<dyn Graph> = Arc::new(Unlucky {
        graph: Arc::clone(&real),
        mishap: Mishap::Away(AtomicU32::new(10)),
    });
    let mut worker = Running::start(&graph, &scene.store, &scene.broker);
    worker
        .until("all documents", |status| status.ingested == 30)
        .await;
    let status = worker.stop().await;
    assert_eq!((status.retried, status.dead_lettered), (10, 0));
    assert_eq!(checksum(real.as_ref()).await.unwrap(), expected(&documents).await);
    scene.expect_empty_queues().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stops_while_the_graph_is_away_cost_a_document_nothing() {
    let Some(scene) = Scene::new() else { return };
    let flask = release("flask", "1.0");
    scene.publish(std::slice::from_ref(&flask)).await;
    let away: Arc<dyn Graph> = Arc::new(Unlucky {
        graph: memory_graph().await,
        mishap: Mishap::Away(AtomicU32::new(u32::MAX)),
    });
    // More stops than the delivery limit.
    for _ in 0..5 {
        let mut worker = Running::start(&away, &scene.store, &scene.broker);
        worker.until("a retry", |status| status.retried > 0).await;
        let status = worker.stop().await;
        // The copy may come back once more before the broker has heard that the worker stops.
        assert!(status.put_back >= 1);
        assert_eq!((status.dead_lettered, status.ingested), (0, 0));
    }
    let graph = memory_graph().await;
    let mut worker = Running::start(&graph, &scene.store, &scene.broker);
    worker.until("the document", |status| status.ingested == 1).await;
    worker.stop().await;
    scene.expect_empty_queues().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_the_documents_own() {
    let Some(scene) = Scene::new() else { return };
    let documents = releases(20);
    scene.publish(&documents).await;
    let mishap = Mishap::Panic(documents[7].id.clone());
    let graph: Arc<dyn Graph> = Arc::new(Unlucky {
        graph: memory_graph().await,
        mishap,
    });
    let mut worker = Running::start(&graph, &scene.store, &scene.broker);
    worker
        .until("all messages", |status| {
            status.ingested == 19 && status.dead_lettered == 1
        })
        .await;
    let letter = letters(&scene.store, 1).await.remove(0);
    worker.stop().await;
    assert_eq!(
        (letter.code.as_str(), letter.key),
        ("INTERNAL", documents[7].id.clone())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_kills_its_worker_stops_at_the_limit_and_its_neighbours_live() {
    let Some(scene) = Scene::new() else { return };
    let documents = releases(40);
    scene.publish(&documents).await;
    let poison = documents[20].id.clone();
    let died = Arc::new(Notify::new());
    let real = memory_graph().await;
    let mishap = Mishap::Die(poison.clone(), Arc::clone(&died));
    let graph: Arc<dyn Graph> = Arc::new(Unlucky {
        graph: Arc::clone(&real),
        mishap,
    });
    let mut deaths = 0;
    loop {
        let mut worker = Running::start(&graph, &scene.store, &scene.broker);
        let all_others = worker.status.clone();
        tokio::select! {
            () = died.notified() => {
                deaths += 1;
                assert!(deaths <= 10, "the limit does not hold");
                worker.crash().await;
            }
            () = async {
                worker.until("the end of the poison", |status| status.connected).await;
                let known = async || (real_documents(&real).await == 39 && all_others.borrow().in_flight == 0).then_some(());
                until("the neighbours", known).await;
                // The poison may still be on its way here, or to the dead letters, which this worker records.
                letters(&scene.store, 1).await;
            } => {
                worker.stop().await;
                break;
            }
        }
    }
    // The first delivery and as many more as the limit allows.
    assert_eq!(deaths, 4);
    let letter = letters(&scene.store, 1).await.remove(0);
    assert_eq!((letter.code.as_str(), &letter.key), ("DELIVERY_LIMIT", &poison));
    assert_eq!((letter.attempts, letter.queue.as_str()), (4, LIGHT), "{letter:?}");
    assert_eq!(
        (letter.routing_key.as_str(), letter.kind.as_deref()),
        ("release.v1", Some("release"))
    );
    assert!(
        letter.first_time <= letter.last_time && letter.headers.contains_key("traceparent"),
        "{letter:?}"
    );
}

async fn real_documents(graph: &Arc<dyn Graph>) -> i64 {
    let rows = graph
        .query("MATCH (d:Document) RETURN count(d) AS documents", Params::new())
        .await
        .unwrap();
    rows.iter().next().unwrap().int("documents")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_outlives_its_connection() {
    let Some(scene) = Scene::new() else { return };
    let documents = releases(300);
    let graph = memory_graph().await;
    let mut worker = Running::start(&graph, &scene.store, &scene.broker);
    worker.until("readiness", |status| status.connected).await;
    scene.publish(&documents).await;
    worker
        .until("some documents", |status| status.ingested > 20)
        .await;
    scene.vhost.close_connections();
    worker
        .until("all documents", |status| {
            status.ingested == 300 && status.connected
        })
        .await;
    assert_eq!(worker.stop().await.dead_lettered, 0);
    assert_eq!(
        checksum(graph.as_ref()).await.unwrap(),
        expected(&documents).await
    );
    scene.expect_empty_queues().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_in_the_middle_loses_nothing() {
    let Some(scene) = Scene::new() else { return };
    let documents = releases(300);
    scene.publish(&documents).await;
    let graph = memory_graph().await;
    let mut ingested = 0;
    for _ in 0..2 {
        let mut worker = Running::start(&graph, &scene.store, &scene.broker);
        worker
            .until("some documents, or all", |status| {
                status.ingested >= 30 || ingested + status.ingested == 300
            })
            .await;
        let started = Instant::now();
        ingested += worker.stop().await.ingested;
        assert!(
            started.elapsed() < Duration::from_secs(10),
            "{:?}",
            started.elapsed()
        );
    }
    let mut worker = Running::start(&graph, &scene.store, &scene.broker);
    worker
        .until("the rest", |status| ingested + status.ingested == 300)
        .await;
    // What was acknowledged came once.
    assert_eq!(worker.stop().await.already_known, 0);
    scene.expect_empty_queues().await;
}

#[tokio::test]
async fn a_worker_without_a_broker_says_so_and_stops_when_told() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let folder = tempfile::tempdir().unwrap();
    let broker = BrokerConfig::new(format!("amqp://127.0.0.1:{port}/%2f"));
    let mut worker = Running::start(&memory_graph().await, &file_store(folder.path()), &broker);
    let told = |status: &WorkerStatus| status.broker_fault.is_some();
    worker.until("the fault", told).await;
    let fault = worker.status.borrow().broker_fault.clone().unwrap();
    assert_eq!(
        (fault.code, worker.status.borrow().connected),
        (ErrorCode::BrokerUnreachable, false)
    );
    worker.stop().await;
}
