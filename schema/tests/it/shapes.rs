//! Documents as other programs write them.

use serde_json::{Value, json};
use thoth_schema::document::{Document, DocumentKind, Limits, Payload};
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::release::Release;

use crate::shared;

fn read(value: &Value) -> Result<Document, Fault> {
    Document::from_json_bytes(value.to_string().as_bytes(), &Limits::default())
}

fn releases(document: &Document) -> &[Release] {
    match &document.payload {
        Payload::Release(releases) => releases,
        _ => panic!("not releases"),
    }
}

fn refused(value: &Value) -> (ErrorCode, String) {
    let fault = read(value).unwrap_err();
    assert!(fault.remedy.is_some(), "{fault}");
    (fault.code, fault.pointer.unwrap_or_default())
}

fn violation(pointer: &str) -> (ErrorCode, String) {
    (ErrorCode::SchemaViolation, pointer.to_owned())
}

#[test]
fn installed_distributions_are_releases() {
    let value = json!({"metadata": {"Name": "Foo.Bar", "Version": "1.0", "Requires-Dist": ["last; extra == 'x'"], "License": "UNKNOWN",
        "Summary": "s"}, "requires": ["a (>=1)", "last; extra == 'x'"], "entry_points": [], "files": [], "version": "1.0", "new": 1});
    let document = read(&value).unwrap();
    assert_eq!(
        (document.kind, document.generation.as_str()),
        (DocumentKind::Release, "importlib-metadata")
    );
    assert_eq!(
        (document.produced_at.as_str(), document.unknown_keys),
        ("1970-01-01T00:00:00Z", 1)
    );
    let release = &releases(&document)[0];
    assert_eq!(
        (release.name.as_ref(), release.index.as_deref()),
        ("foo-bar", None)
    );
    assert_eq!(
        release.requires_dist.as_deref().unwrap(),
        ["a (>=1)", "last; extra == 'x'"]
    );
    assert_eq!(
        (release.license.as_deref(), release.summary.as_deref()),
        (None, Some("s"))
    );
    assert!(release.yank_unknown);
    let nothing = read(&json!({"metadata": {"Name": "a", "Version": "1"}, "requires": null})).unwrap();
    assert_eq!(releases(&nothing)[0].requires_dist, Some(Vec::new()));
    assert_eq!(
        refused(&json!({"metadata": {"Name": 1, "Version": "1"}})),
        violation("/metadata/Name")
    );
    assert_eq!(
        refused(&json!({"metadata": {"Name": "?", "Version": "1"}})),
        violation("/metadata/Name")
    );
    assert_eq!(
        refused(&json!({"metadata": {"Name": "a", "Version": "x y"}})),
        violation("/metadata/Version")
    );
    let wrong = json!({"metadata": {"Name": "a", "Version": "1"}, "requires": "a"});
    assert_eq!(refused(&wrong), violation("/requires"));
}

#[test]
fn a_tree_item_alone_is_a_release() {
    let hash = "c8809a016ce72b01e0d7a39aa9b553f796c14c21c1899fad4e8bbe51eca87536";
    let value = json!({"package_name": "A", "package_version": "1", "index_url": "https://index.test/simple", "sha256": [hash, "zz"],
        "packages": ["a"], "dependencies": [{"package_name": "b", "specifier": ">=1", "extras": ["x"], "extra": ["t"], "marker": null}]});
    let document = read(&value).unwrap();
    assert_eq!(
        (document.kind, document.generation.as_str()),
        (DocumentKind::Release, "solver tree item")
    );
    let release = &releases(&document)[0];
    assert_eq!(
        release.requires_dist.as_deref().unwrap(),
        ["b[x]>=1; extra == \"t\""]
    );
    assert_eq!(
        (release.file_hashes.as_slice(), release.modules.as_slice()),
        (&[hash.to_owned()][..], &["a".to_owned()][..])
    );
    assert_eq!(release.skipped[0].pointer, "/sha256");
    let bad = json!({"package_name": "a", "package_version": "2004d-nope", "dependencies": []});
    assert_eq!(refused(&bad), violation("/package_version"));
    let bad = json!({"package_name": "?", "package_version": "1", "dependencies": []});
    assert_eq!(refused(&bad), violation("/package_name"));
}

fn file(name: &str, digit: char, at: &str) -> Value {
    json!({"filename": name, "packagetype": "sdist", "digests": {"sha256": digit.to_string().repeat(64)}, "size": 5,
        "upload_time": at, "requires_python": ">=3", "url": "https://files.test/x"})
}

fn page() -> Value {
    json!({"info": {"name": "A_b", "version": "2.0", "requires_dist": ["c"], "requires_python": "", "summary": "s", "license": "",
            "package_url": "https://index.test/project/a-b"}, "last_serial": 3, "urls": [],
        "releases": {"1.0": [file("a-1.0.tar.gz", 'a', "2018-01-01T00:00:00"), file("a-1.0.zip", 'b', "2017-01-01T00:00:00.5")],
            "2.0": [file("a-2.0.tar.gz", 'c', "2019-01-01T00:00:00")], "0.0.1": [], "2004d-nope": []}})
}

#[test]
fn a_page_of_an_index_is_all_its_releases() {
    let document = read(&page()).unwrap();
    assert_eq!(
        (document.kind, document.generation.as_str()),
        (DocumentKind::Release, "warehouse json")
    );
    assert_eq!(
        (document.produced_at.as_str(), document.unknown_keys),
        ("2019-01-01T00:00:00Z", 0)
    );
    let read_releases = releases(&document);
    let versions: Vec<String> = read_releases
        .iter()
        .map(|release| release.version.to_string())
        .collect();
    assert_eq!(versions, ["0.0.1", "1.0", "2.0"]);
    assert!(
        read_releases
            .iter()
            .all(|release| release.index.is_none() && release.yank_unknown)
    );
    let (first, described) = (&read_releases[1], &read_releases[2]);
    assert_eq!(
        (first.upload_time.as_deref(), &first.requires_dist),
        (Some("2017-01-01T00:00:00.500000Z"), &None)
    );
    assert_eq!(
        (
            first.artifacts.len(),
            first.artifacts[0].size,
            first.artifacts[0].requires_python.as_deref()
        ),
        (2, Some(5), Some(">=3"))
    );
    assert_eq!(
        (
            described.requires_dist.as_deref().unwrap(),
            &described.license,
            &described.requires_python
        ),
        (&["c".to_owned()][..], &None, &None)
    );
    assert_eq!(described.skipped[0].pointer, "/releases/2004d-nope");
}

#[test]
fn yanks_are_known_where_a_page_speaks_of_them() {
    let mut value = page();
    value["releases"]["1.0"][0]["yanked"] = json!(true);
    value["releases"]["1.0"][1]["yanked"] = json!(true);
    value["releases"]["1.0"][0]["yanked_reason"] = json!("broken");
    value["releases"]["2.0"][0]["yanked"] = json!(false);
    let document = read(&value).unwrap();
    let states: Vec<(bool, bool, Option<&str>)> = releases(&document)
        .iter()
        .map(|release| {
            (
                release.yank_unknown,
                release.yanked,
                release.yanked_reason.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        states,
        [
            (true, false, None),
            (false, true, Some("broken")),
            (false, false, None)
        ]
    );
    // A page of one release has its files beside it.
    let mut alone = page();
    alone["urls"] = alone["releases"]["2.0"].take();
    alone.as_object_mut().unwrap().remove("releases");
    let document = read(&alone).unwrap();
    assert_eq!(
        (releases(&document).len(), releases(&document)[0].artifacts.len()),
        (1, 1)
    );
}

#[test]
fn pages_that_break_their_form_are_refused() {
    let broken = |change: fn(&mut Value)| {
        let mut value = page();
        change(&mut value);
        refused(&value)
    };
    assert_eq!(
        broken(|it| it["info"]["name"] = json!(1)),
        violation("/info/name")
    );
    assert_eq!(
        broken(|it| it["info"]["version"] = json!("no version")),
        violation("/info/version")
    );
    assert_eq!(broken(|it| it["releases"] = json!([])), violation("/releases"));
    assert_eq!(
        broken(|it| it["releases"]["1.0"] = json!(1)),
        violation("/releases/1.0")
    );
    assert_eq!(
        broken(|it| it["releases"]["1.0"][0] = json!(1)),
        violation("/releases/1.0/0")
    );
    assert_eq!(
        broken(|it| it["releases"]["1.0"][0]["upload_time"] = json!("soon")),
        violation("/releases/1.0/0/upload_time")
    );
    assert_eq!(
        broken(|it| it["releases"]["1.0"][1]["filename"] = json!("a-1.0.tar.gz")),
        violation("/releases/1.0/1/filename")
    );
}

#[test]
fn a_head_without_a_result_is_refused_as_such() {
    for head in [
        json!({"analyzer": "thoth-solver", "analyzer_version": "1.0.2", "arguments": {}}),
        json!({"metadata": {"analyzer": "thoth-solver"}}),
    ] {
        let fault = read(&head).unwrap_err();
        assert_eq!(
            (fault.code, fault.pointer.as_deref()),
            (ErrorCode::UnknownDocumentKind, Some("/result"))
        );
        assert!(fault.message.contains("without its result"), "{fault}");
    }
}

#[test]
fn recorded_documents_are_read() {
    let Some(value) = shared::json("documents/importlib-metadata-tensorflow.json") else {
        return;
    };
    let requires = |document: &Document| releases(document)[0].requires_dist.as_ref().map(Vec::len);
    assert_eq!(requires(&read(&value).unwrap()), Some(18));
    let of = |file: &str| read(&shared::json(&format!("documents/{file}")).unwrap());
    assert_eq!(
        requires(&of("dependencies-tensorflow-expected.json").unwrap()),
        Some(18)
    );
    assert_eq!(requires(&of("importlib-metadata-click.json").unwrap()), Some(0));
    assert_eq!(
        requires(&of("importlib-metadata-delegator-py.json").unwrap()),
        Some(1)
    );
    assert_eq!(
        of("metadata-ok.json").unwrap_err().code,
        ErrorCode::UnknownDocumentKind
    );
    let page = of("index-pages/selinon-warehouse-api.json").unwrap();
    assert_eq!(releases(&page).len(), 13);
    assert_eq!(page.produced_at, "2018-08-01T21:43:03Z");
    let files: usize = releases(&page)
        .iter()
        .map(|release| release.artifacts.len())
        .sum();
    assert_eq!(
        (
            files,
            releases(&page)
                .iter()
                .map(|release| release.skipped.len())
                .sum::<usize>()
        ),
        (24, 0)
    );
}
