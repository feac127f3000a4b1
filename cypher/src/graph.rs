//! The small trait behind which both engines stand.

use crate::{Params, Rows, Statement};
use async_trait::async_trait;
use thoth_schema::error::{ErrorCode, Fault};

/// Which engine a graph runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Grafeo inside this process.
    Embedded,
    /// A Neo4j server over Bolt.
    Neo4j,
}

impl Engine {
    /// The name in logs, metrics and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::Neo4j => "neo4j",
        }
    }
}

/// Runs statements of the catalogue. Implementations hold no state but the connection.
#[async_trait]
pub trait Graph: Send + Sync {
    /// The engine behind this graph.
    fn engine(&self) -> Engine;

    /// Runs one reading statement in a transaction of its own.
    ///
    /// # Errors
    /// `GRAPH_UNREACHABLE`, `GRAPH_CONFLICT` (worth a retry) or `GRAPH_QUERY_FAILED`.
    async fn read(&self, statement: &'static Statement, params: Params) -> Result<Rows, Fault>;

    /// Runs ad-hoc read-only Cypher of an analyst.
    ///
    /// # Errors
    /// As [`Graph::read`]; `GRAPH_QUERY_REFUSED` for text that writes, and on the embedded engine for constructs that
    /// it is known to answer wrongly.
    async fn query(&self, text: &str, params: Params) -> Result<Rows, Fault>;

    /// Opens a writing transaction. Dropping it without [`Transaction::commit`] rolls it back.
    ///
    /// # Errors
    /// As [`Graph::read`].
    async fn begin(&self) -> Result<Box<dyn Transaction>, Fault>;

    /// Changes the schema: data definition statements run outside transactions, as Neo4j wants it.
    ///
    /// # Errors
    /// As [`Graph::read`].
    async fn define(&self, text: &str) -> Result<(), Fault>;
}

/// An open writing transaction.
#[async_trait]
pub trait Transaction: Send {
    /// Runs one statement inside the transaction.
    ///
    /// # Errors
    /// As [`Graph::read`]; after an error the transaction can only be dropped.
    async fn run(&mut self, statement: &'static Statement, params: Params) -> Result<Rows, Fault>;

    /// Runs one statement whose rows nobody needs. It may still be under way when this returns: the fault that it meets is
    /// given by one of the next calls, and nothing runs in the transaction after it.
    ///
    /// # Errors
    /// As [`Transaction::run`].
    async fn submit(&mut self, statement: &'static Statement, params: Params) -> Result<(), Fault> {
        self.run(statement, params).await.map(drop)
    }

    /// Makes everything that ran durable, all of it or nothing.
    ///
    /// # Errors
    /// As [`Graph::read`].
    async fn commit(self: Box<Self>) -> Result<(), Fault>;
}

/// A fault with the name of the statement that met it.
pub(crate) fn fault(code: ErrorCode, message: impl std::fmt::Display, statement: &str) -> Fault {
    Fault {
        code,
        message: message.to_string(),
        pointer: Some(statement.to_owned()),
        remedy: None,
    }
}
