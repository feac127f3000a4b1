//! Files into documents: shapes, limits, faults.

use crate::support::{record, shared_file};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;
use thoth_ingest::reader::{
    MAX_FOLDER_DEPTH, Piece, RATIO_FREE_BYTES, ReadOptions, Rejected, input_files, read_file,
};
use thoth_schema::document::{Document, DocumentKind, Limits};
use thoth_schema::error::{ErrorCode, Fault};

fn read(path: &Path, options: &ReadOptions) -> Result<(Vec<Document>, Vec<Rejected>), Fault> {
    let (mut documents, mut rejected) = (Vec::new(), Vec::new());
    let outcome = read_file(path, options, &mut |piece| {
        match piece {
            Piece::Documents(more) => documents.extend(more),
            Piece::Rejected(one) => rejected.push(one),
        }
        Ok(())
    });
    assert!(
        outcome.is_ok() || documents.is_empty(),
        "nothing leaves a file that is refused"
    );
    outcome.map(|()| (documents, rejected))
}

fn names(documents: &[Document]) -> Vec<String> {
    documents
        .iter()
        .flat_map(Document::releases)
        .map(|release| release.name.to_string())
        .collect()
}

fn graceful() -> ReadOptions {
    ReadOptions {
        graceful: true,
        ..ReadOptions::default()
    }
}

fn written(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zst(bytes: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(bytes, 3).unwrap()
}

fn lines(count: usize) -> String {
    (0..count)
        .map(|number| record(&format!("p{number}"), "1.0") + "\n")
        .collect()
}

#[test]
fn every_shape_of_file_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let one = record("flask", "1.0");
    let pretty =
        serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(&one).unwrap()).unwrap();
    let two = format!("\n{one}\r\n\n  {}\n", record("click", "7.0"));
    let marked = format!("\u{feff}{two}");
    for (name, text, expected) in [
        ("one.json", &one, vec!["flask"]),
        ("pretty.json", &pretty, vec!["flask"]),
        ("lines.json", &two, vec!["flask", "click"]),
        ("lines.jsonl", &two, vec!["flask", "click"]),
        ("marked.jsonl", &marked, vec!["flask", "click"]),
        ("LINES.NDJSON", &two, vec!["flask", "click"]),
        ("empty.jsonl", &String::new(), vec![]),
    ] {
        let plain = written(folder.path(), name, text.as_bytes());
        let gzipped = written(folder.path(), &format!("{name}.gz"), &gzip(text.as_bytes()));
        let zipped = written(folder.path(), &format!("{name}.zst"), &zst(text.as_bytes()));
        for path in [plain, gzipped, zipped] {
            let (documents, rejected) = read(&path, &ReadOptions::default()).unwrap();
            assert_eq!(names(&documents), expected, "{}", path.display());
            assert!(rejected.is_empty());
        }
    }
}

#[test]
fn many_lines_keep_their_order_on_many_threads() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), "many.jsonl", lines(5_000).as_bytes());
    let expected: Vec<String> = (0..5_000).map(|number| format!("p{number}")).collect();
    assert_eq!(names(&read(&path, &ReadOptions::default()).unwrap().0), expected);
    // Too much to be held: read twice, the same outcome.
    let tight = ReadOptions {
        held_bytes: 1_000,
        ..ReadOptions::default()
    };
    assert_eq!(names(&read(&path, &tight).unwrap().0), expected);
}

#[test]
fn a_faulty_file_gives_nothing_and_names_the_line() {
    let folder = tempfile::tempdir().unwrap();
    let good = lines(4_000);
    for (name, bad, code) in [
        ("malformed", "{\"name\": nonsense}", ErrorCode::MalformedJson),
        (
            "kind",
            "{\"kind\":\"recipe\",\"payload\":{}}",
            ErrorCode::UnknownDocumentKind,
        ),
        ("shape", "{\"hello\":1}", ErrorCode::UnknownDocumentKind),
        (
            "schema",
            "{\"name\":\"x\",\"version\":1}",
            ErrorCode::SchemaViolation,
        ),
        ("cut", "{\"name\":\"x\",\"ver", ErrorCode::TruncatedInput),
    ] {
        let path = written(
            folder.path(),
            &format!("{name}.jsonl"),
            format!("{good}{bad}").as_bytes(),
        );
        for held_bytes in [1_000, 1 << 30] {
            let fault = read(
                &path,
                &ReadOptions {
                    held_bytes,
                    ..ReadOptions::default()
                },
            )
            .unwrap_err();
            assert_eq!(fault.code, code, "{fault}");
            let place = fault.pointer.clone().unwrap();
            assert!(place.starts_with(&format!("{}:4001", path.display())), "{place}");
        }
        let (documents, rejected) = read(&path, &graceful()).unwrap();
        assert_eq!((documents.len(), rejected.len()), (4_000, 1));
        assert_eq!(rejected[0].code, code);
        assert!(rejected[0].place.contains(":4001"));
    }
}

#[test]
fn a_cut_compressed_file_is_truncated_input() {
    let folder = tempfile::tempdir().unwrap();
    let text = lines(3_000);
    for (name, bytes) in [
        ("cut.jsonl.gz", gzip(text.as_bytes())),
        ("cut.jsonl.zst", zst(text.as_bytes())),
    ] {
        for length in [bytes.len() - 1, bytes.len() / 2, 0] {
            let path = written(folder.path(), name, &bytes[..length]);
            let fault = read(&path, &ReadOptions::default()).unwrap_err();
            assert_eq!(fault.code, ErrorCode::TruncatedInput, "{name} {length}: {fault}");
            assert!(
                fault
                    .pointer
                    .clone()
                    .unwrap()
                    .starts_with(&path.display().to_string()),
                "{fault}"
            );
            assert!(fault.remedy.is_some());
            let (documents, rejected) = read(&path, &graceful()).unwrap();
            assert!(documents.len() <= 3_000);
            assert_eq!(rejected.last().unwrap().code, ErrorCode::TruncatedInput);
        }
    }
    let path = written(
        folder.path(),
        "no.jsonl.zst",
        b"plain text, whatever the name says",
    );
    assert_eq!(
        read(&path, &ReadOptions::default()).unwrap_err().code,
        ErrorCode::IoError
    );
}

#[test]
fn a_document_may_be_as_large_as_the_limit_and_not_a_byte_larger() {
    let folder = tempfile::tempdir().unwrap();
    let text = record("flask", "1.0");
    for (name, content) in [
        ("one.json", text.clone()),
        ("lines.jsonl", format!("{}\n{text}\n", record("a", "1"))),
        ("pretty.json", text.replacen(',', ",\n", 1)),
    ] {
        let path = written(folder.path(), name, content.as_bytes());
        let longest = if name == "lines.jsonl" {
            text.len()
        } else {
            content.len()
        };
        let with = |document_bytes| ReadOptions {
            limits: Limits {
                document_bytes,
                heavy_document_bytes: document_bytes,
                ..Limits::default()
            },
            ..ReadOptions::default()
        };
        assert!(read(&path, &with(longest)).is_ok(), "{name}");
        for less in [longest - 1, longest - 2, longest / 2] {
            let fault = read(&path, &with(less)).unwrap_err();
            assert_eq!(fault.code, ErrorCode::DocumentTooLarge, "{name}: {fault}");
            assert!(fault.pointer.is_some() && fault.remedy.is_some());
        }
    }
}

/// Lines may be as long as documents of a heavy kind; of a light kind they are refused once their kind is known.
#[test]
fn a_line_may_be_as_long_as_a_heavy_document() {
    let folder = tempfile::tempdir().unwrap();
    let name = "x".repeat(2_000);
    let image = format!(
        r#"{{"kind":"image","schemaVersion":1,"producer":{{"name":"t","version":"1"}},"producedAt":"2026-01-01T00:00:00Z","payload":{{"names":["{name}"]}}}}"#
    );
    let long = format!(r#"{{"name":"flask","version":"1.0","summary":"{name}"}}"#);
    let text = format!("{image}\n{long}\n{image} \n{}\n", record("flask", "1.0"));
    let path = written(folder.path(), "mixed.jsonl", text.as_bytes());
    let with = |heavy_document_bytes| ReadOptions {
        limits: Limits {
            document_bytes: 1_000,
            heavy_document_bytes,
            ..Limits::default()
        },
        ..graceful()
    };
    let (documents, rejected) = read(&path, &with(image.len())).unwrap();
    let kinds: Vec<DocumentKind> = documents.iter().map(|document| document.kind).collect();
    assert_eq!(
        kinds,
        [DocumentKind::Image, DocumentKind::Image, DocumentKind::Release]
    );
    assert_eq!(rejected.len(), 1);
    assert_eq!(rejected[0].code, ErrorCode::DocumentTooLarge);
    assert!(rejected[0].place.ends_with(":2"), "{rejected:?}");
    let (documents, rejected) = read(&path, &with(image.len() - 1)).unwrap();
    assert_eq!((documents.len(), rejected.len()), (1, 3));
}

#[test]
fn a_long_line_is_set_aside_and_the_next_one_read() {
    let folder = tempfile::tempdir().unwrap();
    let long = format!("{{\"name\":\"{}\"}}", "x".repeat(5_000));
    let path = written(
        folder.path(),
        "long.jsonl",
        format!("{long}\n{}\n", record("flask", "1.0")).as_bytes(),
    );
    let options = ReadOptions {
        limits: Limits {
            document_bytes: 1_000,
            heavy_document_bytes: 1_000,
            depth: 64,
        },
        ..graceful()
    };
    let (documents, rejected) = read(&path, &options).unwrap();
    assert_eq!(names(&documents), ["flask"]);
    assert_eq!(rejected[0].code, ErrorCode::DocumentTooLarge);
    assert!(rejected[0].place.ends_with(":1"));
}

#[test]
fn a_file_may_unpack_to_its_limit_and_not_a_byte_more() {
    let folder = tempfile::tempdir().unwrap();
    let text = lines(1_000);
    for (name, bytes) in [
        ("l.jsonl.gz", gzip(text.as_bytes())),
        ("l.jsonl.zst", zst(text.as_bytes())),
    ] {
        let path = written(folder.path(), name, &bytes);
        let with = |decompressed_bytes| ReadOptions {
            decompressed_bytes,
            ..ReadOptions::default()
        };
        assert_eq!(read(&path, &with(text.len() as u64)).unwrap().0.len(), 1_000);
        let fault = read(&path, &with(text.len() as u64 - 1)).unwrap_err();
        assert_eq!(fault.code, ErrorCode::DecompressionLimit, "{fault}");
    }
}

#[test]
fn a_file_that_unpacks_out_of_all_proportion_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let blank = vec![b'\n'; RATIO_FREE_BYTES as usize * 2];
    let path = written(folder.path(), "bomb.jsonl.zst", &zst(&blank));
    let fault = read(&path, &ReadOptions::default()).unwrap_err();
    assert_eq!(fault.code, ErrorCode::DecompressionLimit, "{fault}");
}

#[test]
fn folders_are_read_by_name_and_what_is_no_document_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("b/c")).unwrap();
    for name in ["b/c/2.json", "b/1.jsonl", "a.json.gz", "z.txt", "b/README.md"] {
        written(folder.path(), name, b"");
    }
    let found = input_files(&[folder.path().join("b/1.jsonl"), folder.path().to_path_buf()]).unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|path| path.strip_prefix(folder.path()).unwrap().to_str().unwrap())
        .collect();
    assert_eq!(found, ["b/1.jsonl", "a.json.gz", "b/c/2.json"]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.path(), folder.path().join("b/circle")).unwrap();
        assert_eq!(input_files(&[folder.path().to_path_buf()]).unwrap().len(), 3);
    }

    for (path, code) in [
        (folder.path().join("absent.json"), ErrorCode::NotFound),
        (folder.path().join("z.txt"), ErrorCode::InvalidArgument),
        (tempfile::tempdir().unwrap().keep(), ErrorCode::InvalidArgument),
    ] {
        let fault = input_files(&[path]).unwrap_err();
        assert_eq!(fault.code, code, "{fault}");
        assert!(fault.pointer.is_some() && fault.remedy.is_some());
    }
}

#[test]
fn the_recorded_corpus_is_read_whole() {
    let Some(path) = shared_file("pypi/corpus.jsonl.zst") else {
        return;
    };
    let started = Instant::now();
    let (documents, rejected) = read(&path, &ReadOptions::default()).unwrap();
    eprintln!("{} records read in {:?}", documents.len(), started.elapsed());
    assert_eq!((documents.len(), rejected.len()), (16_809, 0));
}

#[test]
fn documents_of_the_predecessor_are_read() {
    let Some(path) = shared_file("documents/solver") else {
        return;
    };
    let mut count = 0;
    for file in input_files(&[path]).unwrap() {
        let (documents, _) = read(&file, &ReadOptions::default()).unwrap();
        assert!(
            documents
                .iter()
                .all(|document| document.kind == DocumentKind::Solver)
        );
        count += documents.len();
    }
    assert!(count > 1_000, "{count}");
}

#[test]
fn folders_are_followed_to_the_limit_and_not_deeper() {
    let nested = |depth: usize| {
        let folder = tempfile::tempdir().unwrap();
        let inner = (0..depth).fold(folder.path().to_path_buf(), |path, _| path.join("f"));
        std::fs::create_dir_all(&inner).unwrap();
        written(&inner, "a.json", record("a", "1").as_bytes());
        input_files(&[folder.path().to_path_buf()])
    };
    assert_eq!(nested(MAX_FOLDER_DEPTH).unwrap().len(), 1);
    assert_eq!(
        nested(MAX_FOLDER_DEPTH + 1).unwrap_err().code,
        ErrorCode::LimitExceeded
    );
}
