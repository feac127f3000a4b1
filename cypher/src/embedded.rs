//! The embedded engine: grafeo, in memory or durable on disk.

mod transaction;
mod writer;

use self::transaction::EmbeddedTransaction;
use self::writer::Writer;
use crate::graph::{Engine, Graph, Transaction, fault};
use crate::{Params, Rows, Statement, Value, guard};
use async_trait::async_trait;
use grafeo::{Config, GrafeoDB, Session, Value as Stored};
use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use thoth_schema::error::{ErrorCode, Fault};
use tokio::sync::Mutex;

/// Longest that one statement may run, in seconds.
pub(crate) const STATEMENT_SECONDS: u64 = 120;

/// A grafeo database owned by this process.
pub struct EmbeddedGraph {
    database: Arc<GrafeoDB>,
    /// One writer at a time: grafeo answers write-write conflicts by aborting, a queue is cheaper than retries.
    turn: Arc<Mutex<()>>,
    writer: Arc<Writer>,
    /// Held for the life of the graph, so that a second process gets a clear answer instead of a torn file.
    _lock: Option<File>,
}

impl EmbeddedGraph {
    /// An empty graph that lives as long as the value.
    pub fn in_memory() -> Result<Self, Fault> {
        let config = Config::in_memory().with_query_timeout(Duration::from_secs(STATEMENT_SECONDS));
        Self::with_config(config, None)
    }

    /// Opens or creates the durable graph in the folder `path`.
    ///
    /// # Errors
    /// `GRAPH_LOCKED` when another process holds it, `GRAPH_UNREACHABLE` when the folder cannot be used.
    pub fn open(path: &Path) -> Result<Self, Fault> {
        let unusable = |error: &dyn std::fmt::Display| Fault {
            code: ErrorCode::GraphUnreachable,
            message: format!("the embedded graph cannot be opened: {error}"),
            pointer: Some(path.display().to_string()),
            remedy: Some("name a folder that this user may write, as embedded:PATH".to_owned()),
        };
        std::fs::create_dir_all(path).map_err(|error| unusable(&error))?;
        let lock = File::create(path.join("thoth.lock")).map_err(|error| unusable(&error))?;
        if lock.try_lock().is_err() {
            return Err(Fault {
                code: ErrorCode::GraphLocked,
                message: "another process holds this embedded graph".to_owned(),
                pointer: Some(path.display().to_string()),
                remedy: Some("stop that process, or ask it through its GraphQL API".to_owned()),
            });
        }
        let config = Config::persistent(path.join("graph"))
            .with_query_timeout(Duration::from_secs(STATEMENT_SECONDS))
            .with_wal_durability(grafeo::DurabilityMode::Sync);
        Self::with_config(config, Some(lock)).map_err(|error| unusable(&error.message))
    }

    fn with_config(config: Config, lock: Option<File>) -> Result<Self, Fault> {
        let database = GrafeoDB::with_config(config)
            .map_err(|error| fault(ErrorCode::GraphUnreachable, error, "open"))?;
        // grafeo keeps no index for a uniqueness constraint; Neo4j does.
        database.create_property_index("key");
        Ok(Self {
            database: Arc::new(database),
            turn: Arc::default(),
            writer: Arc::new(Writer::start()?),
            _lock: lock,
        })
    }
}

impl Drop for EmbeddedGraph {
    fn drop(&mut self) {
        if let Err(error) = self.database.close() {
            tracing::warn!(error = %error, "the embedded graph did not close cleanly; its log is replayed at the next start");
        }
    }
}

type StoredParams = HashMap<String, Stored>;

fn stored(params: Params) -> StoredParams {
    let stored = params.into_iter().map(|(key, value)| (key, to_stored(value)));
    stored.collect()
}

fn execute(session: &Session, text: &str, name: &str, params: StoredParams) -> Result<Rows, Fault> {
    let started = std::time::Instant::now();
    let result = session
        .execute_cypher_with_params(text, params)
        .map_err(|error| classify(&error, name))?;
    tracing::trace!(
        statement = name,
        micros = started.elapsed().as_micros() as u64,
        "statement ran on the embedded engine"
    );
    let columns = result.columns.clone();
    let rows = result
        .into_rows()
        .into_iter()
        .map(|row| row.into_iter().map(from_stored).collect())
        .collect();
    Ok(Rows { columns, rows })
}

fn classify(error: &grafeo::Error, name: &str) -> Fault {
    let text = error.to_string();
    let lower = text.to_lowercase();
    let code = if lower.contains("conflict") || lower.contains("deadlock") {
        ErrorCode::GraphConflict
    } else {
        ErrorCode::GraphQueryFailed
    };
    fault(code, text, name)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(error) => Err(fault(ErrorCode::Internal, error, "embedded")),
    }
}

#[async_trait]
impl Graph for EmbeddedGraph {
    fn engine(&self) -> Engine {
        Engine::Embedded
    }

    async fn read(&self, statement: &'static Statement, params: Params) -> Result<Rows, Fault> {
        let database = Arc::clone(&self.database);
        blocking(move || {
            execute(
                &database.session(),
                statement.text(),
                statement.name,
                stored(params),
            )
        })
        .await
    }

    async fn query(&self, text: &str, params: Params) -> Result<Rows, Fault> {
        guard::refuse_writes(text)?;
        guard::refuse_wrong_answers(text)?;
        let database = Arc::clone(&self.database);
        let text = text.to_owned();
        blocking(move || {
            execute(
                &database.session_with_role(grafeo::Role::ReadOnly),
                &text,
                "query",
                stored(params),
            )
        })
        .await
    }

    async fn begin(&self) -> Result<Box<dyn Transaction>, Fault> {
        let permit = Arc::clone(&self.turn).lock_owned().await;
        EmbeddedTransaction::begin(&self.database, &self.writer, permit)
            .map(|transaction| Box::new(transaction) as Box<dyn Transaction>)
    }

    async fn define(&self, text: &str) -> Result<(), Fault> {
        let _permit = self.turn.lock().await;
        let database = Arc::clone(&self.database);
        let text = text.to_owned();
        let run = self
            .writer
            .run(move || execute(&database.session(), &text, "define", StoredParams::new()).map(drop));
        run.await
    }
}

fn to_stored(value: Value) -> Stored {
    match value {
        Value::Null => Stored::Null,
        Value::Bool(flag) => Stored::Bool(flag),
        Value::Int(number) => Stored::Int64(number),
        Value::Float(number) => Stored::Float64(number),
        Value::Text(text) => Stored::String(text.into()),
        Value::List(items) => Stored::List(items.into_iter().map(to_stored).collect()),
        Value::Map(entries) => Stored::Map(Arc::new(
            entries
                .into_iter()
                .map(|(key, item)| (key.into(), to_stored(item)))
                .collect(),
        )),
    }
}

fn from_stored(value: Stored) -> Value {
    match value {
        Stored::Null => Value::Null,
        Stored::Bool(flag) => Value::Bool(flag),
        Stored::Int64(number) => Value::Int(number),
        Stored::Float64(number) => Value::Float(number),
        Stored::String(text) => Value::Text(text.to_string()),
        Stored::List(items) => Value::List(items.iter().cloned().map(from_stored).collect()),
        Stored::Map(entries) => Value::Map(
            entries
                .iter()
                .map(|(key, item)| (key.as_str().to_owned(), from_stored(item.clone())))
                .collect(),
        ),
        other => Value::Text(other.to_string()),
    }
}
