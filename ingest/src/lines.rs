//! The bytes of an input file: unpacked within limits and cut into lines.

use crate::reader::ReadOptions;
use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use thoth_schema::error::{ErrorCode, Fault};

/// Text read before it is parsed, in bytes: large enough to keep all cores busy, small against the memory.
const CHUNK_BYTES: usize = 4 * 1024 * 1024;
const BUFFER_BYTES: usize = 256 * 1024;
/// What some editors write in front of a file.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// How the bytes of a file are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    Plain,
    Gzip,
    Zstd,
}

/// Passes bytes on until there are more than allowed.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        match self.left.checked_sub(count as u64) {
            Some(left) => self.left = left,
            // No file system gives this kind for a read, so it stands for the limit alone.
            None => return Err(io::ErrorKind::FileTooLarge.into()),
        }
        Ok(count)
    }
}

/// Some lines of a file, in one piece.
#[derive(Default)]
pub(crate) struct Chunk {
    pub(crate) text: Vec<u8>,
    pub(crate) lines: Vec<Line>,
}

/// One line that is not blank.
pub(crate) struct Line {
    /// Counted from 1.
    pub(crate) number: usize,
    /// Its bytes in [`Chunk::text`]; `None` where it is longer than a document may be.
    pub(crate) range: Option<std::ops::Range<usize>>,
}

impl Chunk {
    fn clear(&mut self) {
        self.text.clear();
        self.lines.clear();
    }
}

/// An open input file.
pub(crate) struct Input {
    reader: BufReader<Box<dyn Read + Send>>,
    place: String,
    line_bytes: usize,
    number: usize,
    unpacked_limit: u64,
}

impl Input {
    pub(crate) fn open(path: &Path, packing: Packing, options: &ReadOptions) -> Result<Input, Fault> {
        let place = path.display().to_string();
        let file = File::open(path).map_err(|error| read_fault(&error, &place, 0))?;
        let size = file
            .metadata()
            .map_err(|error| read_fault(&error, &place, 0))?
            .len();
        if size == 0 && packing != Packing::Plain {
            return Err(truncated(&place, 0));
        }
        let unpacked_limit = options.unpacked_limit(size);
        let file = BufReader::with_capacity(BUFFER_BYTES, file);
        let reader: Box<dyn Read + Send> = match packing {
            Packing::Plain => Box::new(file),
            Packing::Gzip => Box::new(Bounded {
                inner: flate2::bufread::MultiGzDecoder::new(file),
                left: unpacked_limit,
            }),
            Packing::Zstd => {
                let unpacked = zstd::stream::read::Decoder::with_buffer(file);
                let unpacked = unpacked.map_err(|error| read_fault(&error, &place, 0))?;
                Box::new(Bounded {
                    inner: unpacked,
                    left: unpacked_limit,
                })
            }
        };
        let reader = BufReader::with_capacity(BUFFER_BYTES, reader);
        Ok(Input {
            reader,
            place,
            line_bytes: options.limits.most_bytes(),
            number: 0,
            unpacked_limit,
        })
    }

    /// Fills the chunk with the next lines; false at the end of the file. After a fault the chunk holds the whole lines
    /// in front of it.
    pub(crate) fn next_chunk(&mut self, chunk: &mut Chunk) -> Result<bool, Fault> {
        chunk.clear();
        while chunk.text.len() < CHUNK_BYTES {
            if !self.next_line(chunk)? {
                return Ok(!chunk.lines.is_empty());
            }
        }
        Ok(true)
    }

    /// Adds one line to the chunk, if it is not blank; false at the end of the file.
    pub(crate) fn next_line(&mut self, chunk: &mut Chunk) -> Result<bool, Fault> {
        let start = chunk.text.len();
        // One byte more than a document and its line end may have tells a line that is too long.
        let most = self.line_bytes as u64 + 2;
        let count = match self.reader.by_ref().take(most).read_until(b'\n', &mut chunk.text) {
            Ok(count) => count,
            Err(error) => {
                chunk.text.truncate(start);
                return Err(self.fault(&error));
            }
        };
        if count == 0 {
            return Ok(false);
        }
        self.number += 1;
        if self.number == 1 && chunk.text.starts_with(BYTE_ORDER_MARK) {
            chunk.text.drain(..BYTE_ORDER_MARK.len());
        }
        let end = chunk.text.len();
        let line = chunk.text.get(start..).unwrap_or_default();
        if count as u64 == most && line.last() != Some(&b'\n') {
            chunk.text.truncate(start);
            self.reader
                .skip_until(b'\n')
                .map_err(|error| self.fault(&error))?;
            chunk.lines.push(Line {
                number: self.number,
                range: None,
            });
            return Ok(true);
        }
        if line.trim_ascii().is_empty() {
            chunk.text.truncate(start);
        } else {
            chunk.lines.push(Line {
                number: self.number,
                range: Some(start..end),
            });
        }
        Ok(true)
    }

    /// Whether nothing follows.
    pub(crate) fn is_at_end(&mut self) -> Result<bool, Fault> {
        let at_end = self.reader.fill_buf().map(<[u8]>::is_empty);
        at_end.map_err(|error| self.fault(&error))
    }

    /// Appends the rest of the file, no more of it than a document may have and one byte.
    pub(crate) fn rest(&mut self, text: &mut Vec<u8>) -> Result<(), Fault> {
        let most = (self.line_bytes as u64 + 1).saturating_sub(text.len() as u64);
        let read = self.reader.by_ref().take(most).read_to_end(text);
        read.map(drop).map_err(|error| self.fault(&error))
    }

    /// The last bytes of the file, at most so many, and how many it has in all.
    pub(crate) fn tail(&mut self, most: usize) -> Result<(Vec<u8>, u64), Fault> {
        let (mut tail, mut total) = (Vec::new(), 0_u64);
        loop {
            let block = match self.reader.fill_buf() {
                Ok([]) => break,
                Ok(block) => block,
                Err(error) => return Err(self.fault(&error)),
            };
            let length = block.len();
            tail.extend_from_slice(block);
            total += length as u64;
            self.reader.consume(length);
            let excess = tail.len().saturating_sub(most);
            tail.drain(..excess);
        }
        Ok((tail, total))
    }

    fn fault(&self, error: &io::Error) -> Fault {
        if error.kind() == io::ErrorKind::FileTooLarge {
            return Fault::new(
                ErrorCode::DecompressionLimit,
                format!("the file unpacks to more than {} bytes", self.unpacked_limit),
            )
            .at(self.place.clone())
            .remedy("split the file, or unpack it if it is trusted");
        }
        read_fault(error, &self.place, self.number + 1)
    }
}

fn truncated(place: &str, line: usize) -> Fault {
    Fault::new(ErrorCode::TruncatedInput, "the compressed file ends too early")
        .at(at_line(place, line))
        .remedy("the file was cut off while it was written or copied; fetch it again")
}

fn read_fault(error: &io::Error, place: &str, line: usize) -> Fault {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => truncated(place, line),
        io::ErrorKind::NotFound => Fault::new(ErrorCode::NotFound, "there is no such file")
            .at(place)
            .remedy("correct the path"),
        _ => Fault::new(ErrorCode::IoError, format!("the file cannot be read: {error}"))
            .at(at_line(place, line))
            .remedy("see that the file may be read and is what its ending says"),
    }
}

/// `file:line`, or the file alone for line 0.
pub(crate) fn at_line(place: &str, line: usize) -> String {
    if line == 0 {
        place.to_owned()
    } else {
        format!("{place}:{line}")
    }
}

thread_local! {
    /// Making one costs more than unpacking a small document with it.
    static UNPACKER: RefCell<Option<zstd::bulk::Decompressor<'static>>> = const { RefCell::new(None) };
}

/// `None` where it cannot be done this way.
fn unpack_whole(
    unpacker: &mut Option<zstd::bulk::Decompressor<'static>>,
    packed: &[u8],
    size: usize,
) -> Option<Vec<u8>> {
    if unpacker.is_none() {
        *unpacker = zstd::bulk::Decompressor::new().ok();
    }
    unpacker.as_mut()?.decompress(packed, size).ok()
}

/// Unpacks zstd data of at most `limit` bytes.
///
/// # Errors
/// `DECOMPRESSION_LIMIT`, `TRUNCATED_INPUT`, `IO_ERROR`.
pub(crate) fn decompress(packed: &[u8], limit: usize) -> Result<Vec<u8>, Fault> {
    let broken = |error: &io::Error| {
        let code = match error.kind() {
            io::ErrorKind::UnexpectedEof => ErrorCode::TruncatedInput,
            _ => ErrorCode::IoError,
        };
        Fault::new(code, format!("cannot be unpacked: {error}"))
    };
    // Whoever packed it whole has written how much it is; unpacking it whole needs no window beside it.
    let size = zstd::zstd_safe::get_frame_content_size(packed).ok().flatten();
    if let Some(size) = size.and_then(|size| usize::try_from(size).ok())
        && size <= limit
        && let Some(bytes) = UNPACKER.with_borrow_mut(|unpacker| unpack_whole(unpacker, packed, size))
    {
        return Ok(bytes);
    }
    let decoder = zstd::stream::read::Decoder::with_buffer(packed).map_err(|error| broken(&error))?;
    let mut bytes = Vec::new();
    decoder
        .take(limit as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| broken(&error))?;
    if bytes.len() > limit {
        return Err(Fault::new(
            ErrorCode::DecompressionLimit,
            format!("unpacks to more than {limit} bytes"),
        ));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn stored_bytes_unpack_to_the_limit_and_not_one_more() {
        let packed = zstd::bulk::compress(&[b'x'; 1_000], 3).unwrap();
        assert_eq!(decompress(&packed, 1_000).unwrap().len(), 1_000);
        assert_eq!(
            decompress(&packed, 999).unwrap_err().code,
            ErrorCode::DecompressionLimit
        );
    }
}
