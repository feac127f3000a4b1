//! A gathering of documents: into the graph in one transaction, then every message of it answered.
//!
//! Where the graph refuses the whole, each document is tried alone, so that the fault finds its document and the others
//! pass. While something is away all of them wait, held and uncharged.

use crate::delivery::{Bench, Blame, Message, Signals, Work, blame, panicked, stopping, wait};
use crate::sync::{Prepared, SyncOutcome, commit};
use std::sync::Arc;
use thoth_schema::document::Document;
use thoth_schema::error::Fault;
use tokio::sync::Mutex;
use tracing::Instrument;

/// Attempts in a row at a document whose fault may be the graph's or the document's; then it comes again later.
const ATTEMPTS_IN_A_ROW: u32 = 3;
/// Attempts in all at such a document; then the fault is the document's.
const DOUBTFUL_ATTEMPTS: i64 = 9;

/// Writes the documents and answers for every message.
pub(crate) async fn settle(bench: Arc<Bench>, gathering: Vec<Work>, turn: Arc<Mutex<()>>, signals: Signals) {
    let mut signals = signals;
    let (messages, documents): (Vec<Message>, Vec<Document>) = gathering
        .into_iter()
        .map(|work| (work.message, work.document))
        .unzip();
    let mut alone = settle_together(&bench, messages, documents, &turn, &mut signals).await;
    while let Some((message, document)) = alone.pop() {
        let span = message.span.clone();
        let settled = settle_alone(&bench, message, document, &turn, &mut signals);
        settled.instrument(span).await;
    }
}

/// Gives the documents back that must be tried alone.
async fn settle_together(
    bench: &Arc<Bench>,
    messages: Vec<Message>,
    documents: Vec<Document>,
    turn: &Arc<Mutex<()>>,
    signals: &mut Signals,
) -> Vec<(Message, Document)> {
    let documents = Arc::new(documents);
    let mut backoff = bench.backoff();
    loop {
        let fault = match write(bench, &documents, turn).await {
            Ok(outcomes) => {
                Message::ingested(messages, &outcomes).await;
                return Vec::new();
            }
            Err(fault) => fault,
        };
        if blame(fault.code) != Blame::Surroundings {
            tracing::debug!(documents = documents.len(), error = %fault, "the graph refused documents together; each is tried alone");
            let documents = Arc::try_unwrap(documents).unwrap_or_else(|shared| (*shared).clone());
            return messages.into_iter().zip(documents).collect();
        }
        let delay = backoff.next_delay();
        bench.status.send_modify(|status| status.retried += 1);
        messages.iter().for_each(Message::retried);
        tracing::warn!(
            documents = documents.len(), delay_millis = delay.as_millis() as u64, error = %fault,
            "documents wait and are tried again"
        );
        let waited = wait(delay, signals).await;
        let is_over = *signals.over.borrow();
        let is_too_long = messages.iter().any(Message::is_held_too_long);
        if waited && !is_too_long {
            continue;
        }
        for message in messages {
            if is_over {
                message.lost();
            } else {
                message.put_back(waited).await;
            }
        }
        return Vec::new();
    }
}

/// One document whose neighbours may or may not be at fault.
async fn settle_alone(
    bench: &Arc<Bench>,
    mut message: Message,
    document: Document,
    turn: &Arc<Mutex<()>>,
    signals: &mut Signals,
) {
    let documents = Arc::new(vec![document]);
    let mut backoff = bench.backoff();
    let mut doubts = 0;
    loop {
        let fault = match write(bench, &documents, turn).await {
            Ok(outcomes) => return Message::ingested(vec![message], &outcomes).await,
            Err(fault) => fault,
        };
        let blame = blame(fault.code);
        if blame == Blame::Document
            || (blame == Blame::Doubtful && message.history.attempts >= DOUBTFUL_ATTEMPTS)
        {
            return message.bury(&fault, signals).await;
        }
        doubts += u32::from(blame == Blame::Doubtful);
        if doubts >= ATTEMPTS_IN_A_ROW {
            return message.put_back(true).await;
        }
        message.history.attempts += 1;
        let waited = message.waited(&mut backoff, &fault, signals).await;
        if !waited && *signals.over.borrow() {
            return message.lost();
        }
        if !waited || message.is_held_too_long() {
            return message.put_back(waited).await;
        }
    }
}

/// One attempt in tasks of its own, so that a panic is these documents' and nobody else's. Rows are made while the
/// gathering before is written; writing is done in turn.
async fn write(
    bench: &Arc<Bench>,
    documents: &Arc<Vec<Document>>,
    turn: &Arc<Mutex<()>>,
) -> Result<Vec<SyncOutcome>, Fault> {
    let (bench, documents, turn) = (Arc::clone(bench), Arc::clone(documents), Arc::clone(turn));
    let task = tokio::spawn(async move {
        let prepared = Prepared::of(bench.graph.as_ref(), &documents).await?;
        let _turn = turn.lock().await;
        commit(bench.graph.as_ref(), &documents, prepared).await
    });
    match task.await {
        Ok(written) => written,
        Err(error) if error.is_panic() => Err(panicked()),
        Err(_) => Err(stopping()),
    }
}
