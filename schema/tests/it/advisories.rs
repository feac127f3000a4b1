//! Advisories: OSV records by themselves and in envelopes.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use thoth_schema::advisory::{Advisory, AffectedPackage};
use thoth_schema::document::{Document, DocumentKind, Limits, Payload};
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::version::{order_key, parse};

use crate::shared;

/// Breaks a document.
type Change = fn(&mut Value);

fn read(value: &Value) -> Result<Document, Fault> {
    Document::from_json_bytes(value.to_string().as_bytes(), &Limits::default())
}

fn advisory(document: &Document) -> &Advisory {
    match &document.payload {
        Payload::Advisory(advisory) => advisory,
        _ => panic!("not an advisory"),
    }
}

fn record() -> Value {
    json!({
        "id": "PYSEC-0000-1", "modified": "2023-08-31T20:11:41.543920Z", "published": "2023-07-05T18:15:00+02:00",
        "aliases": ["CVE-0000-1"], "details": "it breaks", "unheard_of": true,
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
        "references": [{"type": "FIX", "url": "https://git.example/fix"}],
        "database_specific": {"severity": "CRITICAL", "cwe_ids": ["CWE-79", "CWE-20"]},
        "affected": [{"package": {"ecosystem": "PyPI", "name": "Foo_Bar"}, "new": 1,
            "ranges": [
                {"type": "GIT", "repo": "https://git.example/x", "events": [{"introduced": "0"}, {"fixed": "abc"}]},
                {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2"}]}],
            "versions": ["0.9", "1.5", "2.0.0-final"]}],
    })
}

/// Whether a version is affected.
fn affects(package: &AffectedPackage, version: &str) -> bool {
    let versions = package.versions.as_ref().unwrap();
    versions.contains(&order_key(&parse(version).unwrap()))
}

/// The one package of a record with one range of these events and these listed versions.
fn package(events: &Value, versions: &Value) -> AffectedPackage {
    let mut value = record();
    value["affected"] = json!([{"package": {"ecosystem": "PyPI", "name": "it"}, "versions": versions,
        "ranges": [{"type": "ECOSYSTEM", "events": events}]}]);
    let document = read(&value).unwrap();
    assert_eq!(advisory(&document).skipped, [], "{events}");
    advisory(&document).packages[0].clone()
}

#[test]
fn a_record_is_a_document_of_its_own() {
    let document = read(&record()).unwrap();
    assert_eq!(document.kind, DocumentKind::Advisory);
    assert_eq!(document.generation, "osv");
    assert_eq!(document.produced_at, "2023-08-31T20:11:41.543920Z");
    assert_eq!(document.upstream_id.as_deref(), Some("PYSEC-0000-1"));
    assert_eq!(document.unknown_keys, 2);
    let advisory = advisory(&document);
    assert_eq!(advisory.published.as_deref(), Some("2023-07-05T16:15:00Z"));
    assert_eq!(advisory.withdrawn, None);
    assert_eq!(advisory.score(), Some(9.8));
    assert_eq!(
        advisory.severities(),
        ["CVSS_V3:CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"]
    );
    assert_eq!(advisory.links(), ["FIX https://git.example/fix"]);
    assert_eq!(advisory.cwes(), ["CWE-79", "CWE-20"]);
    assert_eq!(advisory.database_severity(), Some("CRITICAL"));
    assert_eq!(advisory.packages.len(), 1);
    let package = &advisory.packages[0];
    assert_eq!(
        (package.key.as_str(), package.name.as_str()),
        ("pkg:pypi/foo-bar", "foo-bar")
    );
    assert_eq!(package.fixed_in, ["1.2"]);
    assert_eq!(package.listed, ["0.9", "1.5", "2.0.0-final"]);
    let skipped: Vec<&str> = advisory
        .skipped
        .iter()
        .map(|part| part.pointer.as_str())
        .collect();
    assert_eq!(skipped, ["/affected/0/ranges/0", "/affected/0/versions/2"]);
    assert!(advisory.skipped[1].reason.contains("2.0.0-final"));
}

#[test]
fn the_version_of_osv_is_the_generation() {
    let mut value = record();
    value["schema_version"] = json!("1.6.3");
    let document = read(&value).unwrap();
    assert_eq!(
        (document.generation.as_str(), document.producer.version.as_str()),
        ("osv 1.6", "1.6.3")
    );
    assert_eq!(document.unknown_keys, 2);
}

#[test]
fn an_envelope_holds_a_record_and_gives_it_back() {
    let value = json!({
        "kind": "advisory", "schemaVersion": 1, "producer": {"name": "feed", "version": "1"},
        "producedAt": "2024-01-01T00:00:00Z", "payload": record(),
    });
    let document = read(&value).unwrap();
    assert_eq!(document.generation, "envelope 1");
    assert_eq!(document.produced_at, "2024-01-01T00:00:00Z");
    let again = Document::new(
        document.producer.clone(),
        &document.produced_at,
        None,
        None,
        &document.payload,
    )
    .unwrap();
    assert_eq!(advisory(&again).packages, advisory(&document).packages);
    assert_eq!(
        advisory(&document).skipped[1].pointer,
        "/payload/affected/0/versions/2"
    );
}

#[test]
fn ranges_are_intervals_in_the_order_of_versions() {
    let between = package(&json!([{"introduced": "1.0"}, {"fixed": "1.5"}]), &json!([]));
    for (version, expected) in [
        ("0.9", false),
        ("1.0rc1", false),
        ("1.0", true),
        ("1.0.post1", true),
        ("1.5rc1", true),
        ("1.5", false),
        ("2", false),
    ] {
        assert_eq!(affects(&between, version), expected, "{version}");
    }
    // Not in order, twice opened, closed by the last version affected.
    let twice = package(
        &json!([{"fixed": "3"}, {"introduced": "2"}, {"introduced": "0"}, {"last_affected": "1.1"}, {"introduced": "2.1"}]),
        &json!([]),
    );
    for (version, expected) in [
        ("0.0.dev1", true),
        ("1.1", true),
        ("1.1.post1", false),
        ("1.9", false),
        ("2.0", true),
        ("2.9", true),
        ("3.0", false),
    ] {
        assert_eq!(affects(&twice, version), expected, "{version}");
    }
    assert_eq!(twice.fixed_in, ["3"]);
    let limited = package(
        &json!([{"introduced": "0"}, {"limit": "1.0"}, {"limit": "2.0"}]),
        &json!([]),
    );
    assert!(affects(&limited, "1.5") && !affects(&limited, "2.0"));
    let unlimited = package(&json!([{"introduced": "0"}, {"limit": "*"}]), &json!([]));
    assert!(unlimited.versions.unwrap().is_all());
    let nothing = package(&json!([{"fixed": "2"}]), &json!([]));
    assert!(nothing.versions.unwrap().is_empty());
}

#[test]
fn listed_versions_add_to_ranges() {
    let both = package(
        &json!([{"introduced": "1"}, {"fixed": "2"}]),
        &json!(["0.5", "1.5", "3.0"]),
    );
    for (version, expected) in [
        ("0.5", true),
        ("0.5.1", false),
        ("1.9", true),
        ("2.0", false),
        ("3", true),
        ("3.0+local", false),
    ] {
        assert_eq!(affects(&both, version), expected, "{version}");
    }
}

#[test]
fn one_package_named_twice_is_one() {
    let mut value = record();
    let part = |name: &str, version: &str| {
        json!({"package": {"ecosystem": "PyPI", "name": name}, "versions": [version],
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": version}, {"fixed": format!("{version}.9")}]}]})
    };
    value["affected"] = json!([part("It", "2"), part("it", "1"), part("other", "1")]);
    let document = read(&value).unwrap();
    let packages = &advisory(&document).packages;
    assert_eq!(packages.len(), 2);
    assert_eq!(packages[0].fixed_in, ["1.9", "2.9"]);
    assert!(affects(&packages[0], "1.1") && affects(&packages[0], "2.1") && !affects(&packages[0], "1.95"));
}

#[test]
fn other_ecosystems_are_kept_as_they_are() {
    let mut value = record();
    let named = |ecosystem: &str, name: &str, purl: Option<&str>| {
        let mut part = json!({"package": {"ecosystem": ecosystem, "name": name}, "versions": ["7.0-1"],
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "7.88-1"}]}]});
        if let Some(purl) = purl {
            part["package"]["purl"] = json!(purl);
        }
        part
    };
    value["affected"] = json!([
        named("npm", "@scope/it", None),
        named("npm", "@scope/given", Some("pkg:npm/%40scope/given@1.0?a=b#c")),
        named("Debian:12", "Curl", Some("pkg:deb/debian/curl@7?arch=source")),
        named("Ubuntu:22.04:LTS", "libStdc++6", None),
        named("Go", "example.org/a/b", None),
        named("Maven", "org.example:it", None),
        named("Unheard Of", "it", None),
        {"ranges": [{"type": "GIT", "repo": "r", "events": []}]},
    ]);
    let document = read(&value).unwrap();
    let advisory = advisory(&document);
    let found: Vec<(&str, &str, &str)> = advisory
        .packages
        .iter()
        .map(|package| {
            (
                package.key.as_str(),
                package.ecosystem.as_str(),
                package.name.as_str(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("pkg:deb/debian/curl", "deb", "curl"),
            ("pkg:deb/ubuntu/libstdc%2B%2B6", "deb", "libstdc++6"),
            ("pkg:golang/example.org/a/b", "golang", "example.org/a/b"),
            ("pkg:maven/org.example/it", "maven", "org.example/it"),
            ("pkg:npm/%40scope/given", "npm", "@scope/given"),
            ("pkg:npm/%40scope/it", "npm", "@scope/it"),
        ]
    );
    for package in &advisory.packages {
        assert_eq!(package.versions, None);
        assert_eq!(package.events, ["introduced 0", "fixed 7.88-1"]);
        assert_eq!(
            (package.fixed_in.as_slice(), package.listed.as_slice()),
            (&["7.88-1".to_owned()][..], &["7.0-1".to_owned()][..])
        );
    }
    let skipped: Vec<&str> = advisory
        .skipped
        .iter()
        .map(|part| part.pointer.as_str())
        .collect();
    assert_eq!(skipped, ["/affected/6", "/affected/7"]);
}

#[test]
fn a_range_with_a_hole_is_left_out_and_listed() {
    let mut value = record();
    value["affected"][0]["ranges"] = json!([
        {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0.0-final"}]},
        {"type": "SEMVER", "events": [{"introduced": "0"}]},
        {"type": "ECOSYSTEM", "events": [{"introduced": "5"}]},
    ]);
    let document = read(&value).unwrap();
    let advisory = advisory(&document);
    let skipped: Vec<&str> = advisory
        .skipped
        .iter()
        .map(|part| part.pointer.as_str())
        .collect();
    assert_eq!(
        skipped,
        [
            "/affected/0/ranges/0",
            "/affected/0/ranges/1",
            "/affected/0/versions/2"
        ]
    );
    let package = &advisory.packages[0];
    assert!(affects(package, "5.1") && affects(package, "0.9") && !affects(package, "0.8"));
}

#[test]
fn scores_are_those_of_the_vectors() {
    let score = |severity: Value| {
        let mut value = record();
        value["severity"] = severity;
        advisory(&read(&value).unwrap()).score()
    };
    assert_eq!(
        score(json!([{"type": "CVSS_V2", "score": "AV:N/AC:L/Au:N/C:P/I:P/A:P"}])),
        Some(7.5)
    );
    assert_eq!(
        score(
            json!([{"type": "CVSS_V4", "score": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"}])
        ),
        Some(9.3)
    );
    assert_eq!(
        score(
            json!([{"type": "CVSS_V3", "score": "CVSS:3.0/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"}, {"type": "Ubuntu", "score": "high"}])
        ),
        Some(1.8)
    );
    assert_eq!(score(json!([{"type": "CVSS_V3", "score": "no vector"}])), None);
    assert_eq!(score(json!([])), None);
}

/// Code and pointer of the fault of a record after a change.
fn broken(change: Change) -> (ErrorCode, String) {
    let mut value = record();
    change(&mut value);
    let fault = read(&value).unwrap_err();
    assert!(fault.remedy.is_some(), "{fault}");
    (fault.code, fault.pointer.unwrap_or_default())
}

#[test]
fn faults_have_a_place() {
    use ErrorCode::{SchemaViolation, UnknownSchemaVersion};
    let cases: &[(Change, ErrorCode, &str)] = &[
        (|value| value["id"] = json!(7), SchemaViolation, "/id"),
        (|value| value["id"] = json!(" "), SchemaViolation, "/id"),
        (
            |value| value["modified"] = json!("yesterday"),
            SchemaViolation,
            "/modified",
        ),
        (
            |value| value["published"] = json!("2023"),
            SchemaViolation,
            "/published",
        ),
        (
            |value| value["withdrawn"] = json!(true),
            SchemaViolation,
            "/withdrawn",
        ),
        (
            |value| value["affected"] = json!({}),
            SchemaViolation,
            "/affected",
        ),
        (
            |value| value["affected"][0]["versions"] = json!([1.0]),
            SchemaViolation,
            "/affected/0/versions/0",
        ),
        (
            |value| value["affected"][0]["ranges"][1]["events"][0]["introduced"] = json!(0),
            SchemaViolation,
            "/affected/0/ranges/1/events/0/introduced",
        ),
        (
            |value| value["severity"] = json!([{"type": "CVSS_V3"}]),
            SchemaViolation,
            "/severity/0",
        ),
        (
            |value| value["aliases"] = json!("CVE-1"),
            SchemaViolation,
            "/aliases",
        ),
        (
            |value| value["schema_version"] = json!("2.0.0"),
            UnknownSchemaVersion,
            "/schema_version",
        ),
    ];
    for &(change, code, pointer) in cases {
        assert_eq!(broken(change), (code, pointer.to_owned()));
    }
}

#[test]
fn the_limits_hold_and_cut_records_are_said_to_be_cut() {
    let text = record().to_string();
    let within = Limits {
        document_bytes: text.len(),
        ..Limits::default()
    };
    assert!(Document::from_json_bytes(text.as_bytes(), &within).is_ok());
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

#[test]
fn all_recorded_advisories_are_read() {
    let Some(folder) = shared::folder() else { return };
    let text = std::fs::read_to_string(folder.join("advisories/osv.jsonl")).unwrap();
    let (mut withdrawn, mut scored, mut commits) = (0, 0, 0);
    let mut unread = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for line in text.lines() {
        let document = Document::from_json_bytes(line.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(
            (document.generation.as_str(), document.unknown_keys),
            ("osv", 0),
            "{line}"
        );
        let advisory = advisory(&document);
        ids.insert(advisory.id.clone());
        withdrawn += usize::from(advisory.withdrawn.is_some());
        scored += usize::from(advisory.score().is_some());
        assert_eq!(advisory.packages.len(), 1, "{}", advisory.id);
        assert!(
            !advisory.packages[0].versions.as_ref().unwrap().is_empty(),
            "{}",
            advisory.id
        );
        for part in &advisory.skipped {
            if part.pointer.contains("/ranges/") {
                assert!(part.reason.contains("commits"), "{}: {part:?}", advisory.id);
                commits += 1;
            } else {
                unread.insert(part.reason.clone());
            }
        }
    }
    assert_eq!((ids.len(), withdrawn, scored, commits), (631, 3, 21, 348));
    eprintln!("{} listed versions are not of PEP 440: {unread:?}", unread.len());
    assert!(
        unread.iter().any(|reason| reason.contains("2.0.0-final")),
        "{unread:?}"
    );
}
