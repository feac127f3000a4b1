//! YAML text as JSON with the line of every value: what rule files are written in.
//!
//! YAML 1.2, core schema: `yes` is a text. Refused, because a rule file has no use for them: aliases and anchors, tags,
//! several documents in one text, a key twice in one mapping, keys that are no texts, and what nests deeper than
//! [`MAX_DEPTH`].

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use serde_json::{Map, Number, Value};

use crate::error::{ErrorCode, Fault};

/// Deepest nesting of lists and mappings.
pub const MAX_DEPTH: usize = 64;

/// A YAML text, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Located {
    /// The value.
    pub value: Value,
    /// The line of every value, from 1, by its JSON pointer.
    lines: BTreeMap<String, usize>,
}

impl Located {
    /// The line on which the value with this JSON pointer begins, or the nearest value around it that exists; from 1.
    pub fn line(&self, pointer: &str) -> usize {
        let mut pointer = pointer;
        loop {
            if let Some(line) = self.lines.get(pointer) {
                return *line;
            }
            match pointer.rfind('/') {
                Some(end) => pointer = &pointer[..end],
                None => return 1,
            }
        }
    }
}

/// Reads a text; an empty one is null.
///
/// # Errors
/// `SCHEMA_VIOLATION` or `DOCUMENT_TOO_DEEP` with `line N` as the place.
pub fn read(text: &str) -> Result<Located, Fault> {
    let mut builder = Builder {
        last_line: text.replace("\r\n", "\n").split(['\n', '\r']).count(),
        ..Builder::default()
    };
    for event in Parser::new_from_str(text) {
        match event {
            Ok((event, span)) => builder.take(event, span)?,
            Err(problem) => {
                return Err(at(
                    problem.marker().line().min(builder.last_line),
                    format!("the text is no YAML: {}", problem.info()),
                ));
            }
        }
    }
    Ok(Located {
        value: builder.root.unwrap_or(Value::Null),
        lines: builder.lines,
    })
}

/// A list or mapping that is not closed yet.
enum Open {
    List(Vec<Value>),
    Mapping(Map<String, Value>, Option<String>),
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    /// The pointer of the value that comes next.
    pointer: String,
    /// Lengths of `pointer` to go back to, one for every open list or mapping.
    ends: Vec<usize>,
    lines: BTreeMap<String, usize>,
    root: Option<Value>,
    documents: usize,
    /// The last line of the text: what is left out at its end would be behind it.
    last_line: usize,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Fault> {
        let line = span.start.line().min(self.last_line);
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(at(line, "the text holds several documents"));
                }
            }
            Event::Alias(_) => return Err(at(line, "aliases are not read; write the value out")),
            Event::Scalar(text, style, anchor, tag) => {
                plain(anchor, tag.is_some(), line)?;
                if let Some(Open::Mapping(entries, key @ None)) = self.open.last_mut() {
                    if entries.contains_key(text.as_ref()) {
                        return Err(at(line, format!("the key `{text}` stands here twice")));
                    }
                    *key = Some(text.into_owned());
                    return Ok(());
                }
                self.begin(line);
                self.end(scalar(&text, style));
            }
            Event::SequenceStart(anchor, tag) => {
                plain(anchor, tag.is_some(), line)?;
                self.nest(Open::List(Vec::new()), line)?;
            }
            Event::MappingStart(anchor, tag) => {
                plain(anchor, tag.is_some(), line)?;
                self.nest(Open::Mapping(Map::new(), None), line)?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let value = match self.open.pop() {
                    Some(Open::List(items)) => Value::Array(items),
                    Some(Open::Mapping(entries, _)) => Value::Object(entries),
                    None => Value::Null,
                };
                self.end(value);
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn nest(&mut self, open: Open, line: usize) -> Result<(), Fault> {
        if let Some(Open::Mapping(_, None)) = self.open.last() {
            return Err(at(line, "a key must be a text"));
        }
        if self.open.len() >= MAX_DEPTH {
            let message = format!("the text nests deeper than {MAX_DEPTH} lists and mappings");
            return Err(Fault::new(ErrorCode::DocumentTooDeep, message).at(format!("line {line}")));
        }
        self.begin(line);
        self.open.push(open);
        Ok(())
    }

    /// Moves the pointer to the value that begins here.
    fn begin(&mut self, line: usize) {
        self.ends.push(self.pointer.len());
        match self.open.last() {
            Some(Open::List(items)) => self.pointer.push_str(&format!("/{}", items.len())),
            Some(Open::Mapping(_, Some(key))) => {
                self.pointer.push('/');
                self.pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            _ => {}
        }
        self.lines.insert(self.pointer.clone(), line);
    }

    /// Puts a finished value where it belongs.
    fn end(&mut self, value: Value) {
        self.pointer.truncate(self.ends.pop().unwrap_or_default());
        match self.open.last_mut() {
            Some(Open::List(items)) => items.push(value),
            Some(Open::Mapping(entries, key)) => {
                if let Some(key) = key.take() {
                    entries.insert(key, value);
                }
            }
            None => self.root = Some(value),
        }
    }
}

fn plain(anchor: usize, tagged: bool, line: usize) -> Result<(), Fault> {
    if anchor != 0 {
        return Err(at(
            line,
            "anchors are not read; write the value out where it is needed",
        ));
    }
    if tagged {
        return Err(at(line, "tags are not read"));
    }
    Ok(())
}

/// A scalar by the core schema: <https://yaml.org/spec/1.2.2/#103-core-schema>.
fn scalar(text: &str, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return Value::String(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    let looks_numeric = text
        .bytes()
        .next()
        .is_some_and(|first| first.is_ascii_digit() || matches!(first, b'-' | b'+' | b'.'));
    if looks_numeric && text.bytes().any(|byte| byte.is_ascii_digit()) {
        if let Ok(whole) = text.parse::<i64>() {
            return Value::Number(whole.into());
        }
        let is_float = text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E'));
        if is_float && let Some(number) = text.parse().ok().and_then(Number::from_f64) {
            return Value::Number(number);
        }
    }
    Value::String(text.to_owned())
}

fn at(line: usize, message: impl Into<String>) -> Fault {
    Fault::new(ErrorCode::SchemaViolation, message).at(format!("line {line}"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::json;

    use super::*;

    #[test]
    fn values_and_their_lines() {
        let text = "# a rule\nunits:\n  steps:\n  - name: \"A\"\n    run: {score: -0.5, on: yes, n: null}\n  \
                    - name: '1.0'\n    list: [1, 1.10, ~, true, 3.6.1, ==1.0]\n";
        let read = read(text).unwrap();
        assert_eq!(
            read.value,
            json!({"units": {"steps": [
                {"name": "A", "run": {"score": -0.5, "on": "yes", "n": null}},
                {"name": "1.0", "list": [1, 1.1, null, true, "3.6.1", "==1.0"]},
            ]}})
        );
        assert_eq!(read.line("/units/steps/0/run/score"), 5);
        assert_eq!(read.line("/units/steps/1/name"), 6);
        assert_eq!(read.line("/units/steps/1/absent/deep"), 6);
        assert_eq!(read.line("/elsewhere"), 2);
    }

    #[test]
    fn what_is_left_out_at_the_end_is_on_the_last_line() {
        for (text, last) in [
            ("? a", 1),
            ("b: 1\r\n? a", 2),
            ("b: 1\r? a", 2),
            ("b: 1\n? a\n", 3),
        ] {
            let line = read(text).unwrap().line("/a");
            assert!((1..=last).contains(&line), "{text:?} has {line} lines");
        }
    }

    #[test]
    fn an_empty_text_is_null() {
        assert_eq!(super::read("# nothing\n").unwrap().value, Value::Null);
    }

    #[test]
    fn what_is_refused_is_named_with_its_line() {
        for (text, line, part) in [
            ("a: &x 1\nb: *x\n", 1, "anchors"),
            ("a: 1\na: 2\n", 2, "twice"),
            ("a: 1\n---\nb: 1\n", 2, "several documents"),
            ("a: !int 1\n", 1, "tags"),
            ("? [a]\n: 1\n", 1, "key must be a text"),
            ("a: [1\n", 2, "no YAML"),
        ] {
            let fault = read(text).unwrap_err();
            assert!(fault.message.contains(part), "{text:?}: {fault:?}");
            assert_eq!(fault.pointer.unwrap(), format!("line {line}"), "{text:?}");
        }
        let deep = "[".repeat(MAX_DEPTH + 1);
        assert_eq!(read(&deep).unwrap_err().code, ErrorCode::DocumentTooDeep);
    }
}
