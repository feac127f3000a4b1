//! Ingest against the bare writing of the same graph through the same driver.
//!
//! Each run is a process of its own, so that the peak of its memory is its own; the runs of all sides alternate. Timed is
//! - of `sync` all of it: rows made from documents, what the graph knows looked up, written, committed;
//! - of the `worker` the whole way from the broker: messages taken, documents fetched from the store, verified and read,
//!   all of `sync`, acknowledged, until the queue is empty; the documents were stored and published before;
//! - of the bare peer the sending of rows that are ready, and the commits.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use thoth_cypher::{Graph, GraphAddress, connect, migrate};
use thoth_ingest::broker::BrokerConfig;
use thoth_ingest::checksum::checksum;
use thoth_ingest::publisher::Publisher;
use thoth_ingest::rebuild::wipe;
use thoth_ingest::store::{DocumentStore, StoreConfig};
use thoth_ingest::sync::sync;
use thoth_ingest::worker::{Worker, WorkerOptions};
use thoth_tests::services::{Neo4jLease, Services, Vhost};
use tokio::sync::watch;

use crate::bare::Bare;
use crate::capture::Shaper;
use crate::corpus;
use crate::figures::{machine, median, peak_mebibytes};

/// The word by which the benchmark calls itself for one run.
pub(crate) const ONE_RUN: &str = "--one-run";
/// Documents of one transaction.
const BATCH_DOCUMENTS: usize = 1_000;
/// Runs of each side, of which the median counts.
const RUNS: usize = 3;

const MEMORY: &str = "embedded, in memory";
const DURABLE: &str = "embedded, durable";
const NEO4J: &str = "Neo4j";

const URL: &str = "THOTH_BENCH_NEO4J_URL";
const USER: &str = "THOTH_BENCH_NEO4J_USER";
const PASSWORD: &str = "THOTH_BENCH_NEO4J_PASSWORD";
const BROKER: &str = "THOTH_BENCH_AMQP_URL";

/// Measures every engine that is there, or the one of this name (`memory`, `durable`, `neo4j`), and prints the table.
pub(crate) fn compare(only: Option<&str>) {
    println!(
        "ingest of {}, {BATCH_DOCUMENTS} documents a transaction of sync and bare, median of {RUNS}; {}",
        corpus::file().file_name().expect("a file").display(),
        machine()
    );
    let wanted = |name| only.is_none_or(|only| only == name);
    if wanted("memory") {
        compare_on(MEMORY, None);
    }
    if wanted("durable") {
        compare_on(DURABLE, None);
    }
    if !wanted("neo4j") {
        return;
    }
    if let Some(services) = Services::get() {
        // The lease keeps tests of other processes out until all runs are done.
        let lease = services.neo4j();
        compare_on(NEO4J, Some(&lease));
    }
}

fn compare_on(engine: &str, lease: Option<&Neo4jLease>) {
    let mut sides = [("sync", Vec::new()), ("worker", Vec::new()), ("bare", Vec::new())];
    let services = Services::get();
    for _ in 0..RUNS {
        for (writer, runs) in &mut sides {
            // Without a broker there is nothing to take messages from.
            let vhost = (*writer == "worker").then(|| services.map(Services::vhost));
            if vhost.as_ref().is_none_or(Option::is_some) {
                let broker = vhost.flatten();
                runs.push(spawn(engine, writer, lease, broker.as_ref().map(Vhost::url)));
            }
        }
    }
    let [(_, sync), (_, worker), (_, bare)] = &sides;
    let all = sync.iter().chain(worker).chain(bare);
    let checksums: Vec<&Json> = all.map(|run| &run["checksum"]).collect();
    let known: Vec<&&Json> = checksums.iter().filter(|checksum| !checksum.is_null()).collect();
    let same = known.windows(2).all(|pair| pair[0] == pair[1]);
    let figure =
        |runs: &[Json], name: &str| median(runs.iter().filter_map(|run| run[name].as_f64()).collect());
    let rows = figure(sync, "rows");
    let theirs = figure(bare, "seconds");
    println!("{engine}: {rows:.0} nodes and relationships");
    for (name, runs) in sides.iter().filter(|(_, runs)| !runs.is_empty()) {
        let seconds = figure(runs, "seconds");
        let all: Vec<String> = runs
            .iter()
            .map(|run| format!("{:.2}", run["seconds"].as_f64().unwrap_or(f64::NAN)))
            .collect();
        println!(
            "  {name:<6} {seconds:7.2} s  {:>8.0} rows/s, {:3.0} % of bare, {:3.0} % of the fastest runs; peak {:5.0} MiB  (runs {})",
            rows / seconds,
            100.0 * theirs / seconds,
            100.0 * fastest(bare) / fastest(runs),
            figure(runs, "peak"),
            all.join(", ")
        );
    }
    println!(
        "  {:.2} s of the time of sync makes rows; the graphs are {}; {}",
        figure(bare, "shaping"),
        if same { "the same" } else { "NOT THE SAME" },
        machine()
    );
}

/// Least disturbed by whatever else the machine did.
fn fastest(runs: &[Json]) -> f64 {
    runs.iter()
        .filter_map(|run| run["seconds"].as_f64())
        .fold(f64::INFINITY, f64::min)
}

fn spawn(engine: &str, writer: &str, lease: Option<&Neo4jLease>, broker: Option<&str>) -> Json {
    let myself = std::env::current_exe().expect("the benchmark knows its own path");
    let mut command = Command::new(myself);
    command
        .args([ONE_RUN, engine, writer])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    if let Some(lease) = lease {
        command
            .env(URL, lease.url())
            .env(USER, lease.user())
            .env(PASSWORD, lease.password());
    }
    if let Some(url) = broker {
        command.env(BROKER, url);
    }
    let output = command.output().expect("the benchmark can call itself");
    assert!(output.status.success(), "a run of {writer} on {engine} failed");
    serde_json::from_slice(&output.stdout).expect("a run prints one JSON object")
}

/// One run of one side on one engine, for [`spawn`].
pub(crate) async fn one_run(engine: &str, writer: &str) {
    let scratch = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder on the disk");
    let measured = match (engine, writer) {
        (NEO4J, "sync") => run_sync(empty_neo4j().await.as_ref()).await,
        (MEMORY, "sync") => run_sync(opened(&GraphAddress::Memory).await.as_ref()).await,
        (DURABLE, "sync") => run_sync(folder_graph(scratch.path()).await.as_ref()).await,
        (NEO4J, "worker") => run_worker(empty_neo4j().await, scratch.path()).await,
        (MEMORY, "worker") => run_worker(opened(&GraphAddress::Memory).await, scratch.path()).await,
        (DURABLE, "worker") => run_worker(folder_graph(scratch.path()).await, scratch.path()).await,
        (NEO4J, "bare") => {
            let graph = empty_neo4j().await;
            let mut measured = run_bare(&bare_neo4j()).await;
            add_checksum(&mut measured, graph.as_ref()).await;
            measured
        }
        (MEMORY, "bare") => run_bare(&Bare::in_memory()).await,
        (DURABLE, "bare") => {
            let bare = Bare::durable(scratch.path());
            let mut measured = run_bare(&bare).await;
            bare.close();
            add_checksum(&mut measured, folder_graph(scratch.path()).await.as_ref()).await;
            measured
        }
        other => panic!("no run {other:?}"),
    };
    println!("{measured}");
}

async fn run_sync(graph: &dyn Graph) -> Json {
    let documents = corpus::documents();
    let mut spent = Duration::ZERO;
    for batch in documents.chunks(BATCH_DOCUMENTS) {
        let start = Instant::now();
        sync(graph, batch).await.expect("the batch is taken");
        spent += start.elapsed();
    }
    let mut measured = json!({"seconds": spent.as_secs_f64(), "peak": peak_mebibytes()});
    add_checksum(&mut measured, graph).await;
    measured
}

/// How often it is looked whether the queue is empty.
const LOOK: Duration = Duration::from_millis(5);

/// One worker, from a full queue to an empty one.
async fn run_worker(graph: Arc<dyn Graph>, scratch: &Path) -> Json {
    let broker = BrokerConfig::new(given(BROKER));
    let store = StoreConfig::new(format!("file://{}/store", scratch.display()));
    let store = DocumentStore::open(&store).expect("a folder is a store");
    let publisher = Publisher::connect(&broker).await.expect("RabbitMQ answers");
    let mut published = 0;
    let documents = corpus::documents();
    for batch in documents.chunks(BATCH_DOCUMENTS) {
        publisher
            .publish_all(batch, Some(&store))
            .await
            .expect("RabbitMQ takes the messages");
        published += batch.len() as u64;
    }
    publisher.close().await;
    drop(documents);
    let worker = Worker::new(Arc::clone(&graph), store, broker, WorkerOptions::default()).expect("a worker");
    let status = worker.status();
    let (stop, stopped) = watch::channel(false);
    let start = Instant::now();
    let running = tokio::spawn(async move { worker.run(stopped).await });
    // Looked at now and then: to be woken for every message would take a core from the worker.
    while {
        let status = status.borrow();
        status.ingested + status.already_known < published
    } {
        assert!(!running.is_finished(), "the worker runs");
        tokio::time::sleep(LOOK).await;
    }
    let spent = start.elapsed();
    stop.send_replace(true);
    running.await.expect("the worker ends");
    let mut measured = json!({"seconds": spent.as_secs_f64(), "peak": peak_mebibytes()});
    add_checksum(&mut measured, graph.as_ref()).await;
    measured
}

async fn run_bare(bare: &Bare) -> Json {
    let documents = corpus::documents();
    let mut shaper = Shaper::default();
    let (mut spent, mut shaping) = (Duration::ZERO, Duration::ZERO);
    for batch in documents.chunks(BATCH_DOCUMENTS) {
        let start = Instant::now();
        let plan = shaper.plan(batch).await;
        shaping += start.elapsed();
        let start = Instant::now();
        bare.write(plan).await;
        spent += start.elapsed();
    }
    json!({"seconds": spent.as_secs_f64(), "shaping": shaping.as_secs_f64(), "peak": peak_mebibytes()})
}

async fn add_checksum(measured: &mut Json, graph: &dyn Graph) {
    let sum = checksum(graph).await.expect("the graph can be read");
    measured["rows"] = sum.tables.values().map(|table| table.rows).sum::<u64>().into();
    measured["checksum"] = sum.checksum.into();
}

async fn opened(address: &GraphAddress) -> Arc<dyn Graph> {
    let graph = connect(address).await.expect("the graph opens");
    migrate(graph.as_ref()).await.expect("the schema is taken");
    graph
}

async fn folder_graph(folder: &Path) -> Arc<dyn Graph> {
    opened(&GraphAddress::Folder(folder.to_path_buf())).await
}

/// Neo4j as the lease of the calling process names it: emptied, with the constraints of Thoth.
async fn empty_neo4j() -> Arc<dyn Graph> {
    let address = GraphAddress::parse(&given(URL), &given(USER), &given(PASSWORD), 4).expect("an address");
    let graph = connect(&address).await.expect("Neo4j answers");
    emptied(graph.as_ref()).await;
    migrate(graph.as_ref()).await.expect("the schema is taken");
    graph
}

/// Removes everything; on a busy machine a removal may outlast the patience of the driver, and is asked for again.
pub(crate) async fn emptied(graph: &dyn Graph) {
    for _ in 0..10 {
        match wipe(graph, &mut |_| {}).await {
            Ok(_) => return,
            Err(fault) => eprintln!("emptying is tried again: {fault}"),
        }
    }
    panic!("Neo4j cannot be emptied");
}

fn bare_neo4j() -> Bare {
    Bare::neo4j(&given(URL), &given(USER), &given(PASSWORD))
}

fn given(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}
