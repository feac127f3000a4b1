//! Security indicators: envelopes, and every form of the predecessor.

use serde_json::{Value, json};
use thoth_schema::document::{Document, DocumentKind, Limits, Payload};
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::security_indicator::SecurityReport;

use crate::shared;

fn read(value: &Value) -> Result<Document, Fault> {
    Document::from_json_bytes(value.to_string().as_bytes(), &Limits::default())
}

fn report(document: &Document) -> &SecurityReport {
    assert_eq!(document.kind, DocumentKind::SecurityIndicator);
    match &document.payload {
        Payload::SecurityIndicator(report) => report,
        _ => panic!("not a security indicator"),
    }
}

fn metric(report: &SecurityReport, name: &str) -> f64 {
    report.metrics.get(name).unwrap_or_else(|| panic!("no {name}")).0
}

fn envelope() -> Value {
    json!({
        "kind": "security-indicator", "schemaVersion": 1, "producer": {"name": "scanner", "version": "0.1"},
        "producedAt": "2024-05-06T07:08:09Z", "payload": {
            "tool": "semgrep", "toolVersion": "1.2", "package": "Flask", "version": "2.0.0", "observedAt": "2024-05-06T07:08:00Z",
            "metrics": {"findings": 2, "loc": 1200.5}, "findings": [{"testId": "X1", "severity": "LOW", "line": 3}],
        },
    })
}

#[test]
fn an_envelope_is_read_whole() {
    let document = read(&envelope()).unwrap();
    assert_eq!(
        (document.generation.as_str(), document.unknown_keys),
        ("envelope 1", 0)
    );
    let stated = report(&document);
    assert_eq!(
        (stated.package.as_ref(), stated.index.as_deref()),
        ("flask", None)
    );
    assert_eq!(metric(stated, "loc"), 1200.5);
    let again = Document::from_json_bytes(document.canonical_bytes(), &Limits::default()).unwrap();
    assert_eq!(again, document);
}

#[test]
fn what_breaks_the_schema_is_named_by_its_pointer() {
    let at = |place: &str, wrong: Value| {
        let mut value = envelope();
        *value.pointer_mut(place).unwrap() = wrong;
        let fault = read(&value).unwrap_err();
        assert_eq!(
            (fault.code, fault.pointer.as_deref()),
            (ErrorCode::SchemaViolation, Some(place)),
            "{fault}"
        );
    };
    at("/payload/tool", json!(" "));
    at("/payload/package", json!("-"));
    at("/payload/version", json!("one"));
    at("/payload/observedAt", json!("noon"));
    at("/payload/metrics/loc", json!("many"));
    at("/payload/metrics/loc", json!(u64::MAX));
    at("/payload/findings/0/line", json!("3"));
    let mut value = envelope();
    value["payload"]["findings"][0]["mood"] = json!("bad");
    assert_eq!(read(&value).unwrap().unknown_keys, 1);
    value["schemaVersion"] = json!(9);
    assert_eq!(read(&value).unwrap_err().code, ErrorCode::UnknownSchemaVersion);
    let text = envelope().to_string();
    let cut = Document::from_json_bytes(&text.as_bytes()[..text.len() / 2], &Limits::default());
    assert_eq!(cut.unwrap_err().code, ErrorCode::TruncatedInput);
    let narrow = Limits {
        document_bytes: 10,
        ..Limits::default()
    };
    let large = Document::from_json_bytes(text.as_bytes(), &narrow);
    assert_eq!(large.unwrap_err().code, ErrorCode::DocumentTooLarge);
}

/// A report of the analyzer, with the release under one of the names its arguments had.
fn of(analyzer: &str, part: &str, result: Value) -> Value {
    json!({"metadata": {"analyzer": analyzer, "analyzer_version": "0.1.0", "datetime": "2020-11-24T16:41:27.5", "document_id": "security-1",
        "arguments": {"other": {}, part: {"package_name": "Foo", "package_version": "1.0", "package_index": "https://index.test/simple"}}},
        "result": result})
}

fn finding(severity: &str, confidence: &str, rule: &str) -> Value {
    json!({"issue_severity": severity, "issue_confidence": confidence, "test_id": rule, "filename": "a.py", "line_number": 4,
        "issue_text": "no", "code": "x"})
}

#[test]
fn findings_of_bandit_are_counted() {
    let result = json!({"errors": [{"filename": "b.py", "reason": "syntax"}], "generated_at": "2020-11-24T16:41:26Z",
        "time_of_release": "2019-11-26T08:33:10.444043+00:00",
        "metrics": {"a.py": {"loc": 7}, "b.py": {"loc": 1}, "_totals": {"loc": 8, "nosec": 0}},
        "results": [finding("LOW", "HIGH", "B101"), finding("LOW", "HIGH", "B101"), finding("HIGH", "UNDEFINED", "B102")]});
    for part in ["app.py", "si-bandit"] {
        let document = read(&of("thoth-si-bandit", part, result.clone())).unwrap();
        assert_eq!(
            (document.generation.as_str(), document.unknown_keys),
            ("predecessor 2020", 0)
        );
        let stated = report(&document);
        assert_eq!(
            (
                stated.tool.as_str(),
                stated.package.as_ref(),
                stated.findings.len()
            ),
            ("bandit", "foo", 3)
        );
        for (name, figure) in [
            ("SEVERITY.LOW__CONFIDENCE.HIGH", 2.0),
            ("SEVERITY.HIGH__CONFIDENCE.LOW", 0.0),
            ("SEVERITY.HIGH__CONFIDENCE.UNDEFINED", 1.0),
            ("B101", 2.0),
            ("findings", 3.0),
            ("errors", 1.0),
            ("files", 2.0),
            ("loc", 8.0),
        ] {
            assert_eq!(metric(stated, name), figure, "{name}");
        }
        assert_eq!(stated.observed_at.as_deref(), Some("2020-11-24T16:41:26Z"));
        assert_eq!(stated.released_at.as_deref(), Some("2019-11-26T08:33:10.444043Z"));
    }
    let fault = read(&of("thoth-si-bandit", "app.py", json!({"results": {}}))).unwrap_err();
    assert_eq!(
        (fault.code, fault.pointer.as_deref()),
        (ErrorCode::SchemaViolation, Some("/result/results"))
    );
}

#[test]
fn lines_of_cloc_are_kept_by_language() {
    let result = json!({"Python": {"blank": 5, "code": 14, "comment": 4, "nFiles": 2}, "SUM": {"code": 14}, "error": false,
        "header": {"n_files": 2, "n_lines": 23, "elapsed_seconds": 0.3}, "odd": "?"});
    let document = read(&of("si-cloc", "app.py", result)).unwrap();
    let stated = report(&document);
    assert_eq!(
        (metric(stated, "Python.code"), metric(stated, "SUM.n_lines")),
        (14.0, 23.0)
    );
    assert_eq!((document.unknown_keys, &stated.error), (1, &None));
    let failed = read(&of(
        "si-cloc",
        "app.py",
        json!({"error": true, "error_msg": "no source"}),
    ))
    .unwrap();
    assert_eq!(report(&failed).error.as_deref(), Some("no source"));
}

#[test]
fn a_report_on_nothing_is_refused() {
    let mut value = of("si-cloc", "app.py", json!({}));
    value["metadata"]["arguments"]["app.py"]["package_name"] = Value::Null;
    let fault = read(&value).unwrap_err();
    assert_eq!(
        (fault.code, fault.pointer.as_deref()),
        (
            ErrorCode::SchemaViolation,
            Some("/metadata/arguments/app.py/package_name")
        )
    );
    value["metadata"]["arguments"] = json!({});
    assert_eq!(
        read(&value).unwrap_err().pointer.as_deref(),
        Some("/metadata/arguments")
    );
    let mut value = of("si-cloc", "app.py", json!({}));
    value["metadata"]["arguments"]["app.py"]["package_version"] = json!("2004d-nope");
    let fault = read(&value).unwrap_err();
    assert_eq!(
        (fault.code, fault.pointer.as_deref()),
        (
            ErrorCode::InvalidVersion,
            Some("/metadata/arguments/app.py/package_version")
        )
    );
}

#[test]
fn the_aggregate_of_the_real_scan_agrees_with_its_parts() {
    let folder = "documents/security";
    let Some(aggregate) = shared::json(&format!("{folder}/results-security-aggregated.json")) else {
        return;
    };
    let scan = format!("{folder}/security-indicator-211124154025-de8d82a3227adc99");
    let aggregate = read(&aggregate).unwrap();
    let bandit = read(&shared::json(&format!("{scan}-bandit.json")).unwrap()).unwrap();
    let cloc = read(&shared::json(&format!("{scan}-cloc.json")).unwrap()).unwrap();
    assert_eq!(
        (aggregate.generation.as_str(), bandit.generation.as_str()),
        ("aggregate 2021", "predecessor 2021")
    );
    assert_eq!(aggregate.produced_at, "2021-11-24T16:41:27.222462Z");
    assert_eq!(aggregate.producer.name, "thoth-si-bandit, si-cloc");
    for document in [&aggregate, &bandit, &cloc] {
        let stated = report(document);
        assert_eq!(
            (stated.package.as_ref(), stated.version.to_string().as_str()),
            ("filedepot", "0.7.1")
        );
        assert_eq!(stated.index.as_deref(), Some("https://index.test/simple"));
        assert_eq!(document.unknown_keys, 0, "{}", stated.tool);
    }
    let (aggregate, bandit, cloc) = (report(&aggregate), report(&bandit), report(&cloc));
    // Seven findings of low severity, of which bandit is sure: the aggregate says them crossed.
    assert_eq!(metric(bandit, "SEVERITY.LOW__CONFIDENCE.HIGH"), 7.0);
    assert_eq!((metric(bandit, "B101"), metric(bandit, "findings")), (3.0, 7.0));
    assert_eq!(metric(bandit, "loc"), 1825.0);
    for (name, figure) in &bandit.metrics {
        if name.starts_with("SEVERITY.") && !name.ends_with("UNDEFINED") {
            assert_eq!(metric(aggregate, name), figure.0, "{name}");
        }
    }
    for (name, figure) in &cloc.metrics {
        if name != "SUM.n_files" {
            assert_eq!(metric(aggregate, name), figure.0, "{name}");
        }
    }
    assert_eq!(metric(aggregate, "_total_severity"), 7.0);
}

#[test]
fn an_aggregate_with_metadata_is_one_too() {
    let result = json!({"SEVERITY.LOW__CONFIDENCE.LOW": 0, "SEVERITY.HIGH__CONFIDENCE.LOW": 2, "Python.code": 3, "error": false, "note": "x"});
    let document = read(&of("si-aggregator", "app.py", result)).unwrap();
    assert_eq!(
        (document.generation.as_str(), document.unknown_keys),
        ("predecessor 2020", 1)
    );
    assert_eq!(metric(report(&document), "SEVERITY.LOW__CONFIDENCE.HIGH"), 2.0);
    let wrong = json!({"SEVERITY.LOW__CONFIDENCE.LOW": "0"});
    let fault = read(&of("si-aggregator", "app.py", wrong)).unwrap_err();
    assert_eq!(
        fault.pointer.as_deref(),
        Some("/result/SEVERITY.LOW__CONFIDENCE.LOW")
    );
}
