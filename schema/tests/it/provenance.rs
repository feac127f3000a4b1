//! Checks of provenance: envelopes, and what the predecessor's checker wrote.

use serde_json::{Value, json};
use thoth_schema::document::{Document, DocumentKind, Limits, Payload};
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::provenance::{FindingSeverity, ProvenanceReport};

use crate::shared;

/// Breaks a document.
type Change = fn(&mut Value);

fn read(value: &Value) -> Result<Document, Fault> {
    Document::from_json_bytes(value.to_string().as_bytes(), &Limits::default())
}

fn report(document: &Document) -> &ProvenanceReport {
    match &document.payload {
        Payload::Provenance(report) => report,
        _ => panic!("not a check of provenance"),
    }
}

fn envelope() -> Value {
    json!({
        "kind": "provenance", "schemaVersion": 1, "producer": {"name": "checker", "version": "1"},
        "producedAt": "2024-01-01T00:00:00Z", "payload": {
            "admittedIndexes": ["https://index.example/simple"],
            "lock": [{"name": "Foo_Bar", "version": "1.0.0-rc.1"}, {"name": "it", "version": "==2", "index": "https://b.example"}],
            "findings": [
                {"id": "MISSING-PACKAGE", "severity": "error", "name": "it", "version": "2", "index": "https://b.example",
                    "message": "not there", "foundOn": ["https://index.example/simple"], "new": 1},
                {"id": "INSECURE-SOURCE", "severity": "warning"},
                {"id": "ARTIFACT-POSSIBLE-DIFFERENT-SOURCE", "severity": "info", "name": "it", "version": "two"},
            ]},
    })
}

/// The later form of the predecessor; the lock of a recorded project where there is one.
fn of_2021(lock: &Value) -> Value {
    json!({
        "metadata": {"analyzer": "thoth-adviser", "analyzer_version": "0.40.1", "datetime": "2021-11-22T08:30:01.5",
            "document_id": "provenance-checker-211122083001-fdfd3424eb98cef1", "arguments": {"provenance": {"requirements": "Pipfile"}}},
        "result": {"error": false, "error_msg": null, "input": null, "unheard_of": 1,
            "parameters": {"whitelisted_indexes": null, "project": {"requirements": {}, "requirements_locked": lock}},
            "report": [
                {"id": "ARTIFACT-DIFFERENT-SOURCE", "type": "ERROR", "justification": "hashes of another source",
                    "package_name": "click", "package_version": "8.1.3", "package_locked": {"version": "==8.1.3", "hashes": []},
                    "source": {"name": "pypi", "url": "https://index.example/simple", "verify_ssl": true},
                    "indexes": ["https://other.example/simple"], "sources": {}},
                {"id": "DIFFERENT-ARTIFACTS-ON-SOURCES", "type": "WARNING", "justification": "several",
                    "package_name": "flask", "package_locked": {"version": "==2.2.3"}, "source": null,
                    "indexes": [{"url": "https://a.example"}, {"url": "https://b.example"}]},
                {"id": "INVALID-ARTIFACT-HASH", "type": "ERROR", "justification": "nowhere", "digest": "sha256:00",
                    "package_name": "odd", "package_version": "==2004d-nope"},
                {"id": "INSECURE-SOURCE", "type": "WARNING", "justification": "not verified"},
            ]},
    })
}

/// The early form: nothing of what was checked, and no name of a run.
fn of_2018() -> Value {
    json!({
        "metadata": {"analyzer": "thoth-adviser", "analyzer_version": "0.0.2", "datetime": "2018-10-12T08:30:01",
            "hostname": "provenance-x"},
        "result": {"error": true, "parameters": {"whitelisted_sources": "https://a.example, https://b.example"}, "report": [
            {"id": "MISSING-PACKAGE", "type": "ERROR", "justification": "none has it", "package_name": "Foo", "package_version": "1.0",
                "source": null}]},
    })
}

fn small_lock() -> Value {
    json!({"_meta": {"sources": [{"name": "pypi", "url": "https://index.example/simple", "verify_ssl": true}]},
        "default": {"click": {"version": "==8.1.3", "index": "pypi", "hashes": ["sha256:00"]}, "flask": {"version": "==2.2.3"}},
        "develop": {"pytest": {"version": "==7.0"}}})
}

#[test]
fn an_envelope_is_read_and_written() {
    let document = read(&envelope()).unwrap();
    assert_eq!(document.kind, DocumentKind::Provenance);
    assert_eq!(
        (document.generation.as_str(), document.unknown_keys),
        ("envelope 1", 1)
    );
    let read_report = report(&document);
    let lock = read_report.lock.as_ref().unwrap();
    assert_eq!(
        (lock[0].name.as_str(), lock[0].version.as_str()),
        ("foo-bar", "1.0.0rc1")
    );
    assert_eq!(
        (lock[1].version.as_str(), lock[1].index.as_deref()),
        ("2", Some("https://b.example"))
    );
    assert_eq!(read_report.findings.len(), 2);
    assert_eq!(read_report.skipped.len(), 1);
    assert_eq!(read_report.skipped[0].pointer, "/payload/findings/2");
    let again = Document::new(
        document.producer.clone(),
        &document.produced_at,
        None,
        None,
        &document.payload,
    )
    .unwrap();
    assert_eq!(report(&again).findings, read_report.findings);
    assert_eq!(report(&again).lock, read_report.lock);
}

#[test]
fn documents_of_2021_are_read() {
    let document = read(&of_2021(&small_lock())).unwrap();
    assert_eq!(document.kind, DocumentKind::Provenance);
    assert_eq!(
        (document.generation.as_str(), document.unknown_keys),
        ("predecessor 2021", 1)
    );
    assert_eq!(
        document.upstream_id.as_deref(),
        Some("provenance-checker-211122083001-fdfd3424eb98cef1")
    );
    let report = report(&document);
    assert_eq!(report.error, None);
    let lock = report.lock.as_ref().unwrap();
    assert_eq!(
        lock.len(),
        2,
        "the packages for development are no part of the lock"
    );
    assert_eq!(lock[0].index.as_deref(), Some("https://index.example/simple"));
    let found: Vec<_> = report
        .findings
        .iter()
        .map(|finding| {
            (
                finding.id.as_str(),
                finding.severity,
                finding.version.as_deref(),
                finding.index.as_deref(),
                finding.found_on.len(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (
                "ARTIFACT-DIFFERENT-SOURCE",
                FindingSeverity::Error,
                Some("8.1.3"),
                Some("https://index.example/simple"),
                1
            ),
            (
                "DIFFERENT-ARTIFACTS-ON-SOURCES",
                FindingSeverity::Warning,
                Some("2.2.3"),
                None,
                2
            ),
            ("INSECURE-SOURCE", FindingSeverity::Warning, None, None, 0),
        ]
    );
    assert_eq!(report.skipped.len(), 1);
    assert_eq!(report.skipped[0].pointer, "/result/report/2");
}

#[test]
fn documents_of_2018_state_what_they_have() {
    let document = read(&of_2018()).unwrap();
    assert_eq!(
        (document.kind, document.generation.as_str()),
        (DocumentKind::Provenance, "predecessor 2018")
    );
    let report = report(&document);
    assert_eq!(report.lock, None);
    assert_eq!(report.error.as_deref(), Some("the check failed"));
    assert_eq!(
        report.admitted_indexes,
        ["https://a.example", "https://b.example"]
    );
    assert_eq!(report.findings[0].name.as_deref(), Some("foo"));
    assert_eq!(report.findings[0].index, None);
}

#[test]
fn an_empty_report_of_the_checker_is_one_of_provenance() {
    let mut value = of_2021(&small_lock());
    value["result"]["report"] = json!([]);
    assert_eq!(report(&read(&value).unwrap()).findings, []);
    value["metadata"]["document_id"] = json!("adviser-211122083001-fdfd3424eb98cef1");
    value["metadata"]["arguments"] = json!({"advise": {}});
    assert_ne!(
        read(&value).map(|document| document.kind).ok(),
        Some(DocumentKind::Provenance)
    );
}

#[test]
fn a_lock_that_is_no_set_of_releases_is_left_out_and_listed() {
    let mut lock = small_lock();
    lock["default"]["mine"] = json!({"path": "."});
    let document = read(&of_2021(&lock)).unwrap();
    let report = report(&document);
    assert_eq!(report.lock, None);
    let skipped: Vec<&str> = report.skipped.iter().map(|part| part.pointer.as_str()).collect();
    assert_eq!(
        skipped,
        [
            "/result/parameters/project/requirements_locked/default/mine",
            "/result/report/2",
            "/result/report/3"
        ]
    );
    let mut value = envelope();
    value["payload"]["lock"][1]["version"] = json!("two");
    let document = read(&value).unwrap();
    assert_eq!(self::report(&document).lock, None);
    assert_eq!(self::report(&document).skipped[0].pointer, "/payload/lock/1");
}

#[test]
fn a_recorded_lock_is_read() {
    let Some(lock) = shared::json("documents/provenance_flask/Pipfile.lock") else {
        return;
    };
    let document = read(&of_2021(&lock)).unwrap();
    let entries = lock["default"].as_object().unwrap().len();
    let found = report(&document).lock.as_ref().unwrap();
    assert_eq!(found.len(), entries);
    assert!(found.iter().any(|release| release.name == "flask"), "{found:?}");
    // As text, which early requests had.
    let document = read(&of_2021(&json!(lock.to_string()))).unwrap();
    assert_eq!(report(&document).lock.as_ref().unwrap().len(), entries);
}

fn broken(mut value: Value, change: Change) -> (ErrorCode, String) {
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
            |value| value["schemaVersion"] = json!(9),
            UnknownSchemaVersion,
            "/schemaVersion",
        ),
        (
            |value| value["payload"]["findings"] = json!({}),
            SchemaViolation,
            "/payload/findings",
        ),
        (
            |value| value["payload"]["findings"][0]["severity"] = json!("fatal"),
            SchemaViolation,
            "/payload/findings/0/severity",
        ),
        (
            |value| value["payload"]["findings"][0]["id"] = json!(1),
            SchemaViolation,
            "/payload/findings/0/id",
        ),
        (
            |value| value["payload"]["lock"][0]["version"] = json!(1),
            SchemaViolation,
            "/payload/lock/0/version",
        ),
        (
            |value| value["payload"]["lock"] = json!("x"),
            SchemaViolation,
            "/payload/lock",
        ),
    ];
    for &(change, code, pointer) in cases {
        assert_eq!(broken(envelope(), change), (code, pointer.to_owned()));
    }
    let cases: &[(Change, &str)] = &[
        (
            |value| value["result"]["report"] = json!("none"),
            "/result/report",
        ),
        (
            |value| value["result"]["report"][1] = json!("none"),
            "/result/report/1",
        ),
        (
            |value| value["result"]["report"][1]["type"] = json!("FATAL"),
            "/result/report/1/type",
        ),
        (
            |value| value["result"]["report"][1]["id"] = json!(null),
            "/result/report/1/id",
        ),
        (
            |value| value["metadata"]["datetime"] = json!("then"),
            "/metadata/datetime",
        ),
    ];
    for &(change, pointer) in cases {
        assert_eq!(
            broken(of_2021(&small_lock()), change),
            (SchemaViolation, pointer.to_owned())
        );
    }
}

#[test]
fn the_limits_hold_and_cut_documents_are_said_to_be_cut() {
    for value in [envelope(), of_2018(), of_2021(&small_lock())] {
        let text = value.to_string();
        let below = Limits {
            document_bytes: text.len() - 1,
            ..Limits::default()
        };
        let fault = Document::from_json_bytes(text.as_bytes(), &below).unwrap_err();
        assert_eq!(fault.code, ErrorCode::DocumentTooLarge);
        let fault =
            Document::from_json_bytes(&text.as_bytes()[..text.len() / 2], &Limits::default()).unwrap_err();
        assert_eq!(fault.code, ErrorCode::TruncatedInput);
    }
}
