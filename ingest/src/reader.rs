//! Files and folders into documents.
//!
//! `.json` holds one document of any shape, or JSON Lines (told by its first line); `.jsonl` and `.ndjson` hold JSON
//! Lines; each may be packed as `.gz` or `.zst`. Files are read line by line and parsed on all cores, each document once. The
//! folder of an inspection is one document ([`crate::inspection_folder`]); its files are not read as documents besides. A
//! file of rules in YAML is one document as well ([`crate::rule_file`]).
//!
//! A file is all or nothing: its first document leaves the reader after its last line was found good. Of a file that
//! holds more than [`HELD_BYTES`] the documents cannot be kept meanwhile; it is read twice. With
//! [`ReadOptions::graceful`] bad lines are set aside with their reason instead, and the good ones pass.

use crate::inputs::form_of;
use crate::inspection_folder::InspectionFolder;
use crate::lines::{Chunk, Input, Line, Packing, at_line};
use crate::rule_file::{document_of, is_rule_file};
use serde::Serialize;
use std::path::Path;
use thoth_schema::document::{Document, Limits};
use thoth_schema::error::{ErrorCode, Fault};

pub use crate::inputs::{Inputs, MAX_FOLDER_DEPTH, input_files};

/// Most bytes that one packed file may unpack to.
pub const MAX_DECOMPRESSED_BYTES: u64 = 4 * 1024 * 1024 * 1024;
/// Most bytes that one byte of a packed file may unpack to.
pub const MAX_DECOMPRESSION_RATIO: u64 = 500;
/// Unpacked bytes below which the ratio is not asked for.
pub const RATIO_FREE_BYTES: u64 = 16 * 1024 * 1024;
/// Canonical bytes of documents that are held until their file is known to be good.
pub const HELD_BYTES: usize = 64 * 1024 * 1024;
/// Threads that parse, at most.
const MAX_THREADS: usize = 8;
/// Lines below which a second thread is not worth its start.
const LINES_PER_THREAD: usize = 32;

/// How files are read.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// Bounds of one document.
    pub limits: Limits,
    /// Most bytes that one packed file may unpack to.
    pub decompressed_bytes: u64,
    /// Canonical bytes of documents that are held until their file is known to be good.
    pub held_bytes: usize,
    /// Set bad lines aside and go on, instead of refusing the file.
    pub graceful: bool,
}

impl Default for ReadOptions {
    fn default() -> ReadOptions {
        ReadOptions {
            limits: Limits::default(),
            decompressed_bytes: MAX_DECOMPRESSED_BYTES,
            held_bytes: HELD_BYTES,
            graceful: false,
        }
    }
}

impl ReadOptions {
    /// Bytes that a packed file of this size may unpack to.
    pub(crate) fn unpacked_limit(&self, packed_bytes: u64) -> u64 {
        let by_ratio = packed_bytes
            .saturating_mul(MAX_DECOMPRESSION_RATIO)
            .max(RATIO_FREE_BYTES);
        self.decompressed_bytes.min(by_ratio)
    }
}

/// A line, or a whole file, that was set aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rejected {
    /// `file:line`, with the JSON pointer behind it where the fault has one.
    pub place: String,
    /// Why, as a row of the table of error codes.
    pub code: ErrorCode,
    /// Why, as a sentence.
    pub message: String,
}

impl From<Fault> for Rejected {
    fn from(fault: Fault) -> Rejected {
        Rejected {
            place: fault.pointer.unwrap_or_default(),
            code: fault.code,
            message: fault.message,
        }
    }
}

/// What a file gives, piece by piece.
#[derive(Debug)]
pub enum Piece {
    /// Documents in the order of the file.
    Documents(Vec<Document>),
    /// What was set aside; with [`ReadOptions::graceful`] only.
    Rejected(Rejected),
}

/// Reads one file and hands its pieces over in order. The first fault of `emit` ends it.
///
/// # Errors
/// With the place as `file:line`: faults of [`Document::from_json_bytes`], `TRUNCATED_INPUT`, `DECOMPRESSION_LIMIT`,
/// `IO_ERROR`. Without [`ReadOptions::graceful`] nothing was handed over then.
pub fn read_file(
    path: &Path,
    options: &ReadOptions,
    emit: &mut dyn FnMut(Piece) -> Result<(), Fault>,
) -> Result<(), Fault> {
    if path.is_dir() {
        return read_inspection(path, options, emit);
    }
    if is_rule_file(path) {
        return read_rules(path, options, emit);
    }
    if options.graceful {
        return pass(path, options, &mut |parsed| hand_over(parsed, emit)).or_else(|fault| match fault {
            Ended::File(fault) => emit(Piece::Rejected(fault.into())),
            Ended::Receiver(fault) => Err(fault),
        });
    }
    let mut held = Vec::new();
    let mut held_bytes = 0;
    let mut is_too_much = false;
    let checked = pass(path, options, &mut |parsed| {
        let documents = parsed
            .into_iter()
            .collect::<Result<Vec<_>, _>>()
            .map_err(Ended::File)?;
        held_bytes += documents
            .iter()
            .map(|document| document.canonical_bytes().len())
            .sum::<usize>();
        if held_bytes > options.held_bytes {
            is_too_much = true;
            held.clear();
        }
        if !is_too_much {
            held.push(documents);
        }
        Ok(())
    });
    checked.map_err(Ended::into_fault)?;
    if !is_too_much {
        return held
            .into_iter()
            .try_for_each(|documents| emit(Piece::Documents(documents)));
    }
    pass(path, options, &mut |parsed| {
        let documents = parsed
            .into_iter()
            .collect::<Result<Vec<_>, _>>()
            .map_err(Ended::File)?;
        emit(Piece::Documents(documents)).map_err(Ended::Receiver)
    })
    .map_err(Ended::into_fault)
}

/// One document of all the files; in graceful mode, of those that can be used.
fn read_inspection(
    path: &Path,
    options: &ReadOptions,
    emit: &mut dyn FnMut(Piece) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let place = path.display().to_string();
    let read = InspectionFolder::find(path).ok_or_else(|| {
        Fault::new(ErrorCode::InvalidArgument, "the folder is not of one inspection").at(place.clone())
    });
    let text = read?.text(options, &mut |fault| {
        if options.graceful {
            emit(Piece::Rejected(fault.into()))
        } else {
            Err(fault)
        }
    })?;
    match parse_whole(&text, &place, &options.limits) {
        Ok(document) => emit(Piece::Documents(vec![document])),
        Err(fault) if options.graceful => emit(Piece::Rejected(fault.into())),
        Err(fault) => Err(fault),
    }
}

/// One document of a file of rules in YAML.
fn read_rules(
    path: &Path,
    options: &ReadOptions,
    emit: &mut dyn FnMut(Piece) -> Result<(), Fault>,
) -> Result<(), Fault> {
    match document_of(path, options) {
        Ok(document) => emit(Piece::Documents(vec![document])),
        Err(fault) if options.graceful => emit(Piece::Rejected(fault.into())),
        Err(fault) => Err(fault),
    }
}

/// Who ended the reading of a file.
enum Ended {
    File(Fault),
    Receiver(Fault),
}

impl Ended {
    fn into_fault(self) -> Fault {
        match self {
            Ended::File(fault) | Ended::Receiver(fault) => fault,
        }
    }
}

type Parsed = Vec<Result<Document, Fault>>;

fn hand_over(parsed: Parsed, emit: &mut dyn FnMut(Piece) -> Result<(), Fault>) -> Result<(), Ended> {
    let mut documents = Vec::with_capacity(parsed.len());
    for outcome in parsed {
        match outcome {
            Ok(document) => documents.push(document),
            Err(fault) => emit(Piece::Rejected(fault.into())).map_err(Ended::Receiver)?,
        }
    }
    if documents.is_empty() {
        Ok(())
    } else {
        emit(Piece::Documents(documents)).map_err(Ended::Receiver)
    }
}

/// One pass over a file.
fn pass(
    path: &Path,
    options: &ReadOptions,
    take: &mut dyn FnMut(Parsed) -> Result<(), Ended>,
) -> Result<(), Ended> {
    let place = path.display().to_string();
    let (packing, holds_lines) = form_of(path).unwrap_or((Packing::Plain, false));
    let mut input = Input::open(path, packing, options).map_err(Ended::File)?;
    let mut chunk = Chunk::default();
    if !holds_lines {
        while chunk.lines.is_empty() && input.next_line(&mut chunk).map_err(Ended::File)? {}
        if !is_first_of_lines(&chunk, &mut input).map_err(Ended::File)? {
            input.rest(&mut chunk.text).map_err(Ended::File)?;
            return take(vec![parse_whole(&chunk.text, &place, &options.limits)]);
        }
        take(parse(&chunk, &place, options).map_err(Ended::File)?)?;
    }
    loop {
        let more = input.next_chunk(&mut chunk);
        if !chunk.lines.is_empty() {
            take(parse(&chunk, &place, options).map_err(Ended::File)?)?;
        }
        if !more.map_err(Ended::File)? {
            return Ok(());
        }
    }
}

/// Whether the file goes on line by line: its first line is a whole JSON value.
fn is_first_of_lines(chunk: &Chunk, input: &mut Input) -> Result<bool, Fault> {
    let Some(line) = chunk.lines.first() else {
        return Ok(false);
    };
    let Some(range) = line.range.clone() else {
        return Ok(true);
    };
    if input.is_at_end()? {
        return Ok(false);
    }
    let text = chunk.text.get(range).unwrap_or_default();
    Ok(serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok())
}

fn parse_whole(text: &[u8], place: &str, limits: &Limits) -> Result<Document, Fault> {
    Document::from_json_bytes(text, limits).map_err(|fault| located(fault, place))
}

/// Parses the lines of a chunk on several threads; in strict mode each thread stops at its first fault.
fn parse(chunk: &Chunk, place: &str, options: &ReadOptions) -> Result<Parsed, Fault> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = cores
        .min(MAX_THREADS)
        .min(chunk.lines.len() / LINES_PER_THREAD)
        .max(1);
    if threads == 1 {
        return Ok(parse_lines(&chunk.lines, chunk, place, options));
    }
    std::thread::scope(|scope| {
        let share = chunk.lines.len().div_ceil(threads);
        let workers: Vec<_> = chunk
            .lines
            .chunks(share)
            .map(|lines| scope.spawn(move || parse_lines(lines, chunk, place, options)))
            .collect();
        let mut parsed = Vec::with_capacity(chunk.lines.len());
        for worker in workers {
            let share = worker.join().map_err(|_| {
                Fault::new(ErrorCode::Internal, "a thread that parses documents panicked").at(place)
            })?;
            parsed.extend(share);
        }
        Ok(parsed)
    })
}

fn parse_lines(lines: &[Line], chunk: &Chunk, place: &str, options: &ReadOptions) -> Parsed {
    let mut parsed = Vec::with_capacity(lines.len());
    for line in lines {
        let outcome = parse_line(line, chunk, &options.limits);
        let outcome = outcome.map_err(|fault| located(fault, &at_line(place, line.number)));
        let is_over = outcome.is_err() && !options.graceful;
        parsed.push(outcome);
        if is_over {
            break;
        }
    }
    parsed
}

fn parse_line(line: &Line, chunk: &Chunk, limits: &Limits) -> Result<Document, Fault> {
    let Some(text) = line.range.clone().and_then(|range| chunk.text.get(range)) else {
        return Err(Fault::new(
            ErrorCode::DocumentTooLarge,
            format!("a line is longer than the limit of {} bytes", limits.most_bytes()),
        )
        .remedy("split the document, or raise the limit of document bytes"));
    };
    Document::from_json_bytes(text.trim_ascii(), limits)
}

/// The fault with the place in front of its JSON pointer.
fn located(fault: Fault, place: &str) -> Fault {
    let is_cut = fault.code == ErrorCode::TruncatedInput;
    let place = match fault.pointer.as_deref() {
        None | Some("") => place.to_owned(),
        Some(pointer) => format!("{place}: {pointer}"),
    };
    let fault = fault.at(place);
    if is_cut {
        return fault.remedy("the file was cut off while it was written or copied; fetch it again");
    }
    fault
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_counts_above_the_free_bytes() {
        let options = ReadOptions::default();
        let free = RATIO_FREE_BYTES / MAX_DECOMPRESSION_RATIO;
        assert_eq!(options.unpacked_limit(0), RATIO_FREE_BYTES);
        assert_eq!(options.unpacked_limit(free), RATIO_FREE_BYTES);
        assert_eq!(
            options.unpacked_limit(free + 1),
            (free + 1) * MAX_DECOMPRESSION_RATIO
        );
        let whole = MAX_DECOMPRESSED_BYTES.div_ceil(MAX_DECOMPRESSION_RATIO);
        assert!(options.unpacked_limit(whole - 1) < MAX_DECOMPRESSED_BYTES);
        assert_eq!(options.unpacked_limit(whole), MAX_DECOMPRESSED_BYTES);
    }
}
