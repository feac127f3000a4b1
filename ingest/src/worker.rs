//! The worker: messages from the broker into the graph.
//!
//! It connects, consumes every work queue ([`crate::line`]) and stops cleanly when told to. A broker that is away is
//! tried again for ever, with growing delay.

use crate::backoff::Backoff;
use crate::broker::{BrokerConfig, Session, broken};
use crate::control::{self, Paused};
use crate::dead_letters::DeadLetterOffice;
use crate::delivery::{Bench, IN_WORK_BYTES, IN_WORK_UNIT, Signals, raised};
use crate::line::{HEAVY_WINDOW, Line};
use crate::store::DocumentStore;
use crate::topology::{LIGHT, work_queues};
use std::sync::Arc;
use std::time::Duration;
use thoth_cypher::Graph;
use thoth_schema::error::{ErrorCode, Fault};
use tokio::sync::{Semaphore, watch};

/// How a worker works.
#[derive(Debug, Clone)]
pub struct WorkerOptions {
    /// Documents fetched and read at the same time.
    pub concurrency: usize,
    /// How long a stop waits for the documents in work.
    pub stop_deadline: Duration,
    /// First delay before something that was away is tried again.
    pub first_delay: Duration,
    /// Longest such delay.
    pub longest_delay: Duration,
    /// How long a message is held while something is away; then it goes to the queues of delayed retry as a fresh copy.
    /// Well below the 30 minutes after which RabbitMQ takes a held message away and charges it.
    pub longest_hold: Duration,
}

impl Default for WorkerOptions {
    fn default() -> WorkerOptions {
        WorkerOptions {
            concurrency: 4,
            stop_deadline: Duration::from_secs(20),
            first_delay: Duration::from_millis(200),
            longest_delay: Duration::from_secs(30),
            longest_hold: Duration::from_secs(600),
        }
    }
}

/// What a worker is doing, and has done since it was made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkerStatus {
    /// Whether it consumes; the worker's part of readiness.
    pub connected: bool,
    /// Messages in work.
    pub in_flight: usize,
    /// Documents brought into the graph.
    pub ingested: u64,
    /// Documents that the graph had already.
    pub already_known: u64,
    /// Documents that became dead letters here; those over the delivery limit are the broker's doing.
    pub dead_lettered: u64,
    /// Messages put back into their queue without a charge.
    pub put_back: u64,
    /// Attempts that met something away.
    pub retried: u64,
    /// Why there is no connection, while there is none.
    pub broker_fault: Option<Fault>,
}

/// Consumes the work queues.
pub struct Worker {
    broker: BrokerConfig,
    bench: Arc<Bench>,
}

impl Worker {
    /// A worker that does nothing yet. The graph must be migrated.
    ///
    /// # Errors
    /// `INVALID_CONFIGURATION`.
    pub fn new(
        graph: Arc<dyn Graph>,
        store: DocumentStore,
        broker: BrokerConfig,
        options: WorkerOptions,
    ) -> Result<Worker, Fault> {
        broker.validate()?;
        if options.concurrency == 0 {
            return Err(Fault::new(
                ErrorCode::InvalidConfiguration,
                "a worker needs a concurrency of at least 1",
            )
            .at("worker.concurrency"));
        }
        let (status, _) = watch::channel(WorkerStatus::default());
        Ok(Worker {
            broker,
            bench: Arc::new(Bench {
                graph,
                store,
                options,
                status,
                bytes: Arc::new(Semaphore::new(IN_WORK_BYTES / IN_WORK_UNIT)),
            }),
        })
    }

    /// What the worker is doing, as it changes.
    pub fn status(&self) -> watch::Receiver<WorkerStatus> {
        self.bench.status.subscribe()
    }

    /// Works until `stop` becomes true or its sender is gone, and gives the last status.
    ///
    /// A broker that is away is tried again with growing delay. At a stop nothing more is taken, documents in work are
    /// finished within the deadline, and everything else stays in its queue. Beside it dead letters are recorded.
    pub async fn run(&self, stop: watch::Receiver<bool>) -> WorkerStatus {
        let (store, options) = (self.bench.store.clone(), &self.bench.options);
        let office = DeadLetterOffice::new(store, self.broker.clone());
        let office = office.delayed(options.first_delay, options.longest_delay);
        tokio::join!(self.work(stop.clone()), office.run(stop)).0
    }

    async fn work(&self, mut stop: watch::Receiver<bool>) -> WorkerStatus {
        let options = &self.bench.options;
        let pauses = control::Watch::start(self.bench.store.clone(), control::LOOK);
        let mut backoff = Backoff::new(options.first_delay, options.longest_delay);
        while !is_stopped(&stop) {
            let fault = match self.connect(&mut stop).await {
                Ok(None) => break,
                Ok(Some((session, lines))) => {
                    backoff.reset();
                    self.set_connected(None);
                    let outcome = self.consume(&session, lines, &stop, &pauses.paused).await;
                    session.close().await;
                    match outcome {
                        Ok(()) => break,
                        Err(fault) => fault,
                    }
                }
                Err(fault) => fault,
            };
            let delay = backoff.next_delay();
            tracing::warn!(delay_millis = delay.as_millis() as u64, error = %fault, "the worker has no broker and tries again");
            self.set_connected(Some(fault));
            tokio::select! {
                () = tokio::time::sleep(delay) => {}
                () = raised(&mut stop) => {}
            }
        }
        self.bench.status.send_modify(|status| status.connected = false);
        let status = self.bench.status.borrow().clone();
        tracing::info!(
            ingested = status.ingested,
            already_known = status.already_known,
            dead_lettered = status.dead_lettered,
            put_back = status.put_back,
            "the worker stopped"
        );
        status
    }

    fn set_connected(&self, fault: Option<Fault>) {
        if fault.is_none() {
            tracing::info!(broker = self.broker.public_url(), "the worker consumes");
        }
        self.bench.status.send_modify(|status| {
            status.connected = fault.is_none();
            status.broker_fault = fault;
        });
    }

    /// Connects and starts to consume; `None` when told to stop meanwhile.
    async fn connect(
        &self,
        stop: &mut watch::Receiver<bool>,
    ) -> Result<Option<(Arc<Session>, Vec<Line>)>, Fault> {
        let connecting = async {
            let session = Arc::new(Session::open(&self.broker, "thoth worker").await?);
            let mut lines = Vec::new();
            for queue in work_queues() {
                let full_window = if queue == LIGHT {
                    self.broker.prefetch
                } else {
                    HEAVY_WINDOW
                };
                let (session, bench) = (Arc::clone(&session), Arc::clone(&self.bench));
                lines.push(Line::new(session, queue, full_window, bench));
            }
            Ok(Some((session, lines)))
        };
        tokio::select! {
            connected = connecting => connected,
            () = raised(stop) => Ok(None),
        }
    }

    /// Works on all queues until told to stop, or until the connection breaks.
    async fn consume(
        &self,
        session: &Session,
        lines: Vec<Line>,
        stop: &watch::Receiver<bool>,
        paused: &watch::Receiver<Option<Paused>>,
    ) -> Result<(), Fault> {
        let (over_sender, over) = watch::channel(false);
        let over_sender = &over_sender;
        let consuming = lines.into_iter().map(|mut line| {
            let signals = Signals {
                stop: stop.clone(),
                over: over.clone(),
                paused: paused.clone(),
            };
            async move {
                let outcome = line.take_messages(&signals).await;
                if outcome.is_err() {
                    // One queue broke: what the others hold cannot be answered either.
                    over_sender.send_replace(true);
                }
                line.finish(&signals).await;
                outcome
            }
        });
        let outcomes = futures::future::join_all(consuming).await;
        if is_stopped(stop) {
            return Ok(());
        }
        let unexpected = if session.is_open() {
            "a queue is gone"
        } else {
            "the connection ended"
        };
        outcomes
            .into_iter()
            .find(Result::is_err)
            .unwrap_or_else(|| Err(broken(&unexpected)))
    }
}

fn is_stopped(stop: &watch::Receiver<bool>) -> bool {
    *stop.borrow() || stop.has_changed().is_err()
}
