//! Files straight into the graph, or to the broker.

use crate::publisher::Publisher;
use crate::reader::{Piece, ReadOptions, Rejected, input_files, read_file};
use crate::store::DocumentStore;
use crate::sync::{SyncOutcome, sync};
use serde::Serialize;
use std::path::PathBuf;
use thoth_cypher::{Graph, fail_point};
use thoth_schema::document::{Document, Payload};
use thoth_schema::error::{ErrorCode, Fault};
use tokio::sync::mpsc;

/// Documents of one transaction, at most.
pub const BATCH_DOCUMENTS: usize = 1_000;
/// Rows of one transaction, at most, unless a single document has more: releases, requirement lines and artifacts.
pub const BATCH_ROWS: usize = 20_000;
/// Rejected lines that a summary lists; more are counted.
pub const MAX_REJECTED_LISTED: usize = 1_000;
/// Pieces read ahead while the graph is busy.
const PIECES_AHEAD: usize = 2;

/// How far an ingest is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of all input files as they lie on the disk; 0 where they cannot be told, as in a rebuild.
    pub bytes_total: u64,
    /// Bytes of the files that were read to their end.
    pub bytes_read: u64,
    /// Documents read.
    pub read: u64,
    /// Documents in the graph now, or confirmed by the broker.
    pub done: u64,
}

/// What an ingest did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Documents read.
    pub read: u64,
    /// Documents brought into the graph, or to the broker.
    pub ingested: u64,
    /// Documents that the graph had already.
    pub already_known: u64,
    /// Lines and files that were set aside, the first [`MAX_REJECTED_LISTED`] of them.
    pub rejected: Vec<Rejected>,
    /// How many were set aside.
    pub rejected_count: u64,
}

impl Summary {
    fn reject(&mut self, rejected: Rejected) {
        self.rejected_count += 1;
        if self.rejected.len() < MAX_REJECTED_LISTED {
            self.rejected.push(rejected);
        }
    }
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
    let mut summary = Summary::default();
    let mut state = Progress {
        bytes_total: reading.bytes_total,
        ..Progress::default()
    };
    while let Some(event) = reading.next().await? {
        match event {
            Event::Piece(Piece::Documents(documents)) => {
                for window in documents.chunks(crate::publisher::CONFIRMS_AWAITED) {
                    publisher.publish_all(window, store).await?;
                    summary.read += window.len() as u64;
                    summary.ingested += window.len() as u64;
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
    summary: Summary,
    progress: Progress,
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
        self.summary.read += documents.len() as u64;
        self.progress.read = self.summary.read;
        for document in documents {
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
        Ok(())
    }

    async fn flush(&mut self, progress: &mut (dyn FnMut(Progress) + Send)) -> Result<(), Fault> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        if let Some(store) = self.store {
            store.put_all(&self.waiting).await?;
        }
        for outcome in sync(self.graph, &self.waiting).await? {
            match outcome {
                SyncOutcome::Ingested => self.summary.ingested += 1,
                SyncOutcome::AlreadyKnown => self.summary.already_known += 1,
            }
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
fn row_estimate(document: &Document) -> usize {
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
    events: mpsc::Receiver<Result<Event, Fault>>,
}

impl Reading {
    fn start(paths: &[PathBuf], options: &ReadOptions) -> Result<Reading, Fault> {
        let size = |file: &PathBuf| std::fs::metadata(file).map_or(0, |metadata| metadata.len());
        let files: Vec<(PathBuf, u64)> = input_files(paths)?
            .into_iter()
            .map(|file| (file.clone(), size(&file)))
            .collect();
        let bytes_total = files.iter().map(|(_, bytes)| bytes).sum();
        let (sender, events) = mpsc::channel(PIECES_AHEAD);
        let options = options.clone();
        tokio::task::spawn_blocking(move || {
            // Nobody listens any more once the receiver was dropped: then there is nobody to tell either.
            let gone = || Fault::new(ErrorCode::Unavailable, "the ingest was given up");
            let send = |event| sender.blocking_send(Ok(event)).map_err(|_| gone());
            let read = files.iter().try_for_each(|(file, bytes)| {
                read_file(file, &options, &mut |piece| send(Event::Piece(piece)))?;
                send(Event::FileDone(*bytes))
            });
            if let Err(fault) = read {
                drop(sender.blocking_send(Err(fault)));
            }
        });
        Ok(Reading { bytes_total, events })
    }

    async fn next(&mut self) -> Result<Option<Event>, Fault> {
        self.events.recv().await.transpose()
    }
}
