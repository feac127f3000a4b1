//! JSON as outside input: limits, pointers, faults with a place.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::error::{ErrorCode, Fault};

/// A JSON pointer (RFC 6901) from its segments.
pub(crate) fn pointer(segments: &[&str]) -> String {
    segments.iter().fold(String::new(), |pointer, segment| {
        pointer + "/" + &segment.replace('~', "~0").replace('/', "~1")
    })
}

/// Reads bytes as one JSON value no deeper than `depth` arrays and objects.
pub(crate) fn parse(bytes: &[u8], depth: usize) -> Result<Value, Fault> {
    check_depth(bytes, depth)?;
    serde_json::from_slice(bytes).map_err(|problem| syntax_fault(&problem, depth))
}

/// Bounds the nesting before anything is allocated for it.
fn check_depth(bytes: &[u8], limit: usize) -> Result<(), Fault> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in bytes {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > limit {
            return Err(too_deep(limit));
        }
    }
    Ok(())
}

fn too_deep(limit: usize) -> Fault {
    Fault::new(
        ErrorCode::DocumentTooDeep,
        format!("the document nests deeper than {limit} arrays and objects"),
    )
    .remedy("flatten the document")
}

fn syntax_fault(problem: &serde_json::Error, depth: usize) -> Fault {
    let place = format!("line {} column {}", problem.line(), problem.column());
    if problem.is_eof() {
        return Fault::new(
            ErrorCode::TruncatedInput,
            format!("the JSON text ends too early at {place}"),
        )
        .remedy("send the whole document");
    }
    let text = problem.to_string();
    if text.starts_with("recursion limit exceeded") {
        return too_deep(depth);
    }
    let what = text.split(" at line ").next().unwrap_or_default();
    Fault::new(ErrorCode::MalformedJson, format!("{what} at {place}")).remedy("send one JSON object in UTF-8")
}

/// Reads a value as a type; a fault has the pointer of the value at fault, below `base`.
pub(crate) fn typed<T: DeserializeOwned>(value: &Value, base: &str) -> Result<T, Fault> {
    serde_path_to_error::deserialize(value).map_err(|problem| {
        let mut place = base.to_owned();
        for segment in problem.path().iter() {
            use serde_path_to_error::Segment;
            match segment {
                Segment::Seq { index } => place.push_str(&format!("/{index}")),
                Segment::Map { key } => place.push_str(&pointer(&[key])),
                Segment::Enum { .. } | Segment::Unknown => {}
            }
        }
        violation(problem.into_inner().to_string(), &place)
    })
}

/// A fault of the schema at a pointer.
pub(crate) fn violation(message: impl Into<String>, pointer: &str) -> Fault {
    Fault::new(ErrorCode::SchemaViolation, message)
        .at(pointer)
        .remedy("compare the document with the JSON Schema of its kind")
}

/// The canonical bytes of a value (RFC 8785).
///
/// # Errors
/// `INTERNAL` where a value cannot be written, which no value read from JSON causes.
pub(crate) fn canonical(value: &Value) -> Result<Vec<u8>, Fault> {
    serde_json_canonicalizer::to_vec(value).map_err(|problem| {
        Fault::new(
            ErrorCode::Internal,
            format!("a value has no canonical form: {problem}"),
        )
    })
}

/// How the numbers of a value stand to those in its canonical bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Numbers {
    /// They are read the same from there.
    Canonical,
    /// Some are whole and written with a fraction: 1.0 is 1 there.
    Whole,
    /// Some are whole, and more than a 64-bit float holds exactly.
    Inexact,
}

/// Up to here every whole number is a 64-bit float.
const EXACT: u64 = 1 << 53;

/// How the numbers of a value stand to those in its canonical bytes.
pub(crate) fn numbers(value: &Value) -> Numbers {
    match value {
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) if whole.unsigned_abs() <= EXACT => Numbers::Canonical,
            (None, Some(number)) if number.fract() != 0.0 => Numbers::Canonical,
            (None, Some(number)) if number.abs() <= EXACT as f64 => Numbers::Whole,
            _ => Numbers::Inexact,
        },
        Value::Array(items) => items.iter().map(numbers).max().unwrap_or(Numbers::Canonical),
        Value::Object(entries) => entries.values().map(numbers).max().unwrap_or(Numbers::Canonical),
        _ => Numbers::Canonical,
    }
}

/// Writes whole numbers without a fraction, as canonical bytes do.
pub(crate) fn write_whole(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            let whole = number
                .as_f64()
                .filter(|number| number.fract() == 0.0 && number.abs() <= EXACT as f64);
            if let Some(whole) = whole {
                *number = (whole as i64).into();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(write_whole),
        Value::Object(entries) => entries.values_mut().for_each(write_whole),
        _ => {}
    }
}

/// The canonical text of a value (RFC 8785); `None` where a value cannot be written, which no value read from JSON causes.
pub fn canonical_text(value: &Value) -> Option<String> {
    String::from_utf8(canonical(value).ok()?).ok()
}

/// The sha256 of bytes, in lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The entries of an object by key. A document is the same in whatever order its keys stand: what is read from it must not
/// depend on that order.
pub(crate) fn sorted(object: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let mut entries: Vec<(&String, &Value)> = object.iter().collect();
    entries.sort_unstable_by_key(|(key, _)| *key);
    entries
}

/// The sha256 over lines of words, a space between words and a line feed behind each line; `None` where there is no line.
pub(crate) fn sha256_of_lines<'text, const WORDS: usize>(
    lines: impl Iterator<Item = [&'text str; WORDS]>,
) -> Option<String> {
    let mut hash = Sha256::new();
    let mut is_empty = true;
    for words in lines {
        is_empty = false;
        hash.update(words.join(" "));
        hash.update("\n");
    }
    (!is_empty).then(|| hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// How many keys of an object are not among the known ones.
pub(crate) fn unknown_keys(value: &Value, known: &[&str]) -> usize {
    value.as_object().map_or(0, |object| {
        object.keys().filter(|key| !known.contains(&key.as_str())).count()
    })
}

/// How many keys of a value, at any depth, are not in the form it was read into and written again from. A key whose value
/// is null or empty says nothing and is not counted.
pub(crate) fn unread_keys(value: &Value, written: &Value) -> usize {
    match (value, written) {
        (Value::Object(stated), Value::Object(read)) => stated
            .iter()
            .map(|(key, item)| match read.get(key) {
                Some(read) => unread_keys(item, read),
                None => usize::from(!says_nothing(item)),
            })
            .sum(),
        (Value::Array(stated), Value::Array(read)) => stated
            .iter()
            .zip(read)
            .map(|(item, read)| unread_keys(item, read))
            .sum(),
        _ => 0,
    }
}

fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        _ => false,
    }
}
