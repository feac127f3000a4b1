//! JSON Lines: one document a line, of any shape [`Document::from_json_bytes`] reads. Blank lines are passed over.

use crate::document::{Document, Limits};
use crate::error::{ErrorCode, Fault};

/// Reads one line; `number` counts from 1. `None` for a blank line.
///
/// # Errors
/// As [`Document::from_json_bytes`], with the line in front of the JSON pointer.
pub fn parse_line(line: &str, number: usize) -> Result<Option<Document>, Fault> {
    parse_line_within(line, number, &Limits::default())
}

/// [`parse_line`] within given limits.
///
/// # Errors
/// As [`parse_line`].
pub fn parse_line_within(line: &str, number: usize, limits: &Limits) -> Result<Option<Document>, Fault> {
    let line = line.trim_matches([' ', '\t', '\r', '\n', '\u{feff}']);
    if line.is_empty() {
        return Ok(None);
    }
    Document::from_json_bytes(line.as_bytes(), limits)
        .map(Some)
        .map_err(|fault| locate(fault, number))
}

/// Every document of a text, or the fault of its line.
pub fn parse(text: &str) -> impl Iterator<Item = Result<Document, Fault>> {
    text.lines()
        .enumerate()
        .filter_map(|(position, line)| parse_line(line, position + 1).transpose())
}

fn locate(fault: Fault, number: usize) -> Fault {
    let pointer = fault.pointer.clone().unwrap_or_default();
    let place = if pointer.is_empty() {
        format!("line {number}")
    } else {
        format!("line {number}: {pointer}")
    };
    let is_cut = fault.code == ErrorCode::TruncatedInput;
    let fault = fault.at(place);
    if is_cut {
        fault.remedy("the file was cut off while it was written or copied; fetch it again")
    } else {
        fault
    }
}
