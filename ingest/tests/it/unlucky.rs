//! A real graph that things go wrong with.

use async_trait::async_trait;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use thoth_cypher::{Engine, Graph, Params, Rows, Statement, Transaction};
use thoth_schema::error::{ErrorCode, Fault};
use tokio::sync::Notify;

/// What goes wrong with a document.
pub(crate) enum Mishap {
    /// The graph is away so many times, for every document.
    Away(AtomicU32),
    /// The program panics over the document with this id.
    Panic(String),
    /// The program dies over the document with this id: it hangs and tells the test, which pulls the plug.
    Die(String, Arc<Notify>),
}

/// A real graph with a mishap in front of it.
pub(crate) struct Unlucky {
    pub(crate) graph: Arc<dyn Graph>,
    pub(crate) mishap: Mishap,
}

#[async_trait]
impl Graph for Unlucky {
    fn engine(&self) -> Engine {
        self.graph.engine()
    }

    async fn read(&self, statement: &'static Statement, params: Params) -> Result<Rows, Fault> {
        let named = format!("{params:?}");
        match &self.mishap {
            Mishap::Away(times) => {
                let left = times.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
                if left.is_ok() {
                    return Err(Fault::new(ErrorCode::GraphUnreachable, "the graph is away"));
                }
            }
            Mishap::Panic(id) => assert!(!named.contains(id), "a panic for the test"),
            Mishap::Die(id, died) => {
                if named.contains(id) {
                    died.notify_one();
                    std::future::pending::<()>().await;
                }
            }
        }
        self.graph.read(statement, params).await
    }

    async fn query(&self, text: &str, params: Params) -> Result<Rows, Fault> {
        self.graph.query(text, params).await
    }

    async fn begin(&self) -> Result<Box<dyn Transaction>, Fault> {
        self.graph.begin().await
    }

    async fn define(&self, text: &str) -> Result<(), Fault> {
        self.graph.define(text).await
    }
}
