//! Documents into the graph: facts and the `Document` marker commit together or not at all.

use crate::rows::Batch;
use crate::writing::write;
use std::collections::BTreeSet;
use std::time::Duration;
use thoth_cypher::{Graph, READ_DOCUMENTS_KNOWN, Row, Transaction, fail_point, params};
use thoth_schema::document::Document;
use thoth_schema::error::{ErrorCode, Fault};

pub use crate::writing::STATEMENT_ROWS;

/// How often a transaction that lost a conflict is tried again before the caller hears of it.
pub const CONFLICT_ATTEMPTS: u32 = 8;

/// What became of one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncOutcome {
    /// Its facts and its marker are in the graph now.
    Ingested,
    /// The graph stated it already; nothing changed.
    AlreadyKnown,
}

/// Brings documents into the graph in one transaction; the outcomes are in the order of the documents.
///
/// Doing it again changes nothing, and so does another order: see [`crate::rows`].
///
/// # Errors
/// Faults of the graph. After a fault nothing of the batch is in the graph. `GRAPH_CONFLICT` is retried here.
pub async fn sync(graph: &dyn Graph, documents: &[Document]) -> Result<Vec<SyncOutcome>, Fault> {
    let prepared = Prepared::of(graph, documents).await?;
    commit(graph, documents, prepared).await
}

/// Documents as the rows of one transaction, made before the transaction begins so that it is short.
pub(crate) struct Prepared {
    batch: Batch,
    outcomes: Vec<SyncOutcome>,
}

impl Prepared {
    /// Makes the rows of what the graph does not state yet.
    pub(crate) async fn of(graph: &dyn Graph, documents: &[Document]) -> Result<Prepared, Fault> {
        let keys: Vec<String> = documents.iter().map(|document| document.id.clone()).collect();
        let rows = graph
            .read(&READ_DOCUMENTS_KNOWN, params! { "keys" => keys })
            .await?;
        let mut known: BTreeSet<String> = rows.iter().map(key).collect();
        let mut batch = Batch::default();
        let mut outcomes = Vec::with_capacity(documents.len());
        for document in documents {
            if known.insert(document.id.clone()) {
                batch.add(document);
                outcomes.push(SyncOutcome::Ingested);
            } else {
                outcomes.push(SyncOutcome::AlreadyKnown);
            }
        }
        Ok(Prepared { batch, outcomes })
    }
}

/// Writes prepared documents; where another transaction was faster they are prepared and written anew.
///
/// # Errors
/// As [`sync`].
pub(crate) async fn commit(
    graph: &dyn Graph,
    documents: &[Document],
    prepared: Prepared,
) -> Result<Vec<SyncOutcome>, Fault> {
    let mut prepared = Some(prepared);
    let mut attempt = 0;
    loop {
        let tried = match prepared.take() {
            Some(prepared) => prepared,
            None => Prepared::of(graph, documents).await?,
        };
        match transact(graph, tried).await {
            Err(fault) if fault.code == ErrorCode::GraphConflict && attempt < CONFLICT_ATTEMPTS => {
                attempt += 1;
                tracing::debug!(attempt, error = %fault, "a transaction lost a conflict and is tried again");
                tokio::time::sleep(Duration::from_millis(10 << attempt)).await;
            }
            outcome => return outcome,
        }
    }
}

async fn transact(graph: &dyn Graph, prepared: Prepared) -> Result<Vec<SyncOutcome>, Fault> {
    if prepared.batch.documents.is_empty() {
        return Ok(prepared.outcomes);
    }
    let mut transaction = graph.begin().await?;
    refuse_known(transaction.as_mut(), &prepared.batch).await?;
    write(transaction.as_mut(), prepared.batch).await?;
    fail_point!(IngestBeforeCommit)?;
    transaction.commit().await?;
    Ok(prepared.outcomes)
}

/// Of two deliveries of a document both may have been prepared; the second shall not be written.
async fn refuse_known(transaction: &mut dyn Transaction, batch: &Batch) -> Result<(), Fault> {
    let keys: Vec<String> = batch.documents.keys().cloned().collect();
    let rows = transaction
        .run(&READ_DOCUMENTS_KNOWN, params! { "keys" => keys })
        .await?;
    match rows.iter().next() {
        None => Ok(()),
        Some(row) => Err(Fault::new(
            ErrorCode::GraphConflict,
            format!(
                "document {} was ingested by somebody else meanwhile",
                row.text("key")
            ),
        )),
    }
}

pub(crate) fn key(row: Row<'_>) -> String {
    row.text("key").to_owned()
}
