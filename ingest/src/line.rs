//! One queue being consumed: messages are read side by side, gathered, and brought into the graph many at a time.
//!
//! A process that dies charges every message of its window with one delivery. So that a document that kills its worker
//! stops at the delivery limit alone, a line begins with a window of one and widens it eightfold after each run of
//! messages that nobody has held before. Prefetch is a consumer's for life, so a further consumer widens the window:
//! cancelling the one there is would charge the messages that are on their way to it. While a gathering is written the
//! next one is read, and no more: what waits is bounded by the window and by [`crate::delivery::IN_WORK_BYTES`], and
//! the rest stays with the broker.

use crate::broker::{Session, broken};
use crate::control::{self, may_consume};
use crate::dead_letters::is_redelivered;
use crate::delivery::{Bench, IN_WORK_BYTES, Message, Signals, Work, prepare, raised};
use crate::direct::row_estimate;
use crate::receipts::Receipts;
use crate::settle::settle;
use futures::StreamExt;
use futures::stream::{BoxStream, SelectAll};
use lapin::message::Delivery;
use lapin::options::{BasicCancelOptions, BasicConsumeOptions, BasicQosOptions, ConfirmSelectOptions};
use lapin::types::{FieldTable, ShortString};
use std::collections::VecDeque;
use std::sync::Arc;
use thoth_schema::error::Fault;
use tokio::sync::Mutex;
use tokio::task::{JoinError, JoinSet};

/// Messages held of the heavy queue.
pub(crate) const HEAVY_WINDOW: u16 = 1;
/// A window grows by this factor.
const WIDENING: u16 = 8;
/// Gatherings in work at once: one is written while the rows of the next are made.
const GATHERINGS: usize = 2;
/// Most documents of a gathering. Half of it is enough to make the rows of while another is written.
const GATHERING_DOCUMENTS: usize = 1_000;
/// Most rows of a gathering, as estimated; a single document may be more. Of these, too, half is enough.
const GATHERING_ROWS: usize = 20_000;
/// Canonical bytes that are enough for a gathering. Well below the bytes in work, or what waits to be gathered could keep
/// the room that what is being read waits for.
const GATHERING_BYTES: usize = IN_WORK_BYTES / 8;

/// What a consumer hands over.
type Consumed = BoxStream<'static, Result<(Arc<Receipts>, Delivery), lapin::Error>>;

/// A queue with everything taken from it and not settled yet.
pub(crate) struct Line {
    queue: &'static str,
    session: Arc<Session>,
    /// Each over a channel of its own; none where the queue is paused.
    consumers: SelectAll<Consumed>,
    /// What consumers are cancelled by.
    tags: Vec<(Arc<Receipts>, ShortString)>,
    /// What they may hold together.
    window: u16,
    full_window: u16,
    bench: Arc<Bench>,
    /// Messages whose documents are being read.
    reading: JoinSet<Option<Work>>,
    /// Documents that wait to be written, with their rows as estimated.
    ready: VecDeque<(Work, usize)>,
    ready_rows: usize,
    ready_bytes: usize,
    /// Gatherings being written; they take turns at the graph.
    writing: JoinSet<()>,
    turn: Arc<Mutex<()>>,
}

impl Line {
    /// A queue that is not consumed yet.
    pub(crate) fn new(
        session: Arc<Session>,
        queue: &'static str,
        full_window: u16,
        bench: Arc<Bench>,
    ) -> Line {
        Line {
            queue,
            session,
            consumers: SelectAll::new(),
            tags: Vec::new(),
            window: 1,
            full_window,
            bench,
            reading: JoinSet::new(),
            ready: VecDeque::new(),
            ready_rows: 0,
            ready_bytes: 0,
            writing: JoinSet::new(),
            turn: Arc::default(),
        }
    }

    /// Takes messages; `Ok` when told to stop or another queue broke.
    pub(crate) async fn take_messages(&mut self, signals: &Signals) -> Result<(), Fault> {
        let (mut over, mut stop) = (signals.over.clone(), signals.stop.clone());
        let mut paused = signals.paused.clone();
        let mut untouched_in_a_row = 0;
        loop {
            if self.consumers.is_empty() && may_consume(&paused, self.queue) {
                self.start_consumer(self.window).await?;
                untouched_in_a_row = 0;
            }
            let has_room = self.reading.len() < self.bench.options.concurrency;
            tokio::select! {
                biased;
                () = raised(&mut stop) => return self.cancel().await,
                () = raised(&mut over) => return Ok(()),
                () = control::changed(&mut paused) => {}
                Some(read) = self.reading.join_next(), if !self.reading.is_empty() => self.gather(read),
                Some(_) = self.writing.join_next(), if !self.writing.is_empty() => {}
                next = next(&mut self.consumers), if has_room => match next {
                    Some(handed_over) => {
                        let (receipts, delivery) = handed_over.map_err(|error| broken(&error))?;
                        untouched_in_a_row = if is_redelivered(&delivery) { 0 } else { untouched_in_a_row + 1 };
                        let message = Message::new(&self.bench, receipts, delivery, self.queue);
                        self.reading.spawn(prepare(message, signals.clone()));
                    }
                    None if self.tags.is_empty() => {}
                    None => return Err(broken(&format_args!("the broker ended the consumer of {}", self.queue))),
                },
            }
            self.write_ready(signals);
            if !may_consume(&paused, self.queue) {
                self.cancel().await?;
            } else if untouched_in_a_row >= u32::from(self.window)
                && self.window < self.full_window
                && !self.tags.is_empty()
            {
                let window = self.window.saturating_mul(WIDENING).min(self.full_window);
                self.start_consumer(window - self.window).await?;
                (self.window, untouched_in_a_row) = (window, 0);
            }
        }
    }

    async fn start_consumer(&mut self, window: u16) -> Result<(), Fault> {
        let queue = self.queue;
        let starting = async {
            let channel = self.session.connection.create_channel().await?;
            channel.confirm_select(ConfirmSelectOptions::default()).await?;
            channel.basic_qos(window, BasicQosOptions::default()).await?;
            let options = BasicConsumeOptions::default();
            let consumer = channel.basic_consume(queue.into(), "".into(), options, FieldTable::default());
            Ok::<_, lapin::Error>((consumer.await?, channel))
        };
        let (consumer, channel) = starting.await.map_err(|error| broken(&error))?;
        let receipts = Arc::new(Receipts::of(channel));
        self.tags.push((Arc::clone(&receipts), consumer.tag()));
        let consumed = consumer.map(move |delivery| Ok((Arc::clone(&receipts), delivery?)));
        self.consumers.push(consumed.boxed());
        Ok(())
    }

    /// The broker keeps what is not taken yet. A consumer that was cancelled still hands over what it holds, and then ends.
    async fn cancel(&mut self) -> Result<(), Fault> {
        for (receipts, tag) in std::mem::take(&mut self.tags) {
            let cancelled = receipts
                .channel()
                .basic_cancel(tag, BasicCancelOptions::default());
            cancelled.await.map_err(|error| broken(&error))?;
        }
        Ok(())
    }

    fn gather(&mut self, read: Result<Option<Work>, JoinError>) {
        // A task that was cancelled has left its message to the broker.
        if let Ok(Some(work)) = read {
            let rows = row_estimate(&work.document);
            self.ready_rows += rows;
            self.ready_bytes += work.document.canonical_bytes().len();
            self.ready.push_back((work, rows));
        }
    }

    /// Writes what is ready: all of it where the graph would be idle, so that a gathering is as large as what came in
    /// while the one before was written; and another where it is enough to be made ready meanwhile.
    fn write_ready(&mut self, signals: &Signals) {
        loop {
            let is_enough = self.ready.len() >= GATHERING_DOCUMENTS / 2
                || self.ready_rows >= GATHERING_ROWS / 2
                || self.ready_bytes >= GATHERING_BYTES
                || self.reading.is_empty();
            let may_write = match self.writing.len() {
                0 => true,
                writing => is_enough && writing < GATHERINGS,
            };
            if self.ready.is_empty() || !may_write {
                return;
            }
            let (mut gathering, mut rows) = (Vec::new(), 0);
            while gathering.len() < GATHERING_DOCUMENTS {
                match self.ready.pop_front() {
                    Some((work, more)) if gathering.is_empty() || rows + more <= GATHERING_ROWS => {
                        rows += more;
                        self.ready_bytes -= work.document.canonical_bytes().len();
                        gathering.push(work);
                    }
                    Some(too_much) => {
                        self.ready.push_front(too_much);
                        break;
                    }
                    None => break,
                }
            }
            self.ready_rows -= rows;
            let (bench, turn) = (Arc::clone(&self.bench), Arc::clone(&self.turn));
            self.writing
                .spawn(settle(bench, gathering, turn, signals.clone()));
        }
    }

    /// Finishes what was taken, and what the broker had handed out before it heard of the end, no longer than the
    /// deadline: a message that is left unanswered would be charged with a delivery.
    pub(crate) async fn finish(mut self, signals: &Signals) {
        let (queue, deadline) = (self.queue, self.bench.options.stop_deadline);
        if tokio::time::timeout(deadline, self.drain(signals)).await.is_err() {
            let documents = self.bench.status.borrow().in_flight;
            tracing::warn!(
                queue,
                documents,
                "documents in work were given up at the deadline; they come again"
            );
        }
    }

    async fn drain(&mut self, signals: &Signals) {
        let mut is_handed_out = !*signals.over.borrow() && !self.consumers.is_empty();
        loop {
            let has_room = is_handed_out && self.reading.len() < self.bench.options.concurrency;
            tokio::select! {
                biased;
                Some(read) = self.reading.join_next(), if !self.reading.is_empty() => self.gather(read),
                Some(_) = self.writing.join_next(), if !self.writing.is_empty() => {}
                next = next(&mut self.consumers), if has_room => match next {
                    Some(Ok((receipts, delivery))) => {
                        let message = Message::new(&self.bench, receipts, delivery, self.queue);
                        self.reading.spawn(prepare(message, signals.clone()));
                    }
                    Some(Err(_)) | None => is_handed_out = false,
                },
                else => {}
            }
            self.write_ready(signals);
            if !is_handed_out && self.reading.is_empty() && self.ready.is_empty() && self.writing.is_empty() {
                return;
            }
        }
    }
}

/// The next message; waits for ever where nothing is consumed.
async fn next(
    consumers: &mut SelectAll<Consumed>,
) -> Option<Result<(Arc<Receipts>, Delivery), lapin::Error>> {
    if consumers.is_empty() {
        return std::future::pending().await;
    }
    consumers.next().await
}
