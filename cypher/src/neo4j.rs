//! The Neo4j engine over Bolt, by `neo4rs`. Nothing of the driver leaves this module.

use crate::graph::{Engine, Graph, Transaction, fault};
use crate::{Params, Rows, Statement, Value, guard};
use async_trait::async_trait;
use neo4rs::{BoltList, BoltMap, BoltNull, BoltString, BoltType, ConfigBuilder, Row, Txn};
use std::time::Duration;
use thoth_schema::error::{ErrorCode, Fault};

/// Rows asked for in one Bolt message.
const FETCH_ROWS: usize = 5_000;
/// Longest wait for a connection, in seconds.
const CONNECT_SECONDS: u64 = 15;

/// Where a Neo4j server is and who asks.
#[derive(Clone)]
pub struct Neo4jAddress {
    /// `bolt://`, `bolt+s://`, `neo4j://` or `neo4j+s://` URL.
    pub url: String,
    /// User name; ignored by a server without authentication.
    pub user: String,
    /// Password; never logged.
    pub password: String,
    /// Connections kept at most.
    pub connections: usize,
}

/// A Neo4j server.
pub struct Neo4jGraph {
    driver: neo4rs::Graph,
}

impl Neo4jGraph {
    /// Connects and proves that the server answers.
    ///
    /// # Errors
    /// `GRAPH_UNREACHABLE` naming the address.
    pub async fn connect(address: &Neo4jAddress) -> Result<Self, Fault> {
        let unreachable = |error: &dyn std::fmt::Display| Fault {
            code: ErrorCode::GraphUnreachable,
            message: format!("the graph does not answer: {error}"),
            pointer: Some(address.url.clone()),
            remedy: Some("start Neo4j, or correct graph.url, graph.user and graph.password".to_owned()),
        };
        let config = ConfigBuilder::default()
            .uri(&address.url)
            .user(&address.user)
            .password(&address.password)
            .fetch_size(FETCH_ROWS)
            .max_connections(address.connections)
            .connection_timeout(Duration::from_secs(CONNECT_SECONDS))
            .build()
            .map_err(|error| unreachable(&error))?;
        let driver = neo4rs::Graph::connect(config).map_err(|error| unreachable(&error))?;
        let graph = Self { driver };
        let probe = tokio::time::timeout(Duration::from_secs(CONNECT_SECONDS), async {
            let mut stream = graph
                .driver
                .execute_read(neo4rs::query("RETURN 1 AS one"))
                .await?;
            stream.next().await
        });
        match probe.await {
            Ok(Ok(_)) => Ok(graph),
            Ok(Err(error)) => Err(unreachable(&error)),
            Err(_) => Err(unreachable(&"no answer in time")),
        }
    }
}

fn bound(text: &str, params: Params) -> neo4rs::Query {
    let mut bolt = BoltMap::with_capacity(params.len());
    for (key, value) in params {
        bolt.put(BoltString::from(key), to_bolt(value));
    }
    neo4rs::query(text).with_params(bolt)
}

fn classify(error: &neo4rs::Error, name: &str) -> Fault {
    let code = match error {
        neo4rs::Error::Neo4j(answer) if answer.code().contains("TransientError") => ErrorCode::GraphConflict,
        // Two transactions created one key: the second finds it there when it begins anew.
        neo4rs::Error::Neo4j(answer) if answer.code().contains("ConstraintValidationFailed") => {
            ErrorCode::GraphConflict
        }
        neo4rs::Error::Neo4j(answer) if answer.code().contains("DatabaseUnavailable") => {
            ErrorCode::GraphUnreachable
        }
        neo4rs::Error::Neo4j(_) | neo4rs::Error::DeserializationError(_) | neo4rs::Error::ConversionError => {
            ErrorCode::GraphQueryFailed
        }
        _ => ErrorCode::GraphUnreachable,
    };
    fault(code, error, name)
}

fn read_row(row: &Row, columns: &mut Vec<String>, name: &str) -> Result<Vec<Value>, Fault> {
    let Value::Map(mut entries) = row
        .to_strict::<Value>()
        .map_err(|error| fault(ErrorCode::GraphQueryFailed, error, name))?
    else {
        return Err(fault(ErrorCode::GraphQueryFailed, "a row is not a map", name));
    };
    if columns.is_empty() {
        columns.extend(entries.keys().cloned());
    }
    Ok(columns
        .iter()
        .map(|column| entries.remove(column).unwrap_or_default())
        .collect())
}

#[async_trait]
impl Graph for Neo4jGraph {
    fn engine(&self) -> Engine {
        Engine::Neo4j
    }

    async fn read(&self, statement: &'static Statement, params: Params) -> Result<Rows, Fault> {
        self.collect(
            statement.text(),
            params,
            statement.columns().to_vec(),
            statement.name,
        )
        .await
    }

    async fn query(&self, text: &str, params: Params) -> Result<Rows, Fault> {
        guard::refuse_writes(text)?;
        self.collect(text, params, guard::column_order(text), "query")
            .await
    }

    async fn begin(&self) -> Result<Box<dyn Transaction>, Fault> {
        let transaction = self
            .driver
            .start_txn()
            .await
            .map_err(|error| classify(&error, "begin"))?;
        Ok(Box::new(Neo4jTransaction { transaction }))
    }

    async fn define(&self, text: &str) -> Result<(), Fault> {
        self.driver
            .run(neo4rs::query(text))
            .await
            .map(drop)
            .map_err(|error| classify(&error, "define"))
    }
}

impl Neo4jGraph {
    async fn collect(
        &self,
        text: &str,
        params: Params,
        mut columns: Vec<String>,
        name: &str,
    ) -> Result<Rows, Fault> {
        let mut stream = self
            .driver
            .execute_read(bound(text, params))
            .await
            .map_err(|error| classify(&error, name))?;
        let mut rows = Vec::new();
        while let Some(row) = stream.next().await.map_err(|error| classify(&error, name))? {
            rows.push(read_row(&row, &mut columns, name)?);
        }
        Ok(Rows { columns, rows })
    }
}

struct Neo4jTransaction {
    transaction: Txn,
}

#[async_trait]
impl Transaction for Neo4jTransaction {
    async fn run(&mut self, statement: &'static Statement, params: Params) -> Result<Rows, Fault> {
        let name = statement.name;
        let mut stream = self
            .transaction
            .execute(bound(statement.text(), params))
            .await
            .map_err(|error| classify(&error, name))?;
        let mut columns = statement.columns().to_vec();
        let mut rows = Vec::new();
        while let Some(row) = stream
            .next(self.transaction.handle())
            .await
            .map_err(|error| classify(&error, name))?
        {
            rows.push(read_row(&row, &mut columns, name)?);
        }
        Ok(Rows { columns, rows })
    }

    async fn commit(self: Box<Self>) -> Result<(), Fault> {
        self.transaction
            .commit()
            .await
            .map(drop)
            .map_err(|error| classify(&error, "commit"))
    }
}

fn to_bolt(value: Value) -> BoltType {
    match value {
        Value::Null => BoltType::Null(BoltNull),
        Value::Bool(flag) => flag.into(),
        Value::Int(number) => number.into(),
        Value::Float(number) => number.into(),
        Value::Text(text) => BoltType::String(BoltString::from(text)),
        Value::List(items) => BoltType::List(BoltList {
            value: items.into_iter().map(to_bolt).collect(),
        }),
        Value::Map(entries) => {
            let mut map = BoltMap::with_capacity(entries.len());
            for (key, item) in entries {
                map.put(BoltString::from(key), to_bolt(item));
            }
            BoltType::Map(map)
        }
    }
}
