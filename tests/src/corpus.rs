//! Documents for the tests of faults, made from numbers: good ones of several kinds and shapes that speak of the same
//! things, again and again, and messages that can never become knowledge.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use thoth_schema::document::{Document, Limits, sha256_hex};
use thoth_schema::message::{MAX_MESSAGE_BYTES, Pointer};

/// Documents that overlap: many speak of the same releases, at other times, with other words.
pub fn document(number: usize) -> Value {
    let (package, minor) = (number % 40, number % 7);
    let name = format!("package-{package}");
    let version = format!("1.{minor}");
    let time = format!(
        "20{:02}-{:02}-{:02}T00:{:02}:{:02}Z",
        10 + number % 11,
        1 + number % 12,
        1 + number % 28,
        number / 60 % 60,
        number % 60
    );
    let needs = [
        format!("package-{}>=1.{}", (package + 1) % 40, number % 3),
        format!(
            "package-{}<2; python_version<'3.{}'",
            (package * 7 + 3) % 40,
            6 + number % 5
        ),
        format!("Extra_{}==1.0; extra == 'more'", number % 9),
    ];
    let sha256 = format!("{:064x}", package * 1_000 + minor);
    let artifact = json!({
        "filename": format!("package_{package}-{version}-py3-none-any.whl"), "kind": "wheel", "sha256": sha256,
        "upload_time": time, "yanked": number.is_multiple_of(11),
    });
    let release = json!({
        "name": name, "version": version, "upload_time": time, "requires_python": format!(">=3.{}", number % 9),
        "requires_dist": needs[..number % 4], "summary": format!("words of document {number}"), "artifacts": [artifact],
    });
    let envelope = |kind: &str, payload: Value| {
        json!({
            "kind": kind, "schemaVersion": 1, "producer": {"name": "test", "version": "1"}, "producedAt": time,
            "origin": format!("run-{number}"), "payload": payload,
        })
    };
    match number % 4 {
        0 => release,
        1 => envelope("release", json!({"releases": [release]})),
        2 => envelope(
            "solver",
            json!({
                "environment": {"python_version": "3.8", "sys_platform": "linux"}, "platform": "linux-x86_64",
                "results": [{"release": release, "packages": [format!("package_{package}")]}],
                "errors": [{"name": name, "version": "0.1", "errorClass": "command_error", "message": "did not build"}],
            }),
        ),
        _ => predecessor(number, &name, &version),
    }
}

/// A solver document of the predecessor.
fn predecessor(number: usize, name: &str, version: &str) -> Value {
    json!({
        "metadata": {
            "analyzer": "thoth-solver", "analyzer_version": "0.0.2", "hostname": format!("solver-{number}"),
            "datetime": format!("2018-06-{:02}T08:30:{:02}", 1 + number % 28, number % 60),
            "distribution": {"id": "fedora", "version": "27"}, "python": {"major": 3, "minor": 6},
        },
        "result": {
            "errors": [{"package": "broken", "version": "1.0", "type": "command_error", "details": {"message": "no", "return_code": 1}}],
            "tree": [{
                "package_name": name, "package_version": version,
                "dependencies": [{"package_name": "bar", "required_version": ">=1.0,<2", "resolved_versions": ["1.0", "1.1"]}],
            }],
            "unresolved": [], "unparsed": [],
        },
    })
}

/// The id that a document will have.
///
/// # Panics
/// When it is no document.
pub fn id_of(document: &Value) -> String {
    read(document).id
}

/// The document, read.
///
/// # Panics
/// When it is no document.
pub fn read(document: &Value) -> Document {
    Document::from_json_bytes(document.to_string().as_bytes(), &Limits::default())
        .expect("the tests generate documents")
}

/// Writes documents as JSON Lines files of at most `lines` each, in this order.
///
/// # Panics
/// When they cannot be written.
pub fn write_files(folder: &Path, documents: &[Value], lines: usize) -> Vec<PathBuf> {
    fs::create_dir_all(folder).expect("a folder can be made");
    let files = documents.chunks(lines).enumerate().map(|(number, part)| {
        let path = folder.join(format!("documents-{number:03}.jsonl"));
        let text: String = part.iter().map(|document| document.to_string() + "\n").collect();
        fs::write(&path, text).expect("a file can be written");
        path
    });
    files.collect()
}

/// A message that can never become knowledge.
#[derive(Debug, Clone)]
pub struct BadMessage {
    /// The key that its dead letter has: the id of the document, where the body names one, else the hash of the body.
    pub id: String,
    /// Where it goes.
    pub routing_key: &'static str,
    /// What it says.
    pub body: Vec<u8>,
    /// The code that its dead letter must have.
    pub code: &'static str,
}

/// One bad message, of one of seven sorts.
///
/// # Panics
/// Never.
pub fn bad_message(number: usize) -> BadMessage {
    let good = read(&document(number * 4));
    let mut pointer = Pointer::to(&good, key_of(&good.id));
    let inline = |mut pointer: Pointer, text: String| {
        // What a producer without Thoth's library might send: a true hash of bytes that are no document.
        pointer.document_id = sha256_hex(text.as_bytes());
        pointer.store_key = key_of(&pointer.document_id);
        pointer.inline = Some(text);
        pointer.to_bytes().expect("a pointer can be written")
    };
    let (body, code) = match number % 7 {
        0 => (format!("{{\"poison\": {number}").into_bytes(), "TRUNCATED_INPUT"),
        1 => (inline(pointer, format!("[{number}, oops]")), "MALFORMED_JSON"),
        2 => (
            inline(pointer, format!(r#"{{"name": "a", "version": {number}}}"#)),
            "SCHEMA_VIOLATION",
        ),
        3 => (
            inline(pointer, format!(r#"{{"unheard": "of", "number": {number}}}"#)),
            "UNKNOWN_DOCUMENT_KIND",
        ),
        4 => {
            let padding = " ".repeat(MAX_MESSAGE_BYTES);
            (
                format!("{{{padding}\"n\": {number}}}").into_bytes(),
                "DOCUMENT_TOO_LARGE",
            )
        }
        5 => {
            // A pointer to what was never stored.
            pointer.document_id = sha256_hex(format!("nothing {number}").as_bytes());
            pointer.store_key = key_of(&pointer.document_id);
            (pointer.to_bytes().expect("a pointer can be written"), "NOT_FOUND")
        }
        _ => {
            let deep = format!("{}{number}{}", "[".repeat(100), "]".repeat(100));
            let text = format!(r#"{{"name": "a", "version": "1", "deep": {deep}}}"#);
            (inline(pointer, text), "DOCUMENT_TOO_DEEP")
        }
    };
    let named = Pointer::from_bytes(&body).map(|pointer| pointer.document_id);
    BadMessage {
        id: named.unwrap_or_else(|_| sha256_hex(&body)),
        routing_key: "release.v1",
        body,
        code,
    }
}

fn key_of(id: &str) -> String {
    format!("release/2020/01/01/{id}.json.zst")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn documents_of_other_numbers_are_others_and_every_shape_is_there() {
        let documents: Vec<Document> = (0..400).map(|number| read(&document(number))).collect();
        let ids: BTreeSet<&str> = documents.iter().map(|document| document.id.as_str()).collect();
        assert_eq!(ids.len(), 400);
        let shapes: BTreeSet<&str> = documents
            .iter()
            .map(|document| document.generation.as_str())
            .collect();
        assert_eq!(shapes.len(), 3, "{shapes:?}");
    }

    #[test]
    fn bad_messages_of_other_numbers_are_others() {
        let ids: BTreeSet<String> = (0..70).map(|number| bad_message(number).id).collect();
        assert_eq!(ids.len(), 70);
    }
}
