//! Changes of an index.

use serde_json::{Value, json};
use thoth_schema::document::{Document, DocumentKind, Limits, Payload};
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::index_change::{ChangeKind, IndexChanges};

const HASH: &str = "9F8290d502cf11fad5ccc64d19f2724abcbc11549e6a8e2cdafc530109f198b4";

/// Breaks a document.
type Change = fn(&mut Value);

fn read(value: &Value) -> Result<Document, Fault> {
    Document::from_json_bytes(value.to_string().as_bytes(), &Limits::default())
}

fn envelope() -> Value {
    json!({
        "kind": "index-change", "schemaVersion": 1, "producer": {"name": "monitor", "version": "1"},
        "producedAt": "2024-01-01T00:00:00Z", "payload": {
            "index": "https://index.example/simple", "observedAt": "2024-01-01T00:00:00+01:00", "new": 1,
            "changes": [
                {"name": "Foo_Bar", "version": "1.0.0-rc.1", "change": "released", "files": [
                    {"filename": "foo_bar-1.0.0rc1.tar.gz", "sha256": HASH, "size": 7, "uploadTime": "2023-12-31T23:00:00.5Z", "new": 1}]},
                {"name": "foo", "version": "1", "change": "yanked", "yankedReason": "broken"},
                {"name": "foo", "version": "not a version", "change": "vanished"},
                {"name": "foo", "version": "1", "change": "unyanked"},
                {"name": "gone", "change": "vanished"},
                {"name": "foo", "version": "2", "change": "files-changed", "files": []},
                {"name": "foo", "version": "2", "change": "returned", "new": 1},
            ]},
    })
}

fn changes(document: &Document) -> &IndexChanges {
    match &document.payload {
        Payload::IndexChange(changes) => changes,
        _ => panic!("not a change of an index"),
    }
}

#[test]
fn changes_are_read() {
    let document = read(&envelope()).unwrap();
    assert_eq!(document.kind, DocumentKind::IndexChange);
    assert_eq!(
        (document.generation.as_str(), document.unknown_keys),
        ("envelope 1", 3)
    );
    let seen = changes(&document);
    assert_eq!(seen.observed_at.as_deref(), Some("2023-12-31T23:00:00Z"));
    let kinds: Vec<ChangeKind> = seen.changes.iter().map(|change| change.change).collect();
    use ChangeKind::{FilesChanged, Released, Returned, Unyanked, Vanished, Yanked};
    assert_eq!(
        kinds,
        [Released, Yanked, Unyanked, Vanished, FilesChanged, Returned]
    );
    let first = &seen.changes[0];
    assert_eq!(
        (first.name.as_ref(), first.version.as_deref()),
        ("foo-bar", Some("1.0.0rc1"))
    );
    let file = &first.files.as_ref().unwrap()[0];
    assert_eq!(file.sha256, HASH.to_ascii_lowercase());
    assert_eq!(file.upload_time.as_deref(), Some("2023-12-31T23:00:00.500000Z"));
    assert!(file.present);
    assert_eq!(seen.changes[3].version, None);
    assert_eq!(seen.skipped.len(), 1);
    assert_eq!(seen.skipped[0].pointer, "/payload/changes/2/version");
}

#[test]
fn what_is_read_can_be_written() {
    let document = read(&envelope()).unwrap();
    let again = Document::new(
        document.producer.clone(),
        &document.produced_at,
        None,
        None,
        &document.payload,
    )
    .unwrap();
    assert_eq!(changes(&again).changes, changes(&document).changes);
    assert_eq!(again.unknown_keys, 0);
}

fn broken(change: Change) -> (ErrorCode, String) {
    let mut value = envelope();
    change(&mut value);
    let fault = read(&value).unwrap_err();
    assert!(fault.remedy.is_some(), "{fault}");
    (fault.code, fault.pointer.unwrap_or_default())
}

#[test]
fn faults_have_a_place() {
    use ErrorCode::{SchemaViolation, UnknownSchemaVersion};
    let cases: &[(Change, ErrorCode, &str)] = &[
        (
            |value| value["schemaVersion"] = json!(2),
            UnknownSchemaVersion,
            "/schemaVersion",
        ),
        (
            |value| value["payload"]["index"] = json!(""),
            SchemaViolation,
            "/payload/index",
        ),
        (
            |value| value["payload"]["index"] = json!(null),
            SchemaViolation,
            "/payload/index",
        ),
        (
            |value| value["payload"]["observedAt"] = json!("now"),
            SchemaViolation,
            "/payload/observedAt",
        ),
        (
            |value| value["payload"]["changes"] = json!("none"),
            SchemaViolation,
            "/payload/changes",
        ),
        (
            |value| value["payload"]["changes"][1]["name"] = json!("?"),
            SchemaViolation,
            "/payload/changes/1/name",
        ),
        (
            |value| value["payload"]["changes"][1]["name"] = json!(""),
            SchemaViolation,
            "/payload/changes/1/name",
        ),
        (
            |value| value["payload"]["changes"][1]["change"] = json!("eaten"),
            SchemaViolation,
            "/payload/changes/1/change",
        ),
        (
            |value| value["payload"]["changes"][1]["version"] = json!(1),
            SchemaViolation,
            "/payload/changes/1/version",
        ),
        (
            |value| value["payload"]["changes"][1]["version"] = json!(null),
            SchemaViolation,
            "/payload/changes/1/version",
        ),
        (
            |value| value["payload"]["changes"][5]["files"] = json!(null),
            SchemaViolation,
            "/payload/changes/5/files",
        ),
        (
            |value| value["payload"]["changes"][4]["files"] = json!([]),
            SchemaViolation,
            "/payload/changes/4/files",
        ),
        (
            |value| value["payload"]["changes"][0]["files"][0]["sha256"] = json!("abc"),
            SchemaViolation,
            "/payload/changes/0/files/0/sha256",
        ),
        (
            |value| {
                let file = value["payload"]["changes"][0]["files"][0].clone();
                value["payload"]["changes"][0]["files"]
                    .as_array_mut()
                    .unwrap()
                    .push(file);
            },
            SchemaViolation,
            "/payload/changes/0/files/1",
        ),
    ];
    for &(change, code, pointer) in cases {
        assert_eq!(broken(change), (code, pointer.to_owned()));
    }
}

#[test]
fn the_limits_hold_and_cut_documents_are_said_to_be_cut() {
    let text = envelope().to_string();
    let below = Limits {
        document_bytes: text.len() - 1,
        ..Limits::default()
    };
    let fault = Document::from_json_bytes(text.as_bytes(), &below).unwrap_err();
    assert_eq!(fault.code, ErrorCode::DocumentTooLarge);
    let fault =
        Document::from_json_bytes(&text.as_bytes()[..text.len() - 1], &Limits::default()).unwrap_err();
    assert_eq!(fault.code, ErrorCode::TruncatedInput);
}
