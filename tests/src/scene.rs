//! Where one run of faults takes place: a store, a graph, perhaps a broker, and the binary that knows of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use thoth_cypher::{Graph, GraphAddress, Params, connect, migrate};
use thoth_ingest::rebuild::wipe;

use crate::binary::Thoth;
use crate::corpus;
use crate::services::{Neo4jLease, Services, Vhost};

/// A debug build on a busy machine; every wait ends as soon as the work does.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// The graph that a run works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// In a folder of the run.
    Embedded,
    /// The one real Neo4j, under a lease.
    Neo4j,
}

/// Folder, graph, store and broker of one run.
pub struct Scene {
    folder: TempDir,
    address: GraphAddress,
    environment: Vec<(&'static str, String)>,
    // In the order of their end: the virtual host goes before others may have the database.
    vhost: Option<Vhost>,
    _lease: Option<Neo4jLease>,
}

impl Scene {
    /// A graph in a folder and a store beside it.
    pub fn embedded() -> Scene {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let graph = folder.path().join("graph");
        let environment = vec![("THOTH_GRAPH_URL", format!("embedded:{}", graph.display()))];
        Scene::on(folder, GraphAddress::Folder(graph), environment, None)
    }

    /// The real Neo4j, emptied and migrated, and a store. It is this scene's alone until dropped.
    pub async fn neo4j(services: &Services) -> Scene {
        let lease = services.neo4j();
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let environment = vec![
            ("THOTH_GRAPH_URL", lease.url().to_owned()),
            ("THOTH_GRAPH_USER", lease.user().to_owned()),
            ("THOTH_GRAPH_PASSWORD", lease.password().to_owned()),
        ];
        let address = GraphAddress::parse(lease.url(), lease.user(), lease.password(), 2)
            .expect("the lease has a graph's address");
        let scene = Scene::on(folder, address, environment, Some(lease));
        scene.empty().await;
        scene
    }

    /// One of the two.
    pub async fn of(engine: Engine, services: &Services) -> Scene {
        match engine {
            Engine::Embedded => Scene::embedded(),
            Engine::Neo4j => Scene::neo4j(services).await,
        }
    }

    fn on(
        folder: TempDir,
        address: GraphAddress,
        mut environment: Vec<(&'static str, String)>,
        lease: Option<Neo4jLease>,
    ) -> Scene {
        let store = folder.path().join("store");
        environment.push(("THOTH_STORE_URL", format!("file://{}", store.display())));
        Scene {
            folder,
            address,
            environment,
            vhost: None,
            _lease: lease,
        }
    }

    /// With a broker of its own.
    #[must_use]
    pub fn with_broker(self, services: &Services) -> Scene {
        self.with_vhost(services.vhost())
    }

    /// With this virtual host as its broker.
    #[must_use]
    pub fn with_vhost(mut self, vhost: Vhost) -> Scene {
        self.set("THOTH_BROKER_URL", vhost.url().to_owned());
        self.vhost = Some(vhost);
        self
    }

    /// Sets a variable for every run of the binary.
    pub fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.environment.retain(|(known, _)| *known != name);
        self.environment.push((name, value.into()));
    }

    /// The folder of the scene.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The folder of the store.
    pub fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    /// The broker.
    ///
    /// # Panics
    /// When the scene has none.
    pub fn vhost(&self) -> &Vhost {
        self.vhost.as_ref().expect("the scene has a broker")
    }

    /// The binary with these arguments.
    pub fn thoth<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Thoth {
        let thoth = Thoth::new().args(arguments).deadline(PATIENCE);
        self.environment
            .iter()
            .fold(thoth, |thoth, (name, value)| thoth.env(*name, value))
    }

    /// `thoth ingest` of these documents, with `--publish` where they go by the broker.
    pub fn ingest(&self, documents: &[Value], publish: bool) -> Thoth {
        let folder = self.folder.path().join("input");
        // What lies there is of an earlier call.
        fs::remove_dir_all(&folder).ok();
        let files = corpus::write_files(&folder, documents, 1_000);
        let thoth = self.thoth(["ingest", "--format", "json"]).args(files);
        if publish { thoth.args(["--publish"]) } else { thoth }
    }

    /// The checksum of the graph, every invariant checked before.
    ///
    /// # Panics
    /// When an invariant does not hold.
    #[track_caller]
    pub fn checksum(&self) -> Value {
        self.thoth(["graph", "check"]).run().expect_code(0);
        let output = self.thoth(["graph", "checksum", "--format", "json"]).run();
        output.expect_code(0).json()
    }

    /// The graph, opened by the test itself. An embedded one has one owner: no other process may have it open.
    ///
    /// # Panics
    /// When it cannot be opened.
    pub async fn graph(&self) -> Arc<dyn Graph> {
        connect(&self.address).await.expect("the graph can be opened")
    }

    /// The ids of all documents in the graph, as often as they are there.
    ///
    /// # Panics
    /// When the graph does not answer.
    pub async fn documents(&self) -> Vec<String> {
        let graph = self.graph().await;
        let rows = graph
            .query("MATCH (d:Document) RETURN d.key AS key", Params::new())
            .await;
        let rows = rows.expect("the graph answers");
        rows.iter().map(|row| row.text("key").to_owned()).collect()
    }

    /// Leaves nothing but the schema.
    ///
    /// # Panics
    /// When the graph does not answer.
    pub async fn empty(&self) {
        let graph = self.graph().await;
        wipe(graph.as_ref(), &mut |_| ())
            .await
            .expect("the graph can be emptied");
        migrate(graph.as_ref()).await.expect("the graph can be migrated");
    }
}

/// What the graph must be: the checksum of a direct ingest of these documents, last one first, into an embedded graph.
///
/// # Panics
/// When they cannot be ingested.
pub fn expected_checksum(documents: &[Value]) -> Value {
    let scene = Scene::embedded();
    let backwards: Vec<Value> = documents.iter().rev().cloned().collect();
    scene.ingest(&backwards, false).run().expect_code(0);
    scene.checksum()
}
