//! The rows that Thoth would write for a batch, in the shape in which a peer writes them that knows the graph is empty.
//!
//! `sync` runs against a graph that holds nothing and keeps nothing but the rows; nodes of earlier batches are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use thoth_cypher::{Engine, Graph, Params, Rows, Statement, Transaction, Value};
use thoth_ingest::sync::sync;
use thoth_schema::document::Document;
use thoth_schema::error::Fault;

type Written = Arc<Mutex<BTreeMap<&'static str, Vec<Value>>>>;

/// Answers every statement with no rows and keeps the rows it was given.
#[derive(Default)]
struct Recorder(Written);

struct Recording(Written);

#[async_trait]
impl Graph for Recorder {
    fn engine(&self) -> Engine {
        Engine::Embedded
    }

    async fn read(&self, _: &'static Statement, _: Params) -> Result<Rows, Fault> {
        Ok(Rows::default())
    }

    async fn query(&self, _: &str, _: Params) -> Result<Rows, Fault> {
        Ok(Rows::default())
    }

    async fn begin(&self) -> Result<Box<dyn Transaction>, Fault> {
        Ok(Box::new(Recording(Arc::clone(&self.0))))
    }

    async fn define(&self, _: &str) -> Result<(), Fault> {
        Ok(())
    }
}

#[async_trait]
impl Transaction for Recording {
    async fn run(&mut self, statement: &'static Statement, mut params: Params) -> Result<Rows, Fault> {
        let rows = match statement.name {
            "write/requirements" => flat(params),
            _ => params.remove("rows").map(into_list).unwrap_or_default(),
        };
        if !rows.is_empty() {
            let mut written = self.0.lock().expect("nobody panics while writing");
            written.entry(statement.name).or_default().extend(rows);
        }
        Ok(Rows::default())
    }

    async fn commit(self: Box<Self>) -> Result<(), Fault> {
        Ok(())
    }
}

/// The rows of one batch, table by table, in the order in which they must be written.
pub(crate) struct Plan {
    pub(crate) tables: Vec<(&'static str, Vec<Value>)>,
}

/// Shapes batch after batch, and knows what earlier ones held.
#[derive(Default)]
pub(crate) struct Shaper {
    packages: BTreeSet<String>,
    indexes: BTreeSet<String>,
    artifacts: BTreeSet<String>,
}

impl Shaper {
    /// The rows for these documents, none of which repeats a release of another.
    pub(crate) async fn plan(&mut self, documents: &[Document]) -> Plan {
        let recorder = Recorder::default();
        sync(&recorder, documents).await.expect("nothing is refused here");
        let mut written = std::mem::take(&mut *recorder.0.lock().expect("nobody panics while writing"));
        let mut table = |name| written.remove(name).unwrap_or_default();

        let mut packages = table("write/packages");
        packages.retain(|row| self.packages.insert(key_of(row, "key")));
        let mut indexes = table("write/indexes");
        indexes.retain(|row| self.indexes.insert(key_of(row, "key")));

        // The recorder knows nothing of earlier batches, so an artifact of two of them comes as new twice.
        let mut artifacts = table("write/artifacts");
        let mut shared_artifacts = table("write/artifact_releases");
        shared_artifacts.extend(artifacts.extract_if(.., |row| !self.artifacts.insert(key_of(row, "key"))));
        let tables = vec![
            ("documents", table("write/documents")),
            ("packages", packages),
            ("indexes", indexes),
            ("versions", table("write/versions")),
            ("requirements", table("write/requirements")),
            ("artifacts", artifacts),
            ("shared_artifacts", shared_artifacts),
            ("statements", table("write/statements")),
        ];
        assert!(
            written.is_empty(),
            "no bare peer for {:?}",
            written.keys().collect::<Vec<_>>()
        );
        Plan { tables }
    }
}

/// Requirement lines as a peer writes them that gives every row whole.
fn flat(mut params: Params) -> Vec<Value> {
    let mut list = |name: &str| params.remove(name).map(into_list).unwrap_or_default();
    let (releases, requirements) = (list("rows"), list("requirements"));
    let mut rows = Vec::new();
    for release in releases {
        let mut release = into_map(release);
        let version = release.remove("version").expect("a release");
        for line in release.remove("lines").into_iter().flat_map(into_list) {
            let mut line = into_map(line);
            let place = line.remove("requirement").and_then(|place| place.as_int());
            let place = place
                .and_then(|place| usize::try_from(place).ok())
                .expect("a place");
            line.extend(into_map(requirements[place].clone()));
            line.insert("version".to_owned(), version.clone());
            rows.push(Value::Map(line));
        }
    }
    rows
}

fn into_list(value: Value) -> Vec<Value> {
    match value {
        Value::List(items) => items,
        other => panic!("a list, not {other:?}"),
    }
}

fn into_map(value: Value) -> BTreeMap<String, Value> {
    match value {
        Value::Map(entries) => entries,
        other => panic!("a row is a map, not {other:?}"),
    }
}

fn key_of(row: &Value, field: &str) -> String {
    match row {
        Value::Map(fields) => fields[field].as_str().expect("a key is text").to_owned(),
        other => panic!("a row is a map, not {other:?}"),
    }
}
