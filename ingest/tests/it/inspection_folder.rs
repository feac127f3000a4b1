//! Folders of inspections: one document each, whatever is missing.

use crate::support::shared_file;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use thoth_ingest::inspection_folder::MAX_LOG_BYTES;
use thoth_ingest::reader::{Piece, ReadOptions, Rejected, input_files, read_file};
use thoth_schema::document::{Document, DocumentKind, Limits};
use thoth_schema::error::{ErrorCode, Fault};

const ID: &str = "inspection-matmul-fd697eb4";

fn read(paths: &[PathBuf], options: &ReadOptions) -> Result<(Vec<Document>, Vec<Rejected>), Fault> {
    let (mut documents, mut rejected) = (Vec::new(), Vec::new());
    for file in input_files(paths)? {
        read_file(&file, options, &mut |piece| {
            match piece {
                Piece::Documents(more) => documents.extend(more),
                Piece::Rejected(one) => rejected.push(one),
            }
            Ok(())
        })?;
    }
    Ok((documents, rejected))
}

fn graceful() -> ReadOptions {
    ReadOptions {
        graceful: true,
        ..ReadOptions::default()
    }
}

fn write(root: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    let path = root.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

fn result(code: i64) -> String {
    json!({"exit_code": code, "datetime": "2020-08-18T16:33:32", "hostname": format!("{ID}-15"), "stdout": "x"}).to_string()
}

/// A whole inspection; its files end in `ending`.
fn inspection(root: &Path, ending: &str) {
    write(
        root,
        &format!("build/specification{ending}"),
        r#"{"base": "fedora:29", "@created": "2020-08-18T13:54:31"}"#,
    );
    write(root, "build/Dockerfile", "FROM fedora:29\n");
    write(root, &format!("build/log{ending}"), "built\n");
    for (number, code) in [(0, 0), (2, 0), (10, 1)] {
        write(root, &format!("results/{number}/result{ending}"), result(code));
        write(
            root,
            &format!("results/{number}/hwinfo{ending}"),
            r#"{"cpu_info": {"count": 4}}"#,
        );
        write(
            root,
            &format!("results/{number}/log{ending}"),
            "{not json: plain text\n",
        );
    }
}

fn content(document: &Document) -> Value {
    serde_json::from_slice(document.canonical_bytes()).unwrap()
}

#[test]
fn a_folder_is_one_document_in_numeric_order() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join(ID);
    inspection(&folder, ".json");
    let (documents, _) = read(&[root.path().to_path_buf()], &ReadOptions::default()).unwrap();
    assert_eq!(
        (documents.len(), documents[0].kind),
        (1, DocumentKind::Inspection)
    );
    assert_eq!(documents[0].upstream_id.as_deref(), Some(ID));
    let value = content(&documents[0]);
    let positions: Vec<&Value> = value["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| &run["position"])
        .collect();
    assert_eq!(positions, [0, 2, 10]);
    assert_eq!(
        value["results"][0]["log"],
        json!({"text": "{not json: plain text\n", "cutBytes": 0})
    );
    assert_eq!(value["buildLog"]["text"], "built\n");
    assert_eq!(value["dockerfile"]["text"], "FROM fedora:29\n");
    // Without endings it is the same document; so it is where the folder itself is named, twice.
    let other = tempfile::tempdir().unwrap();
    inspection(&other.path().join(ID), "");
    let named = other.path().join(ID);
    let (again, _) = read(&[named.clone(), named], &ReadOptions::default()).unwrap();
    assert_eq!((again.len(), &again[0].id), (1, &documents[0].id));
}

#[test]
fn other_files_beside_and_below_are_read_as_ever() {
    let root = tempfile::tempdir().unwrap();
    inspection(&root.path().join(ID), ".json");
    write(root.path(), "a.json", crate::support::record("a", "1"));
    write(
        root.path(),
        &format!("{ID}/extra/b.jsonl"),
        crate::support::record("b", "1"),
    );
    // Of a folder that is of something else nothing is put together.
    write(
        root.path(),
        "ours/results/0/result.json",
        crate::support::record("c", "1"),
    );
    let (documents, _) = read(&[root.path().to_path_buf()], &ReadOptions::default()).unwrap();
    let kinds: Vec<&str> = documents.iter().map(|document| document.kind.as_str()).collect();
    assert_eq!(kinds, ["release", "inspection", "release", "release"]);
}

#[test]
fn an_incomplete_folder_gives_what_is_there() {
    let root = tempfile::tempdir().unwrap();
    for (name, files, keys) in [
        (
            "inspection-a-1",
            vec![("build/specification", r#"{"base": "x"}"#)],
            vec!["inspectionId", "specification"],
        ),
        (
            "inspection-b-1",
            vec![("build/log", "failed")],
            vec!["buildLog", "inspectionId"],
        ),
        (
            "inspection-c-1",
            vec![("results/4/hwinfo.json", r#"{"cpu_info": {"count": 4}}"#)],
            vec!["inspectionId", "results"],
        ),
        (
            "inspection-d-1",
            vec![("results/0/log", ""), ("build/Dockerfile", "")],
            vec!["inspectionId"],
        ),
        (
            "elsewhere",
            vec![
                ("build/specification", r#"{"base": "x"}"#),
                ("results/0/result", &result(0)),
            ],
            vec!["inspectionId", "results", "specification"],
        ),
    ] {
        let folder = root.path().join(name);
        for (file, text) in files {
            write(&folder, file, text);
        }
        let (documents, rejected) = read(&[folder], &ReadOptions::default()).unwrap();
        assert_eq!((documents.len(), rejected.len()), (1, 0), "{name}");
        let value = content(&documents[0]);
        let found: Vec<&String> = value.as_object().unwrap().keys().collect();
        assert_eq!(found, keys, "{name}");
        // A folder under another name: what ran in it knows which inspection it was.
        let id = if name == "elsewhere" { ID } else { name };
        assert_eq!(documents[0].upstream_id.as_deref(), Some(id));
    }
}

#[test]
fn a_broken_file_refuses_the_folder_or_is_set_aside() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join(ID);
    inspection(&folder, ".json");
    write(&folder, "results/2/result.json", r#"{"exit_code": 0, "std"#);
    write(&folder, "results/10/hwinfo.json", "}");
    let fault = read(std::slice::from_ref(&folder), &ReadOptions::default()).unwrap_err();
    assert_eq!(fault.code, ErrorCode::TruncatedInput);
    assert!(fault.pointer.unwrap().ends_with("results/2/result.json"));
    let (documents, rejected) = read(std::slice::from_ref(&folder), &graceful()).unwrap();
    let codes: Vec<ErrorCode> = rejected.iter().map(|one| one.code).collect();
    assert_eq!(codes, [ErrorCode::TruncatedInput, ErrorCode::MalformedJson]);
    let value = content(&documents[0]);
    assert_eq!(
        (
            value["results"][1].get("result"),
            value["results"][2].get("hwinfo")
        ),
        (None, None)
    );
    assert_eq!(value["results"][2]["result"]["exit_code"], 1);
    // What breaks the schema is named by folder and pointer.
    write(&folder, "results/2/result.json", r#"{"exit_code": "zero"}"#);
    write(&folder, "results/10/hwinfo.json", "{}");
    let fault = read(std::slice::from_ref(&folder), &ReadOptions::default()).unwrap_err();
    assert_eq!(fault.code, ErrorCode::SchemaViolation);
    assert!(
        fault
            .pointer
            .unwrap()
            .ends_with("fd697eb4: /results/1/result/exit_code")
    );
    let (documents, rejected) = read(&[folder], &graceful()).unwrap();
    assert_eq!((documents.len(), rejected.len()), (0, 1));
}

#[test]
fn long_logs_keep_their_end_and_say_what_was_cut() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join(ID);
    for (extra, cut) in [(0, 0), (1, 1), (5, 5), (2_000_000, 2_000_000)] {
        write(&folder, "build/log", "x".repeat(MAX_LOG_BYTES + extra));
        let (documents, _) = read(std::slice::from_ref(&folder), &ReadOptions::default()).unwrap();
        let log = &content(&documents[0])["buildLog"];
        assert_eq!(
            (log["text"].as_str().unwrap().len(), log["cutBytes"].as_u64()),
            (MAX_LOG_BYTES, Some(cut))
        );
    }
    // The cut falls into a character of three bytes, of which two are left: it goes as well.
    write(
        &folder,
        "build/log",
        format!("\u{2713}{}", "x".repeat(MAX_LOG_BYTES - 2)),
    );
    let (documents, _) = read(&[folder], &ReadOptions::default()).unwrap();
    let log = &content(&documents[0])["buildLog"];
    assert_eq!(
        (log["text"].as_str().unwrap().len(), log["cutBytes"].as_u64()),
        (MAX_LOG_BYTES - 2, Some(3))
    );
}

#[test]
fn limits_hold_for_the_whole_and_for_each_file() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join(ID);
    inspection(&folder, "");
    let whole = read(std::slice::from_ref(&folder), &ReadOptions::default())
        .unwrap()
        .0[0]
        .canonical_bytes()
        .len();
    let within = |document_bytes: usize, depth: usize| ReadOptions {
        limits: Limits {
            document_bytes,
            heavy_document_bytes: document_bytes,
            depth,
        },
        ..ReadOptions::default()
    };
    read(std::slice::from_ref(&folder), &within(whole + 200, 64)).unwrap();
    for bytes in [whole - 1, 20] {
        let fault = read(std::slice::from_ref(&folder), &within(bytes, 64)).unwrap_err();
        assert_eq!(fault.code, ErrorCode::DocumentTooLarge, "{bytes}");
    }
    let fault = read(&[folder], &within(whole + 200, 3)).unwrap_err();
    assert_eq!(fault.code, ErrorCode::DocumentTooDeep);
}

#[test]
fn recorded_documents_hold_one_inspection_folder() {
    let Some(folder) = shared_file("documents/inspections") else {
        return;
    };
    let (documents, rejected) = read(&[folder], &ReadOptions::default()).unwrap();
    assert_eq!((documents.len(), rejected.len()), (1, 0));
    assert_eq!(
        (documents[0].generation.as_str(), documents[0].unknown_keys),
        ("amun 2020", 0)
    );
    assert_eq!(
        documents[0].upstream_id.as_deref(),
        Some("inspection-iotf-2-matmul-u38m-fd697eb4")
    );
    assert_eq!(documents[0].produced_at, "2020-08-18T16:35:13.250917Z");
}
