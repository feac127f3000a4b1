//! One message: from its delivery to the document in it, and the one answer that the broker gets.
//!
//! The answer is an acknowledgement, and it is given when the document is in the graph, or in the dead letters, or back
//! with the broker as a fresh copy. Whatever happens before, the broker still has the message.

use crate::backoff::Backoff;
use crate::control::Paused;
use crate::dead_letters::{History, bury, put_back};
use crate::metrics::{self, Arrival};
use crate::receipts::Receipts;
use crate::store::{DocumentStore, StoreKey};
use crate::sync::SyncOutcome;
use crate::trace::message_span;
use crate::worker::{WorkerOptions, WorkerStatus};
use futures::FutureExt;
use lapin::message::Delivery;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};
use thoth_cypher::{Graph, fail_point};
use thoth_schema::document::{Document, Limits};
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::message::Pointer;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tracing::Instrument;

/// Canonical bytes of documents in work at the same time, of all queues. A single larger document passes alone.
pub(crate) const IN_WORK_BYTES: usize = 256 * 1024 * 1024;
/// Bytes are counted in units of this size.
pub(crate) const IN_WORK_UNIT: usize = 1024;

/// What every message is worked on with.
pub(crate) struct Bench {
    pub(crate) graph: Arc<dyn Graph>,
    pub(crate) store: DocumentStore,
    pub(crate) options: WorkerOptions,
    pub(crate) status: watch::Sender<WorkerStatus>,
    /// Units of [`IN_WORK_UNIT`] bytes that are free.
    pub(crate) bytes: Arc<Semaphore>,
}

impl Bench {
    pub(crate) fn backoff(&self) -> Backoff {
        Backoff::new(self.options.first_delay, self.options.longest_delay)
    }
}

/// What ends the work on messages early.
#[derive(Clone)]
pub(crate) struct Signals {
    /// The worker shall stop: finish what can be finished.
    pub(crate) stop: watch::Receiver<bool>,
    /// The connection is gone: nothing can be answered any more.
    pub(crate) over: watch::Receiver<bool>,
    /// Which queues are left alone.
    pub(crate) paused: watch::Receiver<Option<Paused>>,
}

/// Waits until a signal is given, or nobody is left to give it.
pub(crate) async fn raised(signal: &mut watch::Receiver<bool>) {
    drop(signal.wait_for(|raised| *raised).await);
}

/// Whose fault it is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Blame {
    /// Of what is around the document: wait.
    Surroundings,
    /// Cannot be told: try some times.
    Doubtful,
    /// Of the document: it will never work.
    Document,
}

pub(crate) fn blame(code: ErrorCode) -> Blame {
    match code {
        code if code.retryable() => Blame::Surroundings,
        ErrorCode::MigrationPending | ErrorCode::MigrationChanged | ErrorCode::InvalidConfiguration => {
            Blame::Surroundings
        }
        ErrorCode::GraphQueryFailed | ErrorCode::IoError => Blame::Doubtful,
        _ => Blame::Document,
    }
}

/// A message that the broker has handed out and waits to be answered for.
pub(crate) struct Message {
    pub(crate) bench: Arc<Bench>,
    receipts: Arc<Receipts>,
    delivery: Delivery,
    pub(crate) history: History,
    since: Instant,
    /// Every log line about the message lies in it.
    pub(crate) span: tracing::Span,
    /// None once it has ended.
    arrival: Option<Arrival>,
    /// The bytes in work that its document takes, given back when it has ended.
    room: Option<OwnedSemaphorePermit>,
}

/// A message whose document was read and waits to be written.
pub(crate) struct Work {
    pub(crate) message: Message,
    pub(crate) document: Document,
}

/// How a message ended.
pub(crate) enum Ended {
    Ingested(SyncOutcome),
    Buried(ErrorCode),
    PutBack,
    /// The connection broke first: the broker delivers the message again.
    Lost,
}

impl Message {
    pub(crate) fn new(
        bench: &Arc<Bench>,
        receipts: Arc<Receipts>,
        delivery: Delivery,
        queue: &'static str,
    ) -> Message {
        receipts.taken(delivery.delivery_tag);
        bench.status.send_modify(|status| status.in_flight += 1);
        let history = History::of(&delivery, queue);
        let (span, arrival) = (message_span(&delivery, queue), Arrival::of(&delivery, queue));
        span.in_scope(|| tracing::debug!(attempts = history.attempts, "a message arrived"));
        Message {
            bench: Arc::clone(bench),
            receipts,
            delivery,
            history,
            since: Instant::now(),
            span,
            arrival: Some(arrival),
            room: None,
        }
    }

    /// Whether it was held so long that somebody else should have it.
    pub(crate) fn is_held_too_long(&self) -> bool {
        self.since.elapsed() > self.bench.options.longest_hold
    }

    /// Answers for documents that the graph has.
    pub(crate) async fn ingested(messages: Vec<Message>, outcomes: &[SyncOutcome]) {
        let mut channels: Vec<(&Arc<Receipts>, Vec<u64>)> = Vec::new();
        for message in &messages {
            let tag = message.delivery.delivery_tag;
            match channels
                .iter_mut()
                .find(|(receipts, _)| Arc::ptr_eq(receipts, &message.receipts))
            {
                Some((_, tags)) => tags.push(tag),
                None => channels.push((&message.receipts, vec![tag])),
            }
        }
        fail_point!(IngestAfterCommitBeforeAck).ok();
        for (receipts, tags) in channels {
            receipts.acknowledge(&tags).await;
        }
        fail_point!(IngestAfterAck).ok();
        for (mut message, outcome) in messages.into_iter().zip(outcomes) {
            message.count(&Ended::Ingested(*outcome));
        }
    }

    /// Makes a dead letter of it; tried until the broker has it, or is gone.
    pub(crate) async fn bury(mut self, fault: &Fault, signals: &mut Signals) {
        let mut backoff = self.bench.backoff();
        loop {
            let problem = match bury(self.receipts.channel(), &self.delivery, &self.history, fault).await {
                Ok(()) => {
                    let (queue, attempts) = (&self.history.queue, self.history.attempts);
                    tracing::warn!(queue, attempts, error = %fault, "a document became a dead letter");
                    self.acknowledge().await;
                    return self.count(&Ended::Buried(fault.code));
                }
                Err(problem) => problem,
            };
            if !self.waited(&mut backoff, &problem, signals).await {
                return self.count(&Ended::Lost);
            }
        }
    }

    /// Gives it back as a fresh copy, after a delay or at once; where that fails the end of the connection does it, with a
    /// charge.
    pub(crate) async fn put_back(mut self, delayed: bool) {
        match put_back(self.receipts.channel(), &self.delivery, &self.history, delayed).await {
            Ok(()) => {
                self.acknowledge().await;
                self.count(&Ended::PutBack);
            }
            Err(fault) => {
                tracing::warn!(error = %fault, "a message could not be put back; the broker returns it to its queue");
                self.count(&Ended::Lost);
            }
        }
    }

    /// The connection is gone.
    pub(crate) fn lost(mut self) {
        self.count(&Ended::Lost);
    }

    /// Waits before another attempt; `false` when told to end.
    pub(crate) async fn waited(&self, backoff: &mut Backoff, fault: &Fault, signals: &mut Signals) -> bool {
        let delay = backoff.next_delay();
        self.bench.status.send_modify(|status| status.retried += 1);
        self.retried();
        tracing::warn!(
            attempts = self.history.attempts, delay_millis = delay.as_millis() as u64, error = %fault,
            "a message waits and is tried again"
        );
        wait(delay, signals).await
    }

    /// It is tried again.
    pub(crate) fn retried(&self) {
        self.arrival.iter().for_each(Arrival::retried);
    }

    async fn acknowledge(&self) {
        self.receipts.acknowledge(&[self.delivery.delivery_tag]).await;
    }

    fn count(&mut self, ended: &Ended) {
        let arrival = self.arrival.take();
        match (arrival, ended) {
            (Some(arrival), Ended::Ingested(outcome)) => arrival.ingested(*outcome == SyncOutcome::Ingested),
            (Some(arrival), Ended::Buried(code)) => arrival.dead_lettered(*code),
            (Some(arrival), Ended::PutBack) => arrival.put_back(),
            (arrival, _) => drop(arrival),
        }
        self.bench.status.send_modify(|status| {
            status.in_flight -= 1;
            match ended {
                Ended::Ingested(SyncOutcome::Ingested) => status.ingested += 1,
                Ended::Ingested(SyncOutcome::AlreadyKnown) => status.already_known += 1,
                Ended::Buried(_) => status.dead_lettered += 1,
                Ended::PutBack => status.put_back += 1,
                Ended::Lost => {}
            }
        });
    }
}

impl Drop for Message {
    fn drop(&mut self) {
        if self.arrival.is_some() {
            // Its task was cancelled: the broker has it still.
            self.count(&Ended::Lost);
        }
    }
}

/// Waits; `false` when a signal came first.
pub(crate) async fn wait(delay: Duration, signals: &mut Signals) -> bool {
    tokio::select! {
        () = tokio::time::sleep(delay) => true,
        () = raised(&mut signals.over) => false,
        () = raised(&mut signals.stop) => false,
    }
}

/// Reads the document of a message; `None` when the message was answered otherwise.
pub(crate) async fn prepare(message: Message, signals: Signals) -> Option<Work> {
    let span = message.span.clone();
    prepare_within(message, signals).instrument(span).await
}

async fn prepare_within(mut message: Message, mut signals: Signals) -> Option<Work> {
    let id = message.delivery.properties.message_id().as_ref();
    fail_point!(IngestAfterReceive, id.map_or("", |id| id.as_str())).ok();
    let mut backoff = message.bench.backoff();
    loop {
        message.history.attempts += 1;
        let fault = match attempt(&message).await {
            Ok((document, room)) => {
                message.room = Some(room);
                return Some(Work { message, document });
            }
            Err(fault) => fault,
        };
        if blame(fault.code) == Blame::Document {
            message.bury(&fault, &mut signals).await;
            return None;
        }
        let waited = message.waited(&mut backoff, &fault, &mut signals).await;
        if !waited && *signals.over.borrow() {
            message.lost();
            return None;
        }
        if !waited || message.is_held_too_long() {
            message.put_back(waited).await;
            return None;
        }
    }
}

/// One attempt. A panic is this document's and nobody else's.
async fn attempt(message: &Message) -> Result<(Document, OwnedSemaphorePermit), Fault> {
    let pointer = Pointer::from_bytes(&message.delivery.data)?;
    let units = usize::try_from(pointer.bytes).unwrap_or(usize::MAX) / IN_WORK_UNIT + 1;
    let units = u32::try_from(units.min(IN_WORK_BYTES / IN_WORK_UNIT)).unwrap_or(u32::MAX);
    let room = Arc::clone(&message.bench.bytes).acquire_many_owned(units);
    let room = room.await.map_err(|_| stopping())?;
    let reading = AssertUnwindSafe(read(&message.bench.store, &pointer)).catch_unwind();
    let document = reading.await.unwrap_or_else(|_| Err(panicked()))?;
    Ok((document, room))
}

pub(crate) fn panicked() -> Fault {
    Fault::new(ErrorCode::Internal, "the program panicked over this document")
}

pub(crate) fn stopping() -> Fault {
    Fault::new(ErrorCode::Unavailable, "the program is stopping")
}

/// The document of a message, stored and verified.
async fn read(store: &DocumentStore, pointer: &Pointer) -> Result<Document, Fault> {
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
        metrics::accepted(std::slice::from_ref(&document));
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
