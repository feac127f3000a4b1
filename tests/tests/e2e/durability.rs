//! 500 documents, five kills: nothing is lost, nothing is there twice, nothing is left.
//!
//! The kills come when a random share of the queue is worked off, so they all fall on the way; the seed is printed, and
//! `THOTH_TEST_SEED` repeats it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;
use lapin::{Channel, Connection, ConnectionProperties};
use serde_json::{Value, json};
use tempfile::TempDir;
use thoth_cypher::{Neo4jAddress, Neo4jGraph, migrate};
use thoth_ingest::rebuild::wipe;
use thoth_ingest::topology::{DEAD_LETTERS, HEAVY, LIGHT};
use thoth_tests::binary::{Running, Thoth};
use thoth_tests::services::{Neo4jLease, Services, Vhost};

const DOCUMENTS: usize = 500;
const FILES: usize = 5;
const KILLS: usize = 5;
/// A debug build on a busy machine; the wait ends as soon as the work does.
const PATIENCE: Duration = Duration::from_secs(300);

/// A small generator of numbers (xorshift), so that a run can be repeated by its seed.
struct Random(u64);

impl Random {
    fn from_environment() -> Random {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let given = std::env::var("THOTH_TEST_SEED").ok();
        let seed = given.map_or(now.as_nanos() as u64, |text| text.parse().unwrap()) | 1;
        println!("THOTH_TEST_SEED={seed}");
        Random(seed)
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

/// Documents that overlap: many speak of the same releases, at other times, with other words.
fn document(number: usize) -> Value {
    let (package, minor) = (number % 40, number % 7);
    let name = format!("package-{package}");
    let version = format!("1.{minor}");
    let time = format!(
        "20{:02}-{:02}-{:02}T00:00:{:02}Z",
        10 + number % 11,
        1 + number % 12,
        1 + number % 28,
        number % 60
    );
    let needs = [
        format!("package-{}>=1.{}", (package + 1) % 40, number % 3),
        format!(
            "package-{}<2; python_version<'3.{}'",
            (package * 7 + 3) % 40,
            6 + number % 5
        ),
        format!("Extra_{}==1.0; extra == 'more'", number % 9),
    ];
    let sha256 = format!("{:064x}", package * 1_000 + minor);
    let artifact = json!({
        "filename": format!("package_{package}-{version}-py3-none-any.whl"), "kind": "wheel", "sha256": sha256,
        "upload_time": time, "yanked": number.is_multiple_of(11),
    });
    let release = json!({
        "name": name, "version": version, "upload_time": time, "requires_python": format!(">=3.{}", number % 9),
        "requires_dist": needs[..number % 4], "summary": format!("words of document {number}"), "artifacts": [artifact],
    });
    match number % 3 {
        0 => release,
        1 => json!({
            "kind": "release", "schemaVersion": 1, "producer": {"name": "test", "version": "1"}, "producedAt": time,
            "payload": {"releases": [release]},
        }),
        _ => json!({
            "kind": "solver", "schemaVersion": 1, "producer": {"name": "test", "version": "1"}, "producedAt": time,
            "origin": format!("run-{number}"),
            "payload": {
                "environment": {"python_version": "3.8", "sys_platform": "linux"}, "platform": "linux-x86_64",
                "results": [{"release": release, "packages": [format!("package_{package}")]}],
                "errors": [{"name": name, "version": "0.1", "errorClass": "command_error", "message": "did not build"}],
            },
        }),
    }
}

/// The documents as JSON Lines files; `backwards` with the last document first.
fn write_files(folder: &Path, backwards: bool) -> Vec<PathBuf> {
    let mut lines: Vec<String> = (0..DOCUMENTS)
        .map(|number| document(number).to_string() + "\n")
        .collect();
    if backwards {
        lines.reverse();
    }
    let files = lines
        .chunks(DOCUMENTS / FILES)
        .enumerate()
        .map(|(number, lines)| {
            let path = folder.join(format!("documents-{number}.jsonl"));
            fs::write(&path, lines.concat()).unwrap();
            path
        });
    files.collect()
}

/// Where one run keeps its things, and how the binary learns of it.
struct Scene {
    folder: TempDir,
    environment: Vec<(&'static str, String)>,
}

impl Scene {
    fn new(graph: &[(&'static str, String)], vhost: &Vhost) -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let store = format!("file://{}", folder.path().join("store").display());
        let mut environment = vec![
            ("THOTH_STORE_URL", store),
            ("THOTH_BROKER_URL", vhost.url().to_owned()),
        ];
        environment.extend_from_slice(graph);
        Scene { folder, environment }
    }

    fn thoth<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Thoth {
        let thoth = Thoth::new().args(arguments).deadline(PATIENCE);
        self.environment
            .iter()
            .fold(thoth, |thoth, (name, value)| thoth.env(*name, value))
    }

    fn checksum(&self) -> Value {
        self.thoth(["graph", "check"]).run().expect_code(0);
        self.thoth(["graph", "checksum", "--format", "json"])
            .run()
            .expect_code(0)
            .json()
    }

    fn ingest(&self, files: &[PathBuf], publish: bool) {
        let mut thoth = self.thoth(["ingest", "--format", "json"]).args(files);
        if publish {
            thoth = thoth.args(["--publish"]);
        }
        assert_eq!(thoth.run().expect_code(0).json()["read"], DOCUMENTS);
    }
}

/// The queues as the broker sees them this moment.
struct Queues {
    _connection: Connection,
    channel: Channel,
}

impl Queues {
    async fn of(vhost: &Vhost) -> Queues {
        let connection = Connection::connect(vhost.url(), ConnectionProperties::default())
            .await
            .unwrap();
        let channel = connection.create_channel().await.unwrap();
        Queues {
            _connection: connection,
            channel,
        }
    }

    /// Messages that wait for a worker; those in a worker's hands do not count.
    async fn waiting(&self, queue: &str) -> usize {
        let passive = QueueDeclareOptions {
            passive: true,
            durable: true,
            ..QueueDeclareOptions::default()
        };
        let declared = self
            .channel
            .queue_declare(queue.into(), passive, FieldTable::default())
            .await
            .unwrap();
        declared.message_count() as usize
    }

    async fn wait_until_below(&self, bound: usize, worker: &mut Running) {
        let started = Instant::now();
        while self.waiting(LIGHT).await >= bound {
            assert!(
                worker.is_alive(),
                "the worker ended by itself: {}",
                worker.stderr_so_far()
            );
            assert!(
                started.elapsed() < PATIENCE,
                "the queue does not empty: {}",
                worker.stderr_so_far()
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// Publishes, kills, restarts, waits; gives the checksum of the graph.
async fn publish_and_kill(scene: &Scene, vhost: &Vhost) -> Value {
    let mut random = Random::from_environment();
    scene.ingest(&write_files(scene.folder.path(), false), true);
    let queues = Queues::of(vhost).await;
    assert_eq!(queues.waiting(LIGHT).await, DOCUMENTS);

    let share = DOCUMENTS / (KILLS + 1);
    for kill in 1..=KILLS {
        let mut worker = scene.thoth(["worker"]).spawn();
        let bound = DOCUMENTS - kill * share + random.below(share / 2);
        queues.wait_until_below(bound, &mut worker).await;
        tokio::time::sleep(Duration::from_micros(random.below(20_000) as u64)).await;
        assert_eq!(worker.kill9().code, None);
    }
    // A worker that is told to stop gives back what it holds: only then an empty queue is an empty queue.
    loop {
        let mut worker = scene.thoth(["worker"]).spawn();
        queues.wait_until_below(1, &mut worker).await;
        worker.terminate();
        worker.wait(PATIENCE).expect_code(0);
        if queues.waiting(LIGHT).await == 0 {
            break;
        }
    }
    assert_eq!(queues.waiting(HEAVY).await, 0);
    assert_eq!(
        queues.waiting(DEAD_LETTERS).await,
        0,
        "a kill cost a document its life"
    );
    let letters = scene.thoth(["dead-letters", "list", "--format", "json"]).run();
    assert_eq!(
        letters.expect_code(0).json()["deadLetters"],
        Value::Array(Vec::new()),
        "a kill cost a document its life"
    );
    scene.checksum()
}

fn embedded(folder: &TempDir) -> Vec<(&'static str, String)> {
    vec![(
        "THOTH_GRAPH_URL",
        format!("embedded:{}", folder.path().join("graph").display()),
    )]
}

/// The checksum of direct ingest, last document first.
fn ingested_backwards(scene: &Scene) -> Value {
    let folder = tempfile::tempdir().unwrap();
    scene.ingest(&write_files(folder.path(), true), false);
    scene.checksum()
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_change_nothing_on_the_embedded_graph() {
    let Some(services) = Services::get() else { return };
    let vhost = services.vhost();
    let (graph, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let killed = publish_and_kill(&Scene::new(&embedded(&graph), &vhost), &vhost).await;
    assert_eq!(killed, ingested_backwards(&Scene::new(&embedded(&other), &vhost)));
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_change_nothing_on_neo4j() {
    let Some(services) = Services::get() else { return };
    let vhost = services.vhost();
    let lease = services.neo4j();
    let graph = [
        ("THOTH_GRAPH_URL", lease.url().to_owned()),
        ("THOTH_GRAPH_USER", lease.user().to_owned()),
        ("THOTH_GRAPH_PASSWORD", lease.password().to_owned()),
    ];
    empty(&lease).await;
    let killed = publish_and_kill(&Scene::new(&graph, &vhost), &vhost).await;
    empty(&lease).await;
    assert_eq!(killed, ingested_backwards(&Scene::new(&graph, &vhost)));

    let other = tempfile::tempdir().unwrap();
    assert_eq!(
        killed,
        ingested_backwards(&Scene::new(&embedded(&other), &vhost)),
        "the engines differ"
    );
    empty(&lease).await;
}

/// Leaves nothing but the schema.
async fn empty(lease: &Neo4jLease) {
    let address = Neo4jAddress {
        url: lease.url().to_owned(),
        user: lease.user().to_owned(),
        password: lease.password().to_owned(),
        connections: 2,
    };
    let graph = Neo4jGraph::connect(&address).await.unwrap();
    wipe(&graph, &mut |_| ()).await.unwrap();
    migrate(&graph).await.unwrap();
}
