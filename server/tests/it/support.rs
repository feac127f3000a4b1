//! A graph of a handful of releases, and wrappers of it that count or fail.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use async_graphql::{Request, Variables};
use async_trait::async_trait;
use serde_json::{Value as Json, json};
use thoth_cypher::{EmbeddedGraph, Engine, Graph, Params, Rows, Statement, Transaction, migrate};
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::records;
use thoth_server::ServerConfig;
use thoth_server::graphql::{Schema, schema};

/// Own releases: `alpha` needs `beta`, `delta` wants a `beta` that never was, `epsilon` needs what nobody knows.
const RECORDS: &str = include_str!("records.jsonl");

/// Counts statements, and plays dead when told to.
pub(crate) struct Watched {
    inner: EmbeddedGraph,
    statements: Mutex<Vec<&'static str>>,
    away: AtomicBool,
}

impl Watched {
    pub(crate) fn take(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.statements.lock().unwrap())
    }

    pub(crate) fn set_away(&self, away: bool) {
        self.away.store(away, Ordering::SeqCst);
    }

    fn present(&self) -> Result<(), Fault> {
        match self.away.load(Ordering::SeqCst) {
            true => Err(Fault::new(
                ErrorCode::GraphUnreachable,
                "bolt://secret-host:7687 refused the connection",
            )),
            false => Ok(()),
        }
    }
}

#[async_trait]
impl Graph for Watched {
    fn engine(&self) -> Engine {
        self.inner.engine()
    }

    async fn read(&self, statement: &'static Statement, params: Params) -> Result<Rows, Fault> {
        self.present()?;
        self.statements.lock().unwrap().push(statement.name);
        self.inner.read(statement, params).await
    }

    async fn query(&self, text: &str, params: Params) -> Result<Rows, Fault> {
        self.inner.query(text, params).await
    }

    async fn begin(&self) -> Result<Box<dyn Transaction>, Fault> {
        self.inner.begin().await
    }

    async fn define(&self, text: &str) -> Result<(), Fault> {
        self.inner.define(text).await
    }
}

/// An empty graph without migrations.
pub(crate) fn bare_graph() -> Arc<Watched> {
    let inner = EmbeddedGraph::in_memory().unwrap();
    Arc::new(Watched {
        inner,
        statements: Mutex::default(),
        away: AtomicBool::new(false),
    })
}

/// The graph of the records.
pub(crate) async fn loaded_graph() -> Arc<Watched> {
    let graph = bare_graph();
    migrate(graph.as_ref()).await.unwrap();
    let documents: Vec<_> = records::parse(RECORDS).map(Result::unwrap).collect();
    thoth_ingest::sync::sync(graph.as_ref(), &documents)
        .await
        .unwrap();
    graph.take();
    graph
}

/// A schema over a graph with everything switched on.
pub(crate) fn schema_over(graph: &Arc<Watched>) -> Schema {
    schema(graph.clone(), &ServerConfig::default())
}

/// The answer to a query as JSON.
pub(crate) async fn ask(schema: &Schema, query: &str, variables: Json) -> Json {
    let request = Request::new(query).variables(Variables::from_json(variables));
    serde_json::to_value(schema.execute(request).await).unwrap()
}

/// The answer to a query that must succeed.
pub(crate) async fn data(schema: &Schema, query: &str) -> Json {
    let answer = ask(schema, query, json!({})).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"].clone()
}

/// The code of the first error.
pub(crate) fn code(answer: &Json) -> &str {
    answer["errors"][0]["extensions"]["code"]
        .as_str()
        .unwrap_or("no code")
}
