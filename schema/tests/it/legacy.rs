//! Solver documents of the predecessor.

use serde_json::{Value, json};
use thoth_schema::document::{Document, Limits, Payload, sha256_hex};
use thoth_schema::error::ErrorCode;
use thoth_schema::records;
use thoth_schema::solver::{Outcome, SolverRun};

use crate::shared;

fn read(value: &Value) -> Document {
    Document::from_json_bytes(value.to_string().as_bytes(), &Limits::default()).unwrap()
}

fn run(document: &Document) -> &SolverRun {
    match &document.payload {
        Payload::Solver(run) => run,
        _ => panic!("not a solver document"),
    }
}

/// The shape of 2018: no indexes, no markers, versions as plain lists.
fn of_2018() -> Value {
    json!({
        "metadata": {"analyzer": "thoth-solver", "analyzer_version": "0.0.2", "datetime": "2018-06-12T08:30:01.5",
                     "hostname": "solver-x", "distribution": {"id": "fedora", "version": "27"},
                     "python": {"major": 3, "minor": 6}},
        "result": {
            "errors": [{"package": "broken", "version": "1.0", "type": "command_error", "details": {"message": "no", "return_code": 1}},
                       {"package_name": "odd", "type": "not_site_package", "details": "gone"}],
            "tree": [
                {"package_name": "Foo", "package_version": "1.0", "dependencies": [
                    {"package_name": "bar", "required_version": ">=1.0,<2", "resolved_versions": ["1.0", "1.1"]},
                    {"package_name": "baz", "required_version": "Any", "resolved_versions": []},
                    {"package_name": "qux", "required_version": null, "resolved_versions": []}]},
                {"package": "late", "version": "2.0", "index": "https://index.test/simple", "dependencies": []},
                {"package_name": "old", "package_version": "2004d-nope", "dependencies": []},
                {"package_name": "hole", "package_version": "1", "dependencies": [{"package_name": "bar", "required_version": "??"}]}],
            "unresolved": [{"package_name": "none", "version_spec": "===9"}],
            "unparsed": [{"requirement": "a b c", "details": "Parse error"}]
        }
    })
}

#[test]
fn documents_of_2018_state_what_they_have() {
    let value = of_2018();
    let document = read(&value);
    assert_eq!(document.id, sha256_hex(document.canonical_bytes()));
    assert_eq!(
        serde_json::from_slice::<Value>(document.canonical_bytes()).unwrap(),
        value
    );
    assert_eq!(document.produced_at, "2018-06-12T08:30:01.500000Z");
    assert_eq!(
        (
            document.producer.name.as_str(),
            document.producer.version.as_str()
        ),
        ("thoth-solver", "0.0.2")
    );
    assert_eq!(document.upstream_id.as_deref(), Some("solver-x"));
    assert_eq!(document.environment, None);
    let run = run(&document);
    assert_eq!(
        (run.os_name.as_deref(), run.os_version.as_deref()),
        (Some("fedora"), Some("27"))
    );
    assert_eq!(
        (run.python_version.as_deref(), run.platform.as_deref()),
        (Some("3.6"), None)
    );
    assert_eq!(run.results.len(), 3);
    let first = &run.results[0].release;
    assert_eq!(first.name.as_ref(), "foo");
    assert_eq!(
        first.requires_dist.as_deref().unwrap(),
        ["bar>=1.0,<2", "baz", "qux"]
    );
    assert_eq!(
        (&first.index, &first.summary, first.artifacts.len()),
        (&None, &None, 0)
    );
    assert_eq!(
        run.results[1].release.index.as_deref(),
        Some("https://index.test/simple")
    );
    assert_eq!(run.results[1].release.requires_dist, Some(Vec::new()));
    // A requirement that cannot be read leaves the list unknown, and is told.
    assert_eq!(run.results[2].release.requires_dist, None);
    let skipped: Vec<&str> = run
        .skipped
        .iter()
        .map(|skipped| skipped.pointer.as_str())
        .collect();
    assert_eq!(skipped, ["/result/tree/2", "/result/tree/3/dependencies/0"]);
    assert_eq!(run.unresolved[0].specifier.as_deref(), Some("===9"));
    assert_eq!(run.unparsed[0].requirement, "a b c");
}

#[test]
fn observations_are_passes_then_failures() {
    let document = read(&of_2018());
    let seen: Vec<(usize, String, Outcome, Option<String>)> = run(&document)
        .observations()
        .map(|one| {
            (
                one.position,
                one.name.to_owned(),
                one.outcome,
                one.error_class.map(str::to_owned),
            )
        })
        .collect();
    assert_eq!(seen.len(), 5);
    assert_eq!(seen[0], (0, "foo".to_owned(), Outcome::Pass, None));
    assert_eq!(
        seen[3],
        (
            3,
            "broken".to_owned(),
            Outcome::Fail,
            Some("command_error".to_owned())
        )
    );
    assert_eq!(seen[4].3.as_deref(), Some("not_site_package"));
}

#[test]
fn later_generations_say_more() {
    let value = json!({
        "metadata": {"analyzer": "thoth-solver", "analyzer_version": "1.10.0", "timestamp": 1_600_000_000, "duration": 8,
                     "document_id": "solver-rhel-8-py38-220131050913-b7c4ef0fc532ac45", "thoth_deployment_name": "prod"},
        "result": {"platform": "linux-x86_64", "environment": {"python_version": "3.8", "sys_platform": "linux"}, "new": 1,
            "errors": [], "unparsed": [], "unresolved": [],
            "tree": [{
                "package_name": "a", "package_version": "1", "package_version_requested": "1.0", "index_url": "https://index.test/simple",
                "sha256": ["c8809a016ce72b01e0d7a39aa9b553f796c14c21c1899fad4e8bbe51eca87536", "zz"],
                "packages": ["a", "a.b"], "is_yanked": true,
                "package_license": {"license": {"full_name": "MIT License", "identifier": "MIT", "identifier_spdx": "MIT"}},
                "importlib_metadata": {"metadata": {"License": "UNKNOWN", "Summary": "text", "Classifier": ["X :: Y"],
                    "Requires-Python": ">=3.6", "Metadata-Version": "2.1", "Provides-Extra": ["t"]}, "requires": null},
                "dependencies": [
                    {"package_name": "b", "specifier": ">=1", "extras": ["x", "y"], "extra": ["t"], "marker": "extra == \"t\""},
                    {"package_name": "c", "specifier": null, "extras": [], "extra": ["t", "u"], "marker": null}]
            }]}
    });
    let document = read(&value);
    assert_eq!(document.produced_at, "2020-09-13T12:26:40Z");
    assert_eq!(document.origin.as_deref(), Some("prod"));
    assert_eq!(document.unknown_keys, 1);
    let run = run(&document);
    assert_eq!(
        (run.os_name.as_deref(), run.os_version.as_deref()),
        (Some("rhel"), Some("8"))
    );
    assert_eq!(run.duration_seconds, Some(8.0));
    let solved = &run.results[0];
    assert_eq!(
        solved.release.requires_dist.as_deref().unwrap(),
        ["b[x,y]>=1; extra == \"t\"", "c; extra == \"t\" or extra == \"u\""]
    );
    assert_eq!(solved.sha256.len(), 1);
    assert_eq!(run.skipped[0].pointer, "/result/tree/0/sha256");
    assert_eq!(
        (solved.license_identifier.as_deref(), &solved.release.license),
        (Some("MIT"), &None)
    );
    assert_eq!(solved.packages.as_deref().unwrap(), ["a", "a.b"]);
    assert!(solved.release.yanked);
    assert_eq!(solved.release.requires_python.as_deref(), Some(">=3.6"));
}

#[test]
fn other_documents_are_refused() {
    let code = |value: Value| Document::from_value(&value).unwrap_err();
    let fault = code(json!({"metadata": {"analyzer": "package-extract"}, "result": {}}));
    assert_eq!(
        (fault.code, fault.pointer.as_deref()),
        (ErrorCode::UnknownDocumentKind, Some("/metadata/analyzer"))
    );
    let fault = code(json!({"metadata": {"analyzer": "thoth-solver"}, "result": {"tree": []}}));
    assert_eq!(
        (fault.code, fault.pointer.as_deref()),
        (ErrorCode::SchemaViolation, Some("/metadata/datetime"))
    );
    let fault =
        code(json!({"metadata": {"analyzer": "thoth-solver", "timestamp": 1}, "result": {"tree": 1}}));
    assert_eq!(
        (fault.code, fault.pointer.as_deref()),
        (ErrorCode::SchemaViolation, Some("/result/tree"))
    );
    let fault = code(json!({"metadata": 1, "result": {}}));
    assert_eq!(fault.code, ErrorCode::SchemaViolation);
}

#[test]
fn the_real_document_of_2020_is_read() {
    let Some(value) = shared::json("documents/solver-2020-fedora31-py37-dask.json") else {
        return;
    };
    let document = read(&value);
    assert_eq!(document.produced_at, "2020-06-09T03:47:20.082100Z");
    assert_eq!(
        document.upstream_id.as_deref(),
        Some("solver-fedora-31-py37-012b745d")
    );
    let run = run(&document);
    assert_eq!(
        (run.os_name.as_deref(), run.os_version.as_deref()),
        (Some("fedora"), Some("31"))
    );
    let solved = &run.results[0];
    assert_eq!(solved.release.requires_dist.as_ref().unwrap().len(), 24);
    assert_eq!(
        solved.release.requires_dist.as_ref().unwrap()[1],
        "numpy (>=1.13.0) ; extra == 'array'"
    );
    assert_eq!((solved.sha256.len(), solved.release.artifacts.len()), (2, 0));
    assert_eq!(solved.release.requires_python.as_deref(), Some(">=3.6"));
    assert_eq!((document.unknown_keys, run.skipped.len()), (0, 0));
    let again = Document::from_json_bytes(document.canonical_bytes(), &Limits::default()).unwrap();
    assert_eq!(again, document);
}

#[test]
fn the_recorded_corpus_in_the_solvers_shape_is_read() {
    for (file, count) in [
        ("flask-2020-02-06-py36", 204),
        ("tf2.1.0-flask-2020-08-21-py37", 1_507),
    ] {
        let Some(lines) = shared::lines(&format!("documents/solver/{file}.jsonl.zst")) else {
            return;
        };
        let mut read = 0;
        for (position, line) in lines.enumerate() {
            let document = records::parse_line(&line, position + 1).unwrap().unwrap();
            let run = run(&document);
            assert!(run.skipped.is_empty(), "{:?}", run.skipped);
            assert_eq!(document.unknown_keys, 0);
            for solved in &run.results {
                let stated = solved.release.requires_dist.as_ref().unwrap();
                assert!(
                    stated
                        .iter()
                        .all(|text| thoth_schema::requirement::Requirement::parse(text).is_ok())
                );
            }
            read += 1;
        }
        assert_eq!(read, count, "{file}");
    }
}

/// Both ways of stating requirements agree: rebuilt from dependencies, they mean what was published.
#[test]
fn rebuilt_requirements_mean_what_was_published() {
    let Some(value) = shared::json("documents/solver-2020-fedora31-py37-dask.json") else {
        return;
    };
    let mut bare = value.clone();
    bare["result"]["tree"][0]
        .as_object_mut()
        .unwrap()
        .remove("importlib_metadata");
    let (published, rebuilt) = (read(&value), read(&bare));
    let parsed = |document: &Document| {
        let texts = run(document).results[0].release.requires_dist.clone().unwrap();
        texts
            .iter()
            .map(|text| thoth_schema::requirement::Requirement::parse(text).unwrap())
            .collect::<Vec<_>>()
    };
    let (published, rebuilt) = (parsed(&published), parsed(&rebuilt));
    assert_eq!(published.len(), rebuilt.len());
    for one in &published {
        assert!(
            rebuilt
                .iter()
                .any(|two| two.name == one.name && two.versions == one.versions && two.marker == one.marker),
            "{one}"
        );
    }
}
