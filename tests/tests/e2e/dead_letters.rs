//! Dead letters, metrics, traces and pauses of a real worker on a real broker, as an operator meets them.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use thoth_ingest::broker::BrokerConfig;
use thoth_ingest::metrics::{METRICS, render};
use thoth_ingest::publisher::Publisher;
use thoth_ingest::store::{DocumentStore, StoreConfig, StoreKey};
use thoth_schema::document::{Document, Limits};
use thoth_tests::binary::{Output, Running, Thoth};
use thoth_tests::poll::until_async;
use thoth_tests::services::{Services, Vhost};

const PATIENCE: Duration = Duration::from_secs(120);

/// A virtual host, a graph and a store of one test.
struct Scene {
    folder: TempDir,
    vhost: Vhost,
}

impl Scene {
    fn new() -> Option<Scene> {
        let vhost = Services::get()?.vhost();
        let folder = tempfile::tempdir().unwrap();
        Some(Scene { folder, vhost })
    }

    fn thoth<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Thoth {
        Thoth::new()
            .args(arguments)
            .env(
                "THOTH_GRAPH_URL",
                format!("embedded:{}", self.folder.path().join("graph").display()),
            )
            .env("THOTH_STORE_URL", self.store_url())
            .env("THOTH_BROKER_URL", self.vhost.url())
            .env("THOTH_LOG_FORMAT", "json")
            .deadline(PATIENCE)
    }

    fn store_url(&self) -> String {
        format!("file://{}", self.folder.path().join("store").display())
    }

    async fn publish(&self, documents: &[Document], traceparent: Option<&str>) {
        let store = DocumentStore::open(&StoreConfig::new(self.store_url())).unwrap();
        let publisher = Publisher::connect(&BrokerConfig::new(self.vhost.url()))
            .await
            .unwrap();
        let publisher = publisher.traced(traceparent.map(str::to_owned));
        publisher.publish_all(documents, Some(&store)).await.unwrap();
        publisher.close().await;
    }

    /// The place of a stored document.
    fn path(&self, document: &Document) -> PathBuf {
        self.folder
            .path()
            .join("store")
            .join(StoreKey::of(document).as_str())
    }

    fn dead_letters(&self) -> Vec<Value> {
        let listed = self.thoth(["dead-letters", "list", "--format", "json"]).run();
        listed.expect_code(0).json()["deadLetters"]
            .as_array()
            .unwrap()
            .clone()
    }

    /// Documents that the graph states, once no process holds it.
    fn ingested(&self) -> BTreeSet<String> {
        let query = "MATCH (d:Document) RETURN d.key AS key";
        let output = self
            .thoth(["graph", "query", "-e", query, "--format", "json"])
            .run();
        let rows = output.expect_code(0).json();
        rows.as_array()
            .unwrap()
            .iter()
            .map(|row| row["key"].as_str().unwrap().to_owned())
            .collect()
    }
}

fn documents(range: std::ops::Range<usize>) -> Vec<Document> {
    let document = |number| {
        let text = json!({"name": format!("package-{number}"), "version": "1.0", "upload_time": "2020-01-01T00:00:00Z"});
        Document::from_json_bytes(text.to_string().as_bytes(), &Limits::default()).unwrap()
    };
    range.map(document).collect()
}

/// A worker, or a server with one inside, and where it answers.
struct Worker {
    running: Running,
    address: String,
}

impl Worker {
    fn start(thoth: Thoth) -> Worker {
        let mut running = thoth.args(["--listen", "127.0.0.1:0"]).spawn();
        running.wait_for_text("http://127.0.0.1:", PATIENCE);
        let stderr = running.stderr_so_far();
        let rest = stderr.split("http://").nth(1).unwrap();
        let address = rest.split('/').next().unwrap().to_owned();
        Worker { running, address }
    }

    async fn get(&self, path: &str) -> (u16, String) {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let response = client
            .get(format!("http://{}{path}", self.address))
            .send()
            .await
            .unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    async fn counted(&self) -> Counted {
        let (status, text) = self.get("/metrics").await;
        assert_eq!(status, 200);
        Counted(text)
    }

    /// The counters once they say so.
    async fn until(&self, what: &str, holds: impl Fn(&Counted) -> bool) -> Counted {
        until_async(what, PATIENCE, async || {
            let counted = self.counted().await;
            holds(&counted).then_some(counted)
        })
        .await
    }

    fn stop(self) -> Output {
        self.running.terminate();
        self.running.wait(PATIENCE).expect_code(0)
    }
}

/// A scrape.
struct Counted(String);

impl Counted {
    /// The sum over all labels.
    fn of(&self, verb: &str) -> u64 {
        let name = format!("thoth_ingest_documents_{verb}_total");
        let lines = self.0.lines().filter(|line| {
            line.strip_prefix(&name)
                .is_some_and(|rest| rest.starts_with(['{', ' ']))
        });
        lines
            .map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap())
            .sum()
    }

    fn ended(&self) -> u64 {
        ["ingested", "known", "dead_lettered", "put_back", "lost"]
            .map(|verb| self.of(verb))
            .iter()
            .sum()
    }
}

const GOOD: usize = 20;
const POISON: usize = 3;
const TWICE: usize = 7;

#[tokio::test(flavor = "multi_thread")]
async fn the_counters_are_what_the_graph_and_the_dead_letters_hold() {
    let Some(scene) = Scene::new() else { return };
    let before = Counted(render().unwrap());
    let all = documents(0..GOOD + POISON);
    let (good, poison) = all.split_at(GOOD);
    scene.publish(&all, None).await;
    scene.publish(&good[..TWICE], None).await;
    // No other test of this process publishes by itself, but some store documents meanwhile.
    let after = Counted(render().unwrap());
    let published = (GOOD + POISON + TWICE) as u64;
    for verb in ["accepted", "published"] {
        assert_eq!(after.of(verb) - before.of(verb), published, "{verb}");
    }
    assert!(after.of("stored") - before.of("stored") >= published);
    let whole: Vec<Vec<u8>> = poison
        .iter()
        .map(|one| fs::read(scene.path(one)).unwrap())
        .collect();
    poison
        .iter()
        .for_each(|one| fs::write(scene.path(one), "damaged").unwrap());

    let worker = Worker::start(scene.thoth(["-vv", "worker"]));
    let counted = worker
        .until("all messages", |counted| {
            counted.of("recorded") == POISON as u64 && counted.ended() == published
        })
        .await;
    assert_eq!(worker.get("/health/ready").await.0, 200);
    assert_eq!(
        (counted.of("received"), counted.ended()),
        (published, published),
        "{}",
        counted.0
    );
    assert_eq!(
        (counted.of("ingested"), counted.of("known")),
        (GOOD as u64, TWICE as u64)
    );
    assert_eq!(
        (counted.of("dead_lettered"), counted.of("put_back")),
        (POISON as u64, 0)
    );
    let label = r#"dead_lettered_total{queue="thoth.ingest.light",kind="release",code="STORE_CORRUPT"} 3"#;
    assert!(counted.0.contains(label), "{}", counted.0);
    assert!(
        counted
            .0
            .contains(r#"documents_in_work{queue="thoth.ingest.light"} 0"#),
        "{}",
        counted.0
    );
    assert!(!counted.0.contains("package-"), "a name of a package is a label");
    let of_advises = thoth_server::metrics::METRICS.iter().map(|(name, _)| *name);
    let of_documents = METRICS.iter().map(|(name, _, _)| *name);
    let known: BTreeSet<&str> = of_documents.chain(of_advises).collect();
    for line in counted.0.lines().filter(|line| line.starts_with("# TYPE ")) {
        let name = line.split(' ').nth(2).unwrap();
        assert!(
            known.contains(name) || known.contains(format!("{name}_total").as_str()),
            "{name}"
        );
    }
    let letters = scene.dead_letters();
    let keys: BTreeSet<&str> = letters
        .iter()
        .map(|letter| letter["key"].as_str().unwrap())
        .collect();
    assert_eq!(keys, poison.iter().map(|one| one.id.as_str()).collect());

    // Mended, they go the way of the others.
    poison
        .iter()
        .zip(&whole)
        .for_each(|(one, bytes)| fs::write(scene.path(one), bytes).unwrap());
    let sent = scene.thoth([
        "dead-letters",
        "requeue",
        "--all",
        "--code",
        "STORE_CORRUPT",
        "--format",
        "json",
    ]);
    assert_eq!(
        sent.run().expect_code(0).json()["requeued"]
            .as_array()
            .unwrap()
            .len(),
        POISON
    );
    let counted = worker
        .until("the mended documents", |counted| {
            counted.of("ingested") == (GOOD + POISON) as u64
        })
        .await;
    assert_eq!(counted.of("received"), published + POISON as u64);
    assert_eq!(counted.ended(), counted.of("received"));
    assert!(scene.dead_letters().is_empty());
    let output = worker.stop();
    assert_eq!(scene.ingested(), all.iter().map(|one| one.id.clone()).collect());
    traces_lead_through_the_log(&output, &letters);
}

/// Every line about a message has its trace, document, kind and queue; the dead letter has the same trace.
fn traces_lead_through_the_log(output: &Output, letters: &[Value]) {
    let lines = output
        .stderr
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let lines: Vec<Value> = lines.collect();
    let span = |line: &Value, field: &str| line["span"][field].as_str().unwrap_or_default().to_owned();
    for letter in letters {
        let traceparent = letter["headers"]["traceparent"].as_str().unwrap();
        let trace = traceparent.split('-').nth(1).unwrap();
        let of_trace: Vec<&Value> = lines
            .iter()
            .filter(|line| span(line, "trace_id") == trace)
            .collect();
        let told = |text: &str| {
            of_trace
                .iter()
                .filter(|line| line["fields"]["message"] == text)
                .count()
        };
        assert_eq!(told("a document became a dead letter"), 1, "{of_trace:#?}");
        // Before its death and after it was sent again.
        assert_eq!(told("a message arrived"), 2, "{of_trace:#?}");
        for line in of_trace {
            assert_eq!(span(line, "document.id"), letter["key"].as_str().unwrap());
            assert_eq!(
                (span(line, "kind").as_str(), span(line, "queue").as_str()),
                ("release", "thoth.ingest.light")
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_lists_shows_discards_and_is_told_what_is_away() {
    let Some(scene) = Scene::new() else { return };
    let empty = scene.thoth(["dead-letters", "list"]).run().expect_code(0);
    assert_eq!(empty.stdout, "no dead letters\n");
    let all = documents(100..103);
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    scene.publish(&all, Some(trace)).await;
    all.iter()
        .for_each(|one| fs::remove_file(scene.path(one)).unwrap());
    let worker = Worker::start(scene.thoth(["worker"]));
    worker
        .until("the dead letters", |counted| counted.of("recorded") == 3)
        .await;
    let output = worker.stop();
    assert!(
        output.stderr.contains("0af7651916cd43dd8448eb211c80319c"),
        "{output:#?}"
    );

    let key = all[0].id.as_str();
    let listed = scene
        .thoth(["dead-letters", "list", "--kind", "release", "--first", "2"])
        .run()
        .expect_code(0);
    assert!(
        listed.stdout.contains("NOT_FOUND") && listed.stderr.contains("there are more: --after "),
        "{listed:#?}"
    );
    let none = scene
        .thoth(["dead-letters", "list", "--code", "INTERNAL", "--format", "json"])
        .run()
        .expect_code(0);
    assert_eq!(none.json(), json!({"deadLetters": [], "hasMore": false}));
    let shown = scene
        .thoth(["dead-letters", "show", &key[..12], "--format", "json"])
        .run()
        .expect_code(0)
        .json();
    assert_eq!(
        (&shown["key"], &shown["attempts"], &shown["code"]),
        (&json!(key), &json!(1), &json!("NOT_FOUND"))
    );
    assert_eq!(
        (&shown["headers"]["traceparent"], &shown["queue"]),
        (&json!(trace), &json!("thoth.ingest.light"))
    );
    let body = scene
        .thoth(["dead-letters", "show", key, "--body"])
        .run()
        .expect_code(0);
    assert_eq!(body.json()["documentId"], key);
    assert_eq!(body.stdout.len() as u64, shown["bytes"].as_u64().unwrap());
    let table = scene.thoth(["dead-letters", "show", key]).run().expect_code(0);
    assert!(
        table.stdout.contains("firstTime") && table.stdout.contains("release.v1"),
        "{table:#?}"
    );

    // Nobody listens there: what is recorded is shown, what needs the broker is a fault, and nothing is lost.
    let away = |arguments: &[&str]| {
        scene
            .thoth(arguments.iter().copied())
            .env("THOTH_BROKER_URL", "amqp://127.0.0.1:1/%2f")
            .run()
    };
    let listed = away(&["dead-letters", "list", "--format", "json"]).expect_code(0);
    assert_eq!(listed.json()["deadLetters"].as_array().unwrap().len(), 3);
    assert!(listed.stderr.contains("BROKER_UNREACHABLE"), "{listed:#?}");
    let refused = away(&["dead-letters", "requeue", key]).expect_code(2);
    assert!(
        refused.stdout.is_empty() && refused.stderr.contains("error[BROKER_UNREACHABLE]"),
        "{refused:#?}"
    );

    let refused = scene.thoth(["dead-letters", "discard", key]).run().expect_code(2);
    assert!(
        refused.stderr.contains("error[INVALID_ARGUMENT]") && refused.stderr.contains("--yes"),
        "{refused:#?}"
    );
    for wrong in [
        &["dead-letters", "discard"][..],
        &["dead-letters", "requeue", "--code", "INTERNAL"],
        &["dead-letters", "requeue", key, "--all"],
    ] {
        scene.thoth(wrong.iter().copied()).run().expect_code(2);
    }
    scene
        .thoth(["dead-letters", "discard", key, "--yes"])
        .run()
        .expect_code(0);
    let gone = scene.thoth(["dead-letters", "show", key]).run().expect_code(2);
    assert!(gone.stderr.contains("error[NOT_FOUND]"), "{gone:#?}");
    let rest = scene
        .thoth(["dead-letters", "discard", "--all", "--yes", "--format", "json"])
        .run()
        .expect_code(0);
    assert_eq!(rest.json()["discarded"].as_array().unwrap().len(), 2);
    assert!(scene.dead_letters().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_sends_a_dead_letter_again() {
    let Some(scene) = Scene::new() else { return };
    let all = documents(200..201);
    scene.publish(&all, None).await;
    let whole = fs::read(scene.path(&all[0])).unwrap();
    fs::write(scene.path(&all[0]), "damaged").unwrap();
    let server = Worker::start(scene.thoth(["serve"]));
    server
        .until("the dead letter", |counted| counted.of("recorded") == 1)
        .await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let ask = async |query: &str| {
        let body = json!({"query": query, "variables": {"key": all[0].id}}).to_string();
        let request = client.post(format!("http://{}/graphql", server.address));
        let response = request
            .header("content-type", "application/json")
            .body(body)
            .send()
            .await
            .unwrap();
        serde_json::from_str::<Value>(&response.text().await.unwrap()).unwrap()
    };
    let answer =
        ask("{ deadLetters(code: \"STORE_CORRUPT\") { totalCount nodes { key attempts reason } } }").await;
    assert_eq!(answer["data"]["deadLetters"]["totalCount"], 1, "{answer}");
    assert_eq!(answer["data"]["deadLetters"]["nodes"][0]["key"], all[0].id);
    fs::write(scene.path(&all[0]), whole).unwrap();
    let requeue = "mutation($key: String!) { requeueDeadLetter(key: $key) { key } }";
    let answer = ask(requeue).await;
    assert_eq!(answer["data"]["requeueDeadLetter"]["key"], all[0].id, "{answer}");
    server
        .until("the document", |counted| counted.of("ingested") == 1)
        .await;
    let answer = ask(requeue).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND", "{answer}");
    assert_eq!(server.counted().await.of("requeued"), 1);
    server.stop();
    assert_eq!(scene.ingested(), all.iter().map(|one| one.id.clone()).collect());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_queue_is_left_alone_by_workers_that_start_later() {
    let Some(scene) = Scene::new() else { return };
    let paused = scene
        .thoth(["worker", "--pause", "light", "--format", "json"])
        .run()
        .expect_code(0)
        .json();
    assert_eq!(paused["queues"][1]["queue"], "light", "{paused}");
    assert_eq!(
        (&paused["queues"][0]["paused"], &paused["queues"][1]["paused"]),
        (&json!(false), &json!(true))
    );
    scene.publish(&documents(300..305), None).await;
    let worker = Worker::start(scene.thoth(["worker"]));
    worker
        .until("the pause", |counted| {
            counted
                .0
                .contains(r#"thoth_ingest_queue_paused{queue="thoth.ingest.light"} 1"#)
        })
        .await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(worker.counted().await.of("received"), 0);
    let status = scene.thoth(["worker", "--status"]).run().expect_code(0);
    assert!(
        status.stdout.contains("paused") && status.stdout.contains("heavy"),
        "{status:#?}"
    );
    let wrong = scene
        .thoth(["worker", "--resume", "light", "--resume", "middle"])
        .run()
        .expect_code(2);
    assert!(wrong.stderr.contains("error[INVALID_ARGUMENT]"), "{wrong:#?}");
    assert_eq!(worker.counted().await.of("received"), 0);
    scene.thoth(["worker", "--resume", "light"]).run().expect_code(0);
    worker
        .until("the documents", |counted| counted.of("ingested") == 5)
        .await;
    worker.stop();
    assert_eq!(scene.ingested().len(), 5);
}
