//! Files straight into the graph, or to the broker.

use crate::inputs::input_bytes;
use crate::metrics;
use crate::publisher::Publisher;
use crate::reader::{Inputs, Piece, ReadOptions, read_file};
use crate::store::DocumentStore;
use crate::summary::Fate;
use crate::sync::{SyncOutcome, sync};
use std::collections::BTreeMap;
use std::path::PathBuf;
use thoth_cypher::{Graph, fail_point};
use thoth_schema::document::{Document, Payload};
use thoth_schema::error::{ErrorCode, Fault};
use tokio::sync::mpsc;

pub use crate::summary::{MAX_REJECTED_LISTED, Summary};

/// Documents of one transaction, at most.
pub const BATCH_DOCUMENTS: usize = 1_000;
/// Rows of one transaction, at most, unless a single document has more: releases, requirement lines and artifacts.
pub const BATCH_ROWS: usize = 20_000;
/// Pieces read ahead while the graph is busy.
const PIECES_AHEAD: usize = 2;

/// How far an ingest is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of all input files as they lie on the disk; 0 where they cannot be told, as in a rebuild.
    pub bytes_total: u64,
    /// Documents that there are; 0 where they are not counted beforehand, as in files.
    pub documents_total: u64,
    /// Bytes of the files that were read to their end.
    pub bytes_read: u64,
    /// Documents read.
    pub read: u64,
    /// Documents in the graph now, or confirmed by the broker.
    pub done: u64,
}

/// Reads files and folders and brings their documents into the graph: stored first where there is a store, then in
/// batches of one transaction each. The graph must be migrated.
///
/// Interrupted or failed, every batch is in the graph whole or not at all; running it again does the rest.
///
/// # Errors
/// Of the files, as [`read_file`]: nothing of a file at fault was stored or ingested. Of store and graph.
pub async fn ingest_paths(
    graph: &dyn Graph,
    store: Option<&DocumentStore>,
    paths: &[PathBuf],
    options: &ReadOptions,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Summary, Fault> {
    let mut reading = Reading::start(paths, options)?;
    let mut batcher = Batcher::new(graph, store);
    batcher.progress.bytes_total = reading.bytes_total;
    batcher.summary.passed_over = std::mem::take(&mut reading.passed_over);
    while let Some(event) = reading.next().await? {
        match event {
            Event::Piece(Piece::Documents(documents)) => batcher.add(documents, progress).await?,
            Event::Piece(Piece::Rejected(rejected)) => batcher.summary.reject(rejected),
            Event::FileDone(bytes) => {
                batcher.progress.bytes_read += bytes;
                progress(batcher.progress.clone());
            }
        }
    }
    batcher.finish(progress).await
}

/// Reads files and folders, stores their documents and announces them to the broker; confirmed when this returns.
///
/// # Errors
/// As [`ingest_paths`], and those of [`Publisher::publish_all`].
pub async fn publish_paths(
    publisher: &Publisher,
    store: Option<&DocumentStore>,
    paths: &[PathBuf],
    options: &ReadOptions,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Summary, Fault> {
    let mut reading = Reading::start(paths, options)?;
    let mut summary = Summary {
        passed_over: std::mem::take(&mut reading.passed_over),
        ..Summary::default()
    };
    let mut state = Progress {
        bytes_total: reading.bytes_total,
        ..Progress::default()
    };
    while let Some(event) = reading.next().await? {
        match event {
            Event::Piece(Piece::Documents(documents)) => {
                for window in documents.chunks(crate::publisher::CONFIRMS_AWAITED) {
                    publisher.publish_all(window, store).await?;
                    for document in window {
                        summary.count(document, Fate::Read);
                        summary.count(document, Fate::Ingested);
                    }
                    state.read = summary.read;
                    state.done = summary.ingested;
                    progress(state.clone());
                }
            }
            Event::Piece(Piece::Rejected(rejected)) => summary.reject(rejected),
            Event::FileDone(bytes) => {
                state.bytes_read += bytes;
                progress(state.clone());
            }
        }
    }
    Ok(summary)
}

/// Gathers documents into batches and brings each into the graph.
pub(crate) struct Batcher<'a> {
    graph: &'a dyn Graph,
    store: Option<&'a DocumentStore>,
    waiting: Vec<Document>,
    waiting_rows: usize,
    pub(crate) summary: Summary,
    pub(crate) progress: Progress,
}

impl<'a> Batcher<'a> {
    pub(crate) fn new(graph: &'a dyn Graph, store: Option<&'a DocumentStore>) -> Batcher<'a> {
        let (summary, progress) = (Summary::default(), Progress::default());
        Batcher {
            graph,
            store,
            waiting: Vec::new(),
            waiting_rows: 0,
            summary,
            progress,
        }
    }

    pub(crate) async fn add(
        &mut self,
        documents: Vec<Document>,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<(), Fault> {
        for document in documents {
            self.summary.count(&document, Fate::Read);
            fail_point!(IngestAfterParse, &document.id)?;
            let rows = row_estimate(&document);
            if !self.waiting.is_empty() && self.waiting_rows + rows > BATCH_ROWS {
                self.flush(progress).await?;
            }
            self.waiting.push(document);
            self.waiting_rows += rows;
            if self.waiting.len() >= BATCH_DOCUMENTS {
                self.flush(progress).await?;
            }
        }
        self.progress.read = self.summary.read;
        Ok(())
    }

    /// Counts documents that the graph is known to state; they need not be read.
    pub(crate) fn pass_over(&mut self, documents: u64, progress: &mut (dyn FnMut(Progress) + Send)) {
        self.summary.already_known += documents;
        self.progress.done += documents;
        progress(self.progress.clone());
    }

    async fn flush(&mut self, progress: &mut (dyn FnMut(Progress) + Send)) -> Result<(), Fault> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        if let Some(store) = self.store {
            metrics::accepted(&self.waiting);
            store.put_all(&self.waiting).await?;
        }
        let outcomes = sync(self.graph, &self.waiting).await?;
        for (document, outcome) in self.waiting.iter().zip(outcomes) {
            let fate = match outcome {
                SyncOutcome::Ingested => Fate::Ingested,
                SyncOutcome::AlreadyKnown => Fate::AlreadyKnown,
            };
            self.summary.count(document, fate);
        }
        self.progress.done += self.waiting.len() as u64;
        self.waiting.clear();
        self.waiting_rows = 0;
        progress(self.progress.clone());
        Ok(())
    }

    pub(crate) async fn finish(
        mut self,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<Summary, Fault> {
        self.flush(progress).await?;
        Ok(self.summary)
    }
}

/// Bytes of a document that become about one row, for kinds whose rows are not counted.
const BYTES_PER_ROW: usize = 200;

/// About how many rows a document becomes.
pub(crate) fn row_estimate(document: &Document) -> usize {
    let of_releases = document
        .releases()
        .into_iter()
        .map(|release| 1 + release.requires_dist.as_ref().map_or(0, Vec::len) + release.artifacts.len());
    let of_run = match &document.payload {
        Payload::Solver(run) => 1 + run.errors.len(),
        Payload::Release(_) => 1,
        _ => document.canonical_bytes().len() / BYTES_PER_ROW,
    };
    of_run + of_releases.sum::<usize>()
}

enum Event {
    Piece(Piece),
    /// A file was read to its end; its bytes on the disk.
    FileDone(u64),
}

/// The files being read on a thread of their own, a few pieces ahead of who asks for them.
struct Reading {
    bytes_total: u64,
    passed_over: BTreeMap<String, u64>,
    events: mpsc::Receiver<Result<Event, Fault>>,
}

impl Reading {
    fn start(paths: &[PathBuf], options: &ReadOptions) -> Result<Reading, Fault> {
        let Inputs {
            files,
            passed_over,
            rejected,
        } = Inputs::find(paths, options.graceful)?;
        let files: Vec<(PathBuf, u64)> = files
            .into_iter()
            .map(|file| (file.clone(), input_bytes(&file)))
            .collect();
        let bytes_total = files.iter().map(|(_, bytes)| bytes).sum();
        let (sender, events) = mpsc::channel(PIECES_AHEAD);
        let options = options.clone();
        tokio::task::spawn_blocking(move || {
            // Nobody listens any more once the receiver was dropped: then there is nobody to tell either.
            let gone = || Fault::new(ErrorCode::Unavailable, "the ingest was given up");
            let send = |event| sender.blocking_send(Ok(event)).map_err(|_| gone());
            let refused = rejected
                .into_iter()
                .try_for_each(|one| send(Event::Piece(Piece::Rejected(one))));
            let mut files = files.iter();
            let read = files.try_for_each(|(file, bytes)| {
                read_file(file, &options, &mut |piece| send(Event::Piece(piece)))?;
                send(Event::FileDone(*bytes))
            });
            if let Err(fault) = refused.and(read) {
                drop(sender.blocking_send(Err(fault)));
            }
        });
        Ok(Reading {
            bytes_total,
            passed_over,
            events,
        })
    }

    async fn next(&mut self) -> Result<Option<Event>, Fault> {
        self.events.recv().await.transpose()
    }
}
