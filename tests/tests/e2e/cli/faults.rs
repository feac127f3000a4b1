//! Bad input and absent services: one clear error with code and remedy, exit code 2, nothing half written.

use std::time::Duration;

use serde_json::json;

use super::{Place, expect_fault, record, records};

/// Ingests a bad file behind a good line and finds neither in store nor graph.
#[track_caller]
fn expect_refused(name: &str, content: &[u8], code: &str, place_in_file: &str) {
    let place = Place::new();
    let file = place.file(name, content);
    let output = place.thoth(["ingest", &file]).run();
    expect_fault(&output, code);
    assert!(output.stderr.contains(place_in_file), "{output:#?}");
    assert_eq!((place.stored(), place.documents_in_graph()), (0, 0));
    // The same holds for knowledge of one run.
    let output = place
        .thoth(["advise", "app", "--knowledge", &file, "--format", "json"])
        .run();
    expect_fault(&output, code);
}

#[test]
fn malformed_json_is_refused_whole() {
    let text = format!("{}{{\"name\": oops}}\n", records());
    expect_refused("bad.jsonl", text.as_bytes(), "MALFORMED_JSON", "bad.jsonl:6");
}

#[test]
fn a_truncated_record_file_is_refused_whole() {
    let text = records();
    expect_refused(
        "cut.jsonl",
        &text.as_bytes()[..text.len() - 20],
        "TRUNCATED_INPUT",
        "cut.jsonl:5",
    );
    let packed = zstd::encode_all(text.as_bytes(), 3).unwrap();
    expect_refused(
        "cut.jsonl.zst",
        &packed[..packed.len() / 2],
        "TRUNCATED_INPUT",
        "cut.jsonl.zst",
    );
}

#[test]
fn an_unknown_kind_is_refused() {
    let document = json!({
        "kind": "horoscope", "schemaVersion": 1, "producer": {"name": "p", "version": "1"},
        "producedAt": "2020-01-01T00:00:00Z", "payload": {},
    });
    expect_refused(
        "kind.json",
        document.to_string().as_bytes(),
        "UNKNOWN_DOCUMENT_KIND",
        "kind.json",
    );
}

#[test]
fn an_oversize_document_is_refused_and_one_at_the_limit_is_not() {
    let place = Place::new();
    let line = record("app", "1.0", &[]).to_string();
    let file = place.file("one.jsonl", line.clone() + "\n");
    let limited = |bytes: usize| {
        place
            .thoth(["ingest", &file])
            .env("THOTH_INGEST_DOCUMENT_BYTES", bytes.to_string())
            .run()
    };
    expect_fault(&limited(line.len() - 1), "DOCUMENT_TOO_LARGE");
    assert_eq!((place.stored(), place.documents_in_graph()), (0, 0));
    limited(line.len()).expect_code(0);
    assert_eq!((place.stored(), place.documents_in_graph()), (1, 1));
}

#[test]
fn files_that_are_absent_or_of_another_kind_are_named() {
    let place = Place::new();
    expect_fault(&place.thoth(["ingest", "absent.jsonl"]).run(), "NOT_FOUND");
    let file = place.file("notes.txt", "hello");
    expect_fault(&place.thoth(["ingest", &file]).run(), "INVALID_ARGUMENT");
}

#[test]
fn bad_requirements_are_named_by_file_and_line() {
    let place = Place::new();
    let knowledge = place.file("records.jsonl", records());
    let nested = place.file("nested.txt", "# fine\nlib ==\n");
    let outer = place.file("outer.txt", "app\n-r nested.txt\n");
    let output = place
        .thoth(["advise", "-r", &outer, "--knowledge", &knowledge])
        .run();
    assert!(output.stderr.contains(&format!("{nested}:2")), "{output:#?}");
    assert_eq!(
        (output.code, output.stdout.as_str()),
        (Some(2), ""),
        "{output:#?}"
    );

    let unsupported = place.file("url.txt", "app\nlib @ https://files.test/lib-1.0.zip\n");
    let output = place
        .thoth(["advise", "-r", &unsupported, "--knowledge", &knowledge])
        .run();
    expect_fault(&output, "UNSUPPORTED_REQUIREMENT");
    assert!(output.stderr.contains("url.txt:2"), "{output:#?}");
    let output = place
        .thoth(["advise", "-r", "absent.txt", "--knowledge", &knowledge])
        .run();
    expect_fault(&output, "IO_ERROR");
}

#[test]
fn bad_options_of_advise_are_named() {
    let place = Place::new();
    let knowledge = place.file("records.jsonl", records());
    let scores = place.file(
        "scores.jsonl",
        "{\"name\": \"app\", \"version\": \"1.0\", \"score\": 1}\n{\"name\": 3}\n",
    );
    let environment = place.file("environment.json", "{\"python_version\": \"3.11\"}");
    for (option, value, code, named) in [
        ("--scores", scores.as_str(), "SCHEMA_VIOLATION", "scores.jsonl:2"),
        (
            "--environment",
            environment.as_str(),
            "INVALID_ENVIRONMENT",
            "environment.json",
        ),
        ("--as-of", "yesterday", "INVALID_ARGUMENT", "yesterday"),
        ("--python-version", "three", "INVALID_ENVIRONMENT", "three"),
    ] {
        let output = place
            .thoth(["advise", "app", "--knowledge", &knowledge, option, value])
            .run();
        expect_fault(&output, code);
        assert!(output.stderr.contains(named), "{output:#?}");
    }
}

#[test]
fn an_unreachable_graph_leaves_the_store_empty() {
    let place = Place::new();
    let file = place.file("records.jsonl", records());
    let nobody = "bolt://127.0.0.1:9";
    let arguments: [&[&str]; 3] = [&["ingest", &file], &["advise", "app"], &["graph", "check"]];
    for arguments in arguments {
        let output = place
            .thoth([])
            .args(arguments.iter().copied())
            .args(["--graph", nobody]);
        expect_fault(
            &output.deadline(Duration::from_secs(60)).run(),
            "GRAPH_UNREACHABLE",
        );
    }
    assert_eq!(place.stored(), 0);
}

#[test]
fn an_unreachable_broker_leaves_the_store_empty() {
    let place = Place::new();
    let file = place.file("records.jsonl", records());
    let nobody = "amqp://127.0.0.1:9/%2f";
    let output = place
        .thoth(["ingest", &file, "--publish", "--broker", nobody])
        .run();
    expect_fault(&output, "BROKER_UNREACHABLE");
    assert_eq!(place.stored(), 0);
    expect_fault(
        &place.thoth(["worker", "--broker", nobody]).run(),
        "BROKER_UNREACHABLE",
    );
    expect_fault(&place.thoth(["worker"]).run(), "INVALID_CONFIGURATION");
}
