//! Ingest against the bare writing of the same graph through the same driver.
//!
//! Each run is a process of its own, so that the peak of its memory is its own; runs of Thoth and of the bare peer
//! alternate. Only the writing is timed: of Thoth all of `sync` (rows made from documents, what the graph knows looked
//! up, written, committed), of the peer the sending of rows that are ready, and the commit.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use thoth_cypher::{Graph, GraphAddress, connect, migrate};
use thoth_ingest::checksum::checksum;
use thoth_ingest::rebuild::wipe;
use thoth_ingest::sync::sync;
use thoth_tests::services::{Neo4jLease, Services};

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

/// Measures every engine that is there, or the one of this name (`memory`, `durable`, `neo4j`), and prints the table.
pub(crate) fn compare(only: Option<&str>) {
    println!(
        "ingest of {} in batches of {BATCH_DOCUMENTS} documents, median of {RUNS}; {}",
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
    let mut sides = [("thoth", Vec::new()), ("bare", Vec::new())];
    for _ in 0..RUNS {
        for (writer, runs) in &mut sides {
            runs.push(spawn(engine, writer, lease));
        }
    }
    let [(_, thoth), (_, bare)] = &sides;
    let checksums: Vec<&Json> = thoth.iter().chain(bare).map(|run| &run["checksum"]).collect();
    let known: Vec<&&Json> = checksums.iter().filter(|checksum| !checksum.is_null()).collect();
    let same = known.windows(2).all(|pair| pair[0] == pair[1]);
    let figure =
        |runs: &[Json], name: &str| median(runs.iter().filter_map(|run| run[name].as_f64()).collect());
    let rows = figure(thoth, "rows");
    let (ours, theirs) = (figure(thoth, "seconds"), figure(bare, "seconds"));
    println!("{engine}: {rows:.0} nodes and relationships");
    for (name, runs, seconds) in [("thoth", thoth, ours), ("bare", bare, theirs)] {
        let all: Vec<String> = runs
            .iter()
            .map(|run| format!("{:.2}", run["seconds"].as_f64().unwrap_or(f64::NAN)))
            .collect();
        println!(
            "  {name:<6} {seconds:7.2} s  {:>8.0} rows/s  peak {:5.0} MiB  (runs {})",
            rows / seconds,
            figure(runs, "peak"),
            all.join(", ")
        );
    }
    println!(
        "  ratio  {:7.2}, of the fastest runs {:.2}; {:.2} s of Thoth's time makes rows; the graphs are {}; {}",
        ours / theirs,
        fastest(thoth) / fastest(bare),
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

fn spawn(engine: &str, writer: &str, lease: Option<&Neo4jLease>) -> Json {
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
    let output = command.output().expect("the benchmark can call itself");
    assert!(output.status.success(), "a run of {writer} on {engine} failed");
    serde_json::from_slice(&output.stdout).expect("a run prints one JSON object")
}

/// One run of one side on one engine, for [`spawn`].
pub(crate) async fn one_run(engine: &str, writer: &str) {
    let scratch = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder on the disk");
    let measured = match (engine, writer) {
        (NEO4J, "thoth") => run_thoth(empty_neo4j().await.as_ref()).await,
        (MEMORY, "thoth") => run_thoth(opened(&GraphAddress::Memory).await.as_ref()).await,
        (DURABLE, "thoth") => run_thoth(folder_graph(scratch.path()).await.as_ref()).await,
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

async fn run_thoth(graph: &dyn Graph) -> Json {
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

async fn opened(address: &GraphAddress) -> std::sync::Arc<dyn Graph> {
    let graph = connect(address).await.expect("the graph opens");
    migrate(graph.as_ref()).await.expect("the schema is taken");
    graph
}

async fn folder_graph(folder: &Path) -> std::sync::Arc<dyn Graph> {
    opened(&GraphAddress::Folder(folder.to_path_buf())).await
}

/// Neo4j as the lease of the calling process names it: emptied, with the constraints of Thoth.
async fn empty_neo4j() -> std::sync::Arc<dyn Graph> {
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
