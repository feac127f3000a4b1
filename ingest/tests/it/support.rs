//! What the tests share.

use std::collections::BTreeMap;
use std::env;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use thoth_cypher::{EmbeddedGraph, Graph, migrate};
use thoth_ingest::dead_letters::{DeadLetter, DeadLetters, Selection};
use thoth_ingest::store::{DocumentStore, StoreConfig};
use thoth_schema::document::{Document, Limits};

/// A release document.
pub(crate) fn release(name: &str, version: &str) -> Document {
    let text = record(name, version);
    Document::from_json_bytes(text.as_bytes(), &Limits::default()).unwrap()
}

/// A bare record as it stands in a line of a file.
pub(crate) fn record(name: &str, version: &str) -> String {
    format!(
        r#"{{"name":"{name}","version":"{version}","upload_time":"2020-02-03T04:05:06Z","requires_dist":["six>=1.0"]}}"#
    )
}

pub(crate) fn releases(count: usize) -> Vec<Document> {
    (0..count)
        .map(|number| release(&format!("package-{number}"), "1.0"))
        .collect()
}

pub(crate) fn file_store(folder: &Path) -> DocumentStore {
    DocumentStore::open(&StoreConfig::new(format!("file://{}", folder.display()))).unwrap()
}

pub(crate) async fn memory_graph() -> Arc<dyn Graph> {
    let graph: Arc<dyn Graph> = Arc::new(EmbeddedGraph::in_memory().unwrap());
    migrate(graph.as_ref()).await.unwrap();
    graph
}

/// The dead letters of a store once there are so many.
pub(crate) async fn letters(store: &DocumentStore, count: usize) -> Vec<DeadLetter> {
    let letters = DeadLetters::of(store.clone());
    let all = until("dead letters", async || {
        let shown = letters.list(&Selection::default()).await.unwrap();
        (shown.letters.len() >= count).then_some(shown.letters)
    });
    let all = all.await;
    assert_eq!(all.len(), count, "{all:#?}");
    all
}

/// Looks every 20 ms until the look gives a value; a minute at most.
pub(crate) async fn until<Value>(what: &str, mut look: impl AsyncFnMut() -> Option<Value>) -> Value {
    let started = Instant::now();
    loop {
        if let Some(value) = look().await {
            return value;
        }
        assert!(
            started.elapsed() < Duration::from_secs(60),
            "waited a minute in vain for {what}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_path_buf()
}

/// A file of the workspace.
pub(crate) fn workspace_file(relative: &str) -> PathBuf {
    workspace().join(relative)
}

/// A file of the recorded data, where that is.
pub(crate) fn shared_file(relative: &str) -> Option<PathBuf> {
    let folder =
        env::var_os("THOTH_SHARED_DATA").map_or_else(|| workspace().join("../shared/data"), PathBuf::from);
    let path = folder.join(relative);
    if !path.exists() {
        eprintln!(
            "skipped: {} is absent (THOTH_SHARED_DATA names its folder)",
            path.display()
        );
        return None;
    }
    Some(path)
}

/// The broker's address with a virtual host of its own, gone with the value.
pub(crate) struct Vhost {
    name: String,
    pub(crate) url: String,
    _lock: File,
}

impl Vhost {
    /// `None`, saying so, where services are switched off.
    pub(crate) fn new() -> Option<Vhost> {
        let base = broker_url()?;
        // Shared with `tests/src/services.rs`: a test that kills the broker waits for this one, and this one for it.
        let server = base.rsplit('@').next().unwrap().split('/').next().unwrap();
        let server = server.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-");
        let lock = File::create(env::temp_dir().join(format!("thoth-tests-amqp---{server}.lock"))).unwrap();
        lock.lock_shared().unwrap();
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let count = COUNTER.fetch_add(1, Ordering::Relaxed);
        let name = format!("thoth-ingest-test-{}-{count}", std::process::id());
        rabbitmqctl(&["add_vhost", &name]);
        let user = base
            .split("://")
            .nth(1)
            .and_then(|rest| rest.split([':', '@']).next())
            .unwrap_or("guest");
        rabbitmqctl(&["set_permissions", "-p", &name, user, ".*", ".*", ".*"]);
        let (server, _) = base.rsplit_once('/').unwrap();
        Some(Vhost {
            url: format!("{server}/{name}"),
            name,
            _lock: lock,
        })
    }

    /// Messages per queue, as the broker counts them now and then.
    pub(crate) fn queues(&self) -> BTreeMap<String, u64> {
        let listed = rabbitmqctl(&[
            "list_queues",
            "-p",
            &self.name,
            "--no-table-headers",
            "name",
            "messages",
        ]);
        let rows = listed.lines().filter_map(|line| line.split_once('\t'));
        rows.filter_map(|(name, count)| Some((name.to_owned(), count.trim().parse().ok()?)))
            .collect()
    }

    pub(crate) fn close_connections(&self) {
        rabbitmqctl(&["close_all_connections", "-p", &self.name, "closed by a test"]);
    }
}

impl Drop for Vhost {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            rabbitmqctl(&["delete_vhost", &self.name]);
        }
    }
}

fn services_script(arguments: &[&str]) -> String {
    let output = Command::new(workspace_file("deploy/services/services.sh"))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "services.sh {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn rabbitmqctl(arguments: &[&str]) -> String {
    services_script(&[&["rabbitmqctl", "--quiet"], arguments].concat())
}

/// The broker that the environment names, else the one that the script starts; asked once.
fn broker_url() -> Option<&'static str> {
    static URL: OnceLock<Option<String>> = OnceLock::new();
    let url = URL.get_or_init(|| {
        if env::var("THOTH_TEST_NO_SERVICES").is_ok_and(|value| !matches!(value.as_str(), "" | "0")) {
            return None;
        }
        if let Some(url) = env::var("THOTH_TEST_AMQP_URL").ok().filter(|url| !url.is_empty()) {
            return Some(url);
        }
        services_script(&["up"]);
        let settings = services_script(&["env"]);
        let url = settings
            .lines()
            .find_map(|line| line.strip_prefix("export THOTH_TEST_AMQP_URL="));
        Some(url.unwrap().to_owned())
    });
    if url.is_none() {
        eprintln!("skipped: this test needs RabbitMQ, and THOTH_TEST_NO_SERVICES is set");
    }
    url.as_deref()
}

/// A bare connection, to look at what lies in the queues and to send what no publisher would.
pub(crate) struct Probe {
    _connection: lapin::Connection,
    pub(crate) channel: lapin::Channel,
}

impl Probe {
    pub(crate) async fn new(url: &str) -> Probe {
        let connection = lapin::Connection::connect(url, lapin::ConnectionProperties::default())
            .await
            .unwrap();
        let channel = connection.create_channel().await.unwrap();
        Probe {
            _connection: connection,
            channel,
        }
    }

    /// Takes one message away.
    pub(crate) async fn take(&self, queue: &str) -> Option<lapin::message::Delivery> {
        let options = lapin::options::BasicGetOptions { no_ack: true };
        let got = self.channel.basic_get(queue.into(), options).await.unwrap();
        got.map(|message| message.delivery)
    }

    /// Takes one message away, waiting for it.
    pub(crate) async fn wait_and_take(&self, queue: &str) -> lapin::message::Delivery {
        until("a message", async || self.take(queue).await).await
    }

    pub(crate) async fn send(&self, exchange: &str, routing_key: &str, body: &[u8]) {
        let options = lapin::options::BasicPublishOptions::default();
        let properties = lapin::BasicProperties::default().with_delivery_mode(2);
        let sent = self
            .channel
            .basic_publish(exchange.into(), routing_key.into(), options, body, properties)
            .await;
        sent.unwrap().await.unwrap();
    }
}

/// A header as text.
pub(crate) fn header(delivery: &lapin::message::Delivery, key: &str) -> Option<String> {
    use lapin::types::AMQPValue;
    Some(match delivery.properties.headers().as_ref()?.inner().get(key)? {
        AMQPValue::LongString(text) => String::from_utf8_lossy(text.as_bytes()).into_owned(),
        AMQPValue::LongLongInt(number) => number.to_string(),
        AMQPValue::LongInt(number) => number.to_string(),
        other => format!("{other:?}"),
    })
}
