//! Advisories, changes of indexes and checks of provenance: their part of the fixture, and the parameter sets of their
//! statements.

use serde_json::{Value as Json, json};
use thoth_cypher::{Params, Value, map, params};

use super::fixture::{MIRROR, sha256};
use super::parameters::{keys, package, version, version_keys};

const STAMP: &str = "2020-05-01T00:00:00.000000Z#1";
const NEWER: &str = "2030-01-01T00:00:00.000000Z#1";
const OLDER: &str = "2000-01-01T00:00:00.000000Z#1";

const ADVISORIES: &[&str] = &["TEST-1", "TEST-2", "TEST-3", "TEST-4"];

/// The documents of these kinds.
pub(super) fn documents() -> Vec<Json> {
    [advisories(), index_changes(), provenance()].concat()
}

fn envelope(kind: &str, produced_at: &str, payload: &Json) -> Json {
    json!({"kind": kind, "schemaVersion": 1, "producer": {"name": "conformance", "version": "1"},
        "producedAt": produced_at, "payload": payload})
}

/// Two statements of one advisory, the newer one first; one that is withdrawn; one of other ecosystems.
fn advisories() -> Vec<Json> {
    let pypi = |name: &str, events: Json, versions: Json| {
        json!({"package": {"ecosystem": "PyPI", "name": name, "purl": format!("pkg:pypi/{name}")},
            "ranges": [{"type": "ECOSYSTEM", "events": events}, {"type": "GIT", "repo": "https://git.example/x",
                "events": [{"introduced": "0"}, {"fixed": "deadbeef"}]}], "versions": versions})
    };
    vec![
        json!({"id": "TEST-1", "modified": "2021-06-01T00:00:00.5Z", "published": "2020-01-01T00:00:00Z",
            "aliases": ["CVE-2020-1", "GHSA-x"], "summary": "it \"breaks\" d\u{e9}j\u{e0}", "details": "words\nof it",
            "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
            "references": [{"type": "FIX", "url": "https://git.example/fix"}],
            "database_specific": {"severity": "HIGH", "cwe_ids": ["CWE-79"]},
            "affected": [pypi("Web", json!([{"introduced": "0"}, {"fixed": "1.1"}, {"introduced": "2.0"}, {"fixed": "2.1"}]),
                json!(["1.0", "3.0.dev1", "2.0.0-final"]))]}),
        json!({"id": "TEST-1", "modified": "2021-01-01T00:00:00Z", "published": "2020-01-01T00:00:00Z",
            "related": ["CVE-2020-2"],
            "affected": [pypi("web", json!([{"introduced": "0"}]), json!([])), pypi("lib", json!([{"introduced": "1"}]), json!([]))]}),
        json!({"id": "TEST-2", "modified": "2021-02-01T00:00:00Z", "published": "2019-02-01T00:00:00Z",
            "withdrawn": "2021-02-01T00:00:00Z",
            "affected": [pypi("lib", json!([{"introduced": "0"}, {"last_affected": "1.5.post1"}]), json!(["2.0"]))]}),
        json!({"schema_version": "1.6.0", "id": "TEST-3", "modified": "2021-03-01T00:00:00Z",
            "affected": [pypi("shared", json!([{"introduced": "1.2"}, {"limit": "1.9"}]), json!([]))]}),
        envelope(
            "advisory",
            "2021-04-01T00:00:00Z",
            &json!({"id": "TEST-4", "modified": "2021-03-30T00:00:00Z",
            "affected": [
                {"package": {"ecosystem": "npm", "name": "@scope/it"}, "ranges": [{"type": "SEMVER",
                    "events": [{"introduced": "0"}, {"fixed": "1.2.3"}]}], "versions": ["1.2.2"]},
                {"package": {"ecosystem": "Debian:12", "name": "curl", "purl": "pkg:deb/debian/curl@1?arch=source"},
                    "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "7.88-1"}]}]},
            ]}),
        ),
    ]
}

/// Files that went and came, a yank taken back, a release and a whole package that vanished, and older words about them.
fn index_changes() -> Vec<Json> {
    let file =
        |number: u32, filename: &str| json!({"filename": filename, "sha256": sha256(number), "size": 7});
    let mut gone = file(32, "lib-2.0-py3-none-any.whl");
    gone["present"] = json!(false);
    let mut uploaded = file(80, "appeared-1.0-py3-none-any.whl");
    uploaded["uploadTime"] = json!("2021-01-01T01:02:03Z");
    let seen = |at: &str, index: &str, changes: Json| {
        envelope(
            "index-change",
            at,
            &json!({"index": index, "observedAt": at, "changes": changes}),
        )
    };
    vec![
        seen(
            "2021-01-02T00:00:00Z",
            "default",
            json!([
                {"name": "backport", "version": "1", "change": "vanished"},
                {"name": "appeared", "version": "1.0", "change": "released", "files": [uploaded]},
                {"name": "shared", "version": "1.5", "change": "yanked", "yankedReason": "too early"},
                {"name": "shared", "version": "1.5", "change": "unyanked"},
                {"name": "lib", "version": "0.9", "change": "yanked", "yankedReason": "again"},
                {"name": "lib", "version": "2.0", "change": "files-changed", "files": [gone, file(81, "lib-2.0.tar.gz")]},
                {"name": "web", "version": "1.0", "change": "files-changed", "files": [file(2, "web-1.0.tar.gz")]},
                {"name": "typing-stuff", "change": "returned"},
            ]),
        ),
        seen(
            "2021-01-01T00:00:00Z",
            "default",
            json!([
                {"name": "backport", "version": "1", "change": "returned"},
                {"name": "typing-stuff", "change": "vanished"},
                {"name": "native", "version": "1.3", "change": "files-changed", "files": []},
            ]),
        ),
        seen(
            "2021-01-01T00:00:00Z",
            MIRROR,
            json!([{"name": "speed", "change": "vanished"}]),
        ),
        seen(
            "2021-01-03T00:00:00Z",
            MIRROR,
            json!([{"name": "speed", "version": "1.1+local.1", "change": "returned"}]),
        ),
    ]
}

fn provenance() -> Vec<Json> {
    vec![
        envelope(
            "provenance",
            "2021-05-01T00:00:00Z",
            &json!({
            "lock": [{"name": "web", "version": "1.1"}, {"name": "lib", "version": "2.5", "index": MIRROR}],
            "findings": [
                {"id": "ARTIFACT-DIFFERENT-SOURCE", "severity": "error", "name": "lib", "version": "2.5", "index": MIRROR,
                    "message": "no hash is known there", "foundOn": ["default"], "digest": "sha256:00"},
                {"id": "INSECURE-SOURCE", "severity": "warning", "message": "not verified"},
            ]}),
        ),
        json!({"metadata": {"analyzer": "thoth-adviser", "analyzer_version": "0.9", "datetime": "2020-02-03T04:05:06",
                "document_id": "provenance-checker-1"},
            "result": {"error": false, "report": [{"id": "MISSING-PACKAGE", "type": "ERROR", "justification": "none has it",
                "package_name": "absent", "package_version": "==0.0.1", "source": {"name": "m", "url": MIRROR, "verify_ssl": true}}]}}),
    ]
}

/// As `parameters::sets`, for the statements of these kinds.
pub(super) fn sets(name: &str) -> Option<Vec<Params>> {
    if let Some(rows) = rows(name) {
        let sets = rows.into_iter().chain([Vec::new()]);
        return Some(sets.map(|rows| params! { "rows" => rows }).collect());
    }
    let advisories: Vec<String> = ADVISORIES.iter().map(|key| (*key).to_owned()).collect();
    Some(match name {
        "read/advisories_by_key" | "read/packages_of_advisories" | "read/versions_of_advisories" => {
            keys(&advisories)
        }
        "read/advisories_of_versions" => advisories_of_versions(),
        _ => return None,
    })
}

fn advisories_of_versions() -> Vec<Params> {
    let times = [
        "",
        "2019-02-01T00:00:00.000000Z",
        "2020-12-31T00:00:00.000000Z",
        "2021-06-01T00:00:00.500000Z",
    ];
    let mut sets = Vec::new();
    for set in keys(&version_keys()) {
        for as_of in times {
            for withdrawn in [true, false] {
                let mut set = set.clone();
                set.extend(params! { "asOf" => as_of, "withdrawn" => withdrawn });
                sets.push(set);
            }
        }
    }
    sets
}

fn rows(name: &str) -> Option<Vec<Vec<Value>>> {
    let (web, lib) = (version("web", "1.1", None), version("lib", "2.0", None));
    let document = super::fixture::documents().swap_remove(0).id;
    Some(match name {
        "write/advisories" => {
            let row = |key: &str, document: &str| map! { "key" => key, "document" => document };
            vec![
                vec![
                    row("TEST-1", &document),
                    row("TEST-9", &document),
                    row("TEST-8", "no document"),
                ],
                vec![row("TEST-9", &document)],
            ]
        }
        "write/advisory_facts" => {
            let row = |key: &str, stamp: &str, words: Vec<&str>, score: Option<f64>| {
                map! { "key" => key, "stamp" => stamp, "aliases" => words.clone(), "related" => words.clone(),
                "upstream" => words.clone(), "summary" => "it's \\ \"quoted\"", "details" => None::<String>,
                "severity" => words.clone(), "score" => score, "databaseSeverity" => None::<String>, "cwes" => words.clone(),
                "published" => None::<String>, "modified" => STAMP, "withdrawn" => None::<String>, "references" => words }
            };
            vec![
                vec![
                    row("TEST-1", OLDER, vec!["old"], None),
                    row("TEST-2", NEWER, vec!["a", "b"], Some(9.8)),
                ],
                vec![
                    row("TEST-2", NEWER, vec!["same"], None),
                    row("TEST-7", NEWER, vec![], Some(0.0)),
                ],
            ]
        }
        "write/affects" => {
            let row = |advisory: &str, stamp: &str, package: String, bounds: Vec<&str>| {
                map! { "advisory" => advisory, "stamp" => stamp, "package" => package, "from" => bounds.clone(),
                "until" => bounds.clone(), "versions" => bounds.clone(), "fixedIn" => bounds, "events" => None::<String>,
                "severity" => None::<String> }
            };
            vec![
                vec![
                    row("TEST-2", NEWER, package("web"), vec!["1", "2"]),
                    row("TEST-2", OLDER, package("shared"), vec!["1"]),
                    row("TEST-2", NEWER, package("nowhere"), vec!["1"]),
                    row("TEST-7", NEWER, package("web"), vec!["1"]),
                ],
                vec![row("TEST-2", NEWER, package("web"), vec!["3"])],
            ]
        }
        "write/affects_drop" => {
            let row = |key: &str, stamp: &str| map! { "key" => key, "stamp" => stamp };
            vec![vec![
                row("TEST-1", NEWER),
                row("TEST-3", OLDER),
                row("TEST-7", NEWER),
            ]]
        }
        "write/absences" => {
            let row = |key: &str, stamp: &str, missing: Option<bool>| {
                map! { "key" => key, "stamp" => stamp, "missing" => missing }
            };
            vec![
                vec![
                    row(&web, NEWER, Some(true)),
                    row(&lib, OLDER, Some(true)),
                    row("nowhere", NEWER, None),
                ],
                vec![row(&lib, NEWER, None), row(&web, STAMP, None)],
            ]
        }
        "write/present_files" => {
            let row = |key: &str, stamp: &str, files: Vec<&str>| {
                map! { "key" => key, "stamp" => stamp, "files" => files }
            };
            vec![
                vec![row(&web, NEWER, vec!["a", "b"]), row(&lib, OLDER, vec!["c"])],
                vec![row(&web, STAMP, vec![]), row(&lib, NEWER, vec!["d"])],
            ]
        }
        "write/package_absences" => {
            let row = |package: String, index: &str| map! { "package" => package, "index" => index };
            vec![
                vec![
                    row(package("web"), MIRROR),
                    row(package("web"), "nowhere"),
                    row(package("nowhere"), MIRROR),
                ],
                vec![row(package("web"), MIRROR), row(package("speed"), MIRROR)],
            ]
        }
        "write/package_absence_facts" => {
            let row = |package: String, stamp: &str, missing: Option<bool>| {
                map! { "package" => package, "index" => MIRROR, "stamp" => stamp, "missing" => missing }
            };
            vec![
                vec![
                    row(package("web"), STAMP, Some(true)),
                    row(package("speed"), OLDER, None),
                    row(package("lib"), NEWER, None),
                ],
                vec![
                    row(package("web"), NEWER, None),
                    row(package("speed"), NEWER, Some(true)),
                ],
            ]
        }
        "write/package_statements" => {
            let row = |document: &str, package: String| map! { "document" => document, "package" => package };
            vec![vec![
                row(&document, package("web")),
                row("no document", package("lib")),
                row(&document, package("nowhere")),
            ]]
        }
        _ => return None,
    })
}
