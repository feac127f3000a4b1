//! A transaction of the embedded engine: its statements run on the thread of the graph, in the order they were given.

use super::writer::{Pending, Writer};
use super::{classify, execute, stored};
use crate::graph::{Transaction, fault};
use crate::{Params, Rows, Statement};
use async_trait::async_trait;
use grafeo::{GrafeoDB, Session};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use thoth_schema::error::{ErrorCode, Fault};
use tokio::sync::OwnedMutexGuard;

/// Statements that wait at most: one runs, the rows of the next are there, and no more take memory.
const WAITING: usize = 2;

pub(super) struct EmbeddedTransaction {
    open: Arc<Mutex<Open>>,
    writer: Arc<Writer>,
    submitted: VecDeque<Pending<()>>,
}

/// What the thread of the graph works with. It lives until the last work on it is done, and with it the turn to write.
struct Open {
    session: Session,
    /// Set while work is under way, so that it stays set by an error and by a panic.
    is_broken: bool,
    _permit: OwnedMutexGuard<()>,
}

impl EmbeddedTransaction {
    pub(super) fn begin(
        database: &GrafeoDB,
        writer: &Arc<Writer>,
        permit: OwnedMutexGuard<()>,
    ) -> Result<Self, Fault> {
        let mut session = database.session();
        session
            .begin_transaction()
            .map_err(|error| classify(&error, "begin"))?;
        Ok(Self {
            open: Arc::new(Mutex::new(Open {
                session,
                is_broken: false,
                _permit: permit,
            })),
            writer: Arc::clone(writer),
            submitted: VecDeque::new(),
        })
    }

    /// Has work done after all that was submitted, unless some of it failed.
    fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Session) -> Result<T, Fault> + Send + 'static,
    ) -> Pending<T> {
        let open = Arc::clone(&self.open);
        self.writer.submit(move || {
            let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
            if open.is_broken {
                return Err(fault(ErrorCode::Internal, "the transaction is over", "embedded"));
            }
            open.is_broken = true;
            let done = work(&mut open.session)?;
            open.is_broken = false;
            Ok(done)
        })
    }

    /// Waits until no more than so many submitted statements are left.
    async fn settle(&mut self, left: usize) -> Result<(), Fault> {
        while self.submitted.len() > left {
            if let Some(first) = self.submitted.pop_front() {
                first.outcome().await?;
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Transaction for EmbeddedTransaction {
    async fn run(&mut self, statement: &'static Statement, params: Params) -> Result<Rows, Fault> {
        let params = stored(params);
        let ran = self.work(move |session| execute(session, statement.text(), statement.name, params));
        self.settle(0).await?;
        ran.outcome().await
    }

    async fn submit(&mut self, statement: &'static Statement, params: Params) -> Result<(), Fault> {
        let params = stored(params);
        self.settle(WAITING - 1).await?;
        let submitted =
            self.work(move |session| execute(session, statement.text(), statement.name, params).map(drop));
        self.submitted.push_back(submitted);
        Ok(())
    }

    async fn commit(mut self: Box<Self>) -> Result<(), Fault> {
        let committed = self.work(|session| session.commit().map_err(|error| classify(&error, "commit")));
        self.settle(0).await?;
        committed.outcome().await
    }
}

impl Drop for EmbeddedTransaction {
    /// Takes back what ran and was not committed, on the thread and after all of it.
    fn drop(&mut self) {
        let open = Arc::clone(&self.open);
        // Nobody waits for it: the turn to write does.
        drop(self.writer.submit(move || {
            let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
            if open.session.in_transaction()
                && let Err(error) = open.session.rollback()
            {
                tracing::warn!(error = %error, "rollback of an embedded transaction failed");
            }
            Ok(())
        }));
    }
}
