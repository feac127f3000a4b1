//! One message: from its delivery to the one answer that the broker gets.
//!
//! The answer is an acknowledgement, and it is given when the document is in the graph, or in the dead letters, or back
//! in its queue as a fresh copy. Whatever happens before, the broker still has the message.

use crate::backoff::Backoff;
use crate::dead_letters::{History, bury, put_back, text};
use crate::store::{DocumentStore, StoreKey};
use crate::sync::{SyncOutcome, sync};
use crate::worker::{WorkerOptions, WorkerStatus};
use lapin::Channel;
use lapin::message::Delivery;
use lapin::options::BasicAckOptions;
use std::sync::Arc;
use std::time::Instant;
use thoth_cypher::{Graph, fail_point};
use thoth_schema::document::{Document, Limits};
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::message::Pointer;
use tokio::sync::watch;

/// Attempts at a document whose fault may be the graph's or the document's; then it is the document's.
const DOUBTFUL_ATTEMPTS: u32 = 5;

/// What every message is worked on with.
pub(crate) struct Bench {
    pub(crate) graph: Arc<dyn Graph>,
    pub(crate) store: DocumentStore,
    pub(crate) options: WorkerOptions,
    pub(crate) status: watch::Sender<WorkerStatus>,
}

/// What ends the work on messages early.
#[derive(Clone)]
pub(crate) struct Signals {
    /// The worker shall stop: finish what can be finished.
    pub(crate) stop: watch::Receiver<bool>,
    /// The connection is gone: nothing can be answered any more.
    pub(crate) over: watch::Receiver<bool>,
}

/// Waits until a signal is given, or nobody is left to give it.
pub(crate) async fn raised(signal: &mut watch::Receiver<bool>) {
    drop(signal.wait_for(|raised| *raised).await);
}

/// Whose fault it is.
#[derive(Debug, PartialEq, Eq)]
enum Blame {
    /// Of what is around the document: wait.
    Surroundings,
    /// Cannot be told: try some times.
    Doubtful,
    /// Of the document: it will never work.
    Document,
}

fn blame(code: ErrorCode) -> Blame {
    match code {
        code if code.retryable() => Blame::Surroundings,
        ErrorCode::MigrationPending | ErrorCode::MigrationChanged | ErrorCode::InvalidConfiguration => {
            Blame::Surroundings
        }
        ErrorCode::GraphQueryFailed | ErrorCode::IoError => Blame::Doubtful,
        _ => Blame::Document,
    }
}

/// Works on one delivery to its end.
pub(crate) async fn handle(
    bench: Arc<Bench>,
    channel: Channel,
    queue: &'static str,
    delivery: Delivery,
    mut signals: Signals,
) {
    bench.status.send_modify(|status| status.in_flight += 1);
    let mut history = History::of(&delivery, queue);
    let message_id = delivery
        .properties
        .message_id()
        .as_ref()
        .map_or("", |id| id.as_str());
    let traceparent = text(delivery.properties.headers().as_ref(), "traceparent");
    tracing::debug!(
        document.id = message_id,
        queue,
        attempts = history.attempts,
        traceparent,
        "a message arrived"
    );
    fail_point!(IngestAfterReceive, message_id).ok();
    let ended = work(&bench, &channel, &delivery, &mut history, &mut signals).await;
    bench.status.send_modify(|status| {
        status.in_flight -= 1;
        match &ended {
            Ended::Ingested(SyncOutcome::Ingested) => status.ingested += 1,
            Ended::Ingested(SyncOutcome::AlreadyKnown) => status.already_known += 1,
            Ended::Buried => status.dead_lettered += 1,
            Ended::PutBack => status.put_back += 1,
            Ended::Lost => {}
        }
    });
}

enum Ended {
    Ingested(SyncOutcome),
    Buried,
    PutBack,
    /// The connection broke first: the broker delivers the message again.
    Lost,
}

async fn work(
    bench: &Arc<Bench>,
    channel: &Channel,
    delivery: &Delivery,
    history: &mut History,
    signals: &mut Signals,
) -> Ended {
    let mut backoff = Backoff::new(bench.options.first_delay, bench.options.longest_delay);
    let begun = Instant::now();
    let mut doubts = 0;
    // Once a document is found at fault the verdict stands; only its burial is tried again.
    let mut verdict: Option<Fault> = None;
    loop {
        let fault = match &verdict {
            Some(fault) => match bury(channel, delivery, history, fault).await {
                Ok(()) => {
                    tracing::warn!(queue = history.queue, attempts = history.attempts, error = %fault, "a document became a dead letter");
                    return answered(delivery, Ended::Buried).await;
                }
                Err(fault) => fault,
            },
            None => {
                history.attempts += 1;
                match attempt(bench, delivery.data.clone()).await {
                    Ok(outcome) => {
                        fail_point!(IngestAfterCommitBeforeAck).ok();
                        return answered(delivery, Ended::Ingested(outcome)).await;
                    }
                    Err(fault) => fault,
                }
            }
        };
        if verdict.is_none() {
            let blame = blame(fault.code);
            doubts += u32::from(blame == Blame::Doubtful);
            if blame == Blame::Document || doubts >= DOUBTFUL_ATTEMPTS {
                verdict = Some(fault);
                continue;
            }
        }
        let delay = backoff.next_delay();
        bench.status.send_modify(|status| status.retried += 1);
        tracing::warn!(attempts = history.attempts, delay_millis = delay.as_millis() as u64, error = %fault, "a message waits and is tried again");
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            () = raised(&mut signals.over) => return Ended::Lost,
            () = raised(&mut signals.stop) => {
                return give_back(channel, delivery, history).await;
            }
        }
        if begun.elapsed() > bench.options.longest_hold {
            return give_back(channel, delivery, history).await;
        }
    }
}

/// Puts the message back without a charge; where that fails the end of the connection does it, with a charge.
async fn give_back(channel: &Channel, delivery: &Delivery, history: &History) -> Ended {
    match put_back(channel, delivery, history).await {
        Ok(()) => answered(delivery, Ended::PutBack).await,
        Err(fault) => {
            tracing::warn!(error = %fault, "a message could not be put back; the broker returns it to its queue");
            Ended::Lost
        }
    }
}

async fn answered(delivery: &Delivery, ended: Ended) -> Ended {
    match delivery.ack(BasicAckOptions::default()).await {
        Ok(true) => drop(fail_point!(IngestAfterAck)),
        Ok(false) => {
            tracing::debug!("the broker is gone before the acknowledgement; the message comes again")
        }
        Err(error) => tracing::debug!(error = %error, "an acknowledgement was lost; the message comes again"),
    }
    ended
}

/// One attempt in a task of its own, so that a panic is this document's and nobody else's.
async fn attempt(bench: &Arc<Bench>, body: Vec<u8>) -> Result<SyncOutcome, Fault> {
    let bench = Arc::clone(bench);
    let task = tokio::spawn(async move {
        let document = read(&bench.store, &body).await?;
        let outcomes = sync(bench.graph.as_ref(), std::slice::from_ref(&document)).await?;
        outcomes
            .first()
            .copied()
            .ok_or_else(|| Fault::new(ErrorCode::Internal, "the graph gave no outcome"))
    });
    match task.await {
        Ok(outcome) => outcome,
        Err(error) if error.is_panic() => Err(Fault::new(
            ErrorCode::Internal,
            "the program panicked over this document",
        )),
        Err(_) => Err(Fault::new(ErrorCode::Unavailable, "the program is stopping")),
    }
}

/// The document of a message, stored and verified.
async fn read(store: &DocumentStore, body: &[u8]) -> Result<Document, Fault> {
    let pointer = Pointer::from_bytes(body)?;
    let document = match &pointer.inline {
        Some(text) => {
            fail_point!(IngestAfterFetch, &pointer.document_id)?;
            Document::from_json_bytes(text.as_bytes(), &Limits::default()).map_err(under_inline)?
        }
        None => {
            let key = StoreKey::parse(&pointer.store_key)?;
            if key.id() != pointer.document_id {
                return Err(disagreement(
                    "/storeKey",
                    "the store key and the document id name two documents",
                ));
            }
            store.get(&key).await?
        }
    };
    if document.id != pointer.document_id {
        return Err(disagreement(
            "/inline",
            "the document does not have the hash that the message names",
        ));
    }
    if document.kind != pointer.kind || document.schema_version != pointer.schema_version {
        return Err(disagreement(
            "/kind",
            "the document is of another kind or version than the message says",
        ));
    }
    if pointer.inline.is_some() {
        store.put(&document).await?;
    }
    fail_point!(IngestAfterParse, &document.id)?;
    Ok(document)
}

fn under_inline(fault: Fault) -> Fault {
    let place = fault.pointer.clone().unwrap_or_default();
    fault.at(format!("/inline{place}"))
}

fn disagreement(pointer: &str, message: &str) -> Fault {
    Fault::new(ErrorCode::SchemaViolation, message)
        .at(pointer)
        .remedy("publish the document again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_away_is_waited_for_and_what_is_wrong_is_not() {
        for code in [
            ErrorCode::GraphUnreachable,
            ErrorCode::GraphConflict,
            ErrorCode::StoreUnreachable,
            ErrorCode::Unavailable,
            ErrorCode::MigrationPending,
        ] {
            assert_eq!(blame(code), Blame::Surroundings, "{code}");
        }
        for code in [
            ErrorCode::MalformedJson,
            ErrorCode::SchemaViolation,
            ErrorCode::UnknownDocumentKind,
            ErrorCode::StoreCorrupt,
            ErrorCode::NotFound,
            ErrorCode::DocumentTooLarge,
            ErrorCode::Internal,
        ] {
            assert_eq!(blame(code), Blame::Document, "{code}");
        }
        assert_eq!(blame(ErrorCode::GraphQueryFailed), Blame::Doubtful);
    }
}
