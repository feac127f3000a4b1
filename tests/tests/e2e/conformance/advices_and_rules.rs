//! Advices and rule sets: documents of the fixture, and parameter sets of the statements that write them.

use serde_json::json;
use thoth_cypher::{Value, map};
use thoth_schema::document::{Document, DocumentKind, sha256_hex};

use super::fixture::{MIRROR, documents};
use super::parameters::{package, version};

const OLDER: &str = "2000-01-01T00:00:00.000000Z#1";
const NEWER: &str = "2030-01-01T00:00:00.000000Z#1";

/// Advices with and without stacks; a rule set that was stated twice, one file without a time, one without rules.
pub(super) fn fixture() -> Vec<serde_json::Value> {
    [advices(), rule_sets()].concat()
}

fn advices() -> Vec<serde_json::Value> {
    let advice = |at: &str, payload: serde_json::Value| {
        json!({"kind": "advice", "schemaVersion": 1, "producer": {"name": "thoth", "version": "1"}, "producedAt": at,
            "upstreamId": "advice-1", "payload": payload})
    };
    let pins = json!([{"name": "web", "version": "1.1"}, {"name": "lib", "version": "2.0", "index": MIRROR,
        "reasons": [{"code": "RECENCY", "message": "newest of 3"}]}, {"name": "loop", "version": "1.0", "develop": true}]);
    vec![
        advice(
            "2020-07-01T00:00:00Z",
            json!({
                "request": {"requirements": ["web"], "lock": [{"name": "web", "version": "1.0"}], "recommendationType": "latest",
                    "seed": 42, "count": 2, "asOf": "2020-06-30T00:00:00Z", "labels": {"b": "2", "a": "1"},
                    "environment": {"osName": "fedora", "osVersion": "32", "pythonVersion": "3.8", "platform": "linux-x86_64",
                        "hardware": {"cpuModel": "94"}}},
                "outcome": "advised",
                "stacks": [
                    {"rank": 1, "score": 0.25, "pins": pins, "justifications": [{"type": "INFO", "message": "d\u{e9}j\u{e0} vu", "link": "l"}]},
                    {"rank": 2, "pins": pins, "manifestChanges": [{"b": 1, "a": [true, null]}]},
                    {"rank": 3, "score": -1.0, "pins": []},
                ],
                "messages": [{"message": "said"}], "pruned": [{"package": "lib", "reason": "YANKED", "count": 2, "example": "0.9"}],
                "durationSeconds": 0.5, "graphChecksum": "00",
                "search": {"stacksInSpace": "123456789012345678901234567890", "spaceIsExact": true, "bound": 0.25, "optimal": true},
            }),
        ),
        advice(
            "2020-07-02T00:00:00Z",
            json!({
                "outcome": "needs-knowledge",
                "lacked": [{"package": "never-heard-of", "specifier": ">=2", "requiredBy": "request"},
                    {"package": "never-heard-of", "requiredBy": "web==1.1"}, {"package": "web"}],
            }),
        ),
        advice(
            "2020-07-02T00:00:00Z",
            json!({"outcome": "unsatisfiable", "conflict": {"sentences": ["no"], "requirements": ["web<1", "web>2"]}}),
        ),
    ]
}

fn rule_sets() -> Vec<serde_json::Value> {
    let set = |at: &str, rules: serde_json::Value| {
        json!({"kind": "rules", "schemaVersion": 1, "producer": {"name": "admin", "version": "1"}, "producedAt": at,
            "payload": {"name": "house", "path": "web.yaml", "release": at, "rules": rules}})
    };
    let step = |name: &str, package: &str, score: f64| {
        json!({"kind": "steps", "name": name, "type": "step", "match": {"package_version": {"name": package, "version": "<2"}},
            "run": {"score": score, "justification": [{"type": "INFO", "message": "it's \"so\"", "link": "l"}]}})
    };
    vec![
        set(
            "2021-01-01T00:00:00Z",
            json!([step("Kept", "Web", 0.5), step("New", "only-in-a-rule", 0.1)]),
        ),
        set(
            "2020-01-01T00:00:00Z",
            json!([
                step("Kept", "lib", -0.5),
                step("Gone", "only-in-an-old-rule", 1.0)
            ]),
        ),
        json!({"path": "bare.yaml", "package": "lib", "units": {"sieves": [
            {"name": "Kept", "type": "sieve.SkipPackage", "match": {"package_name": "backport"}, "run": {}, "should_include": {"times": 1}}],
            "boots": [{"name": "Every", "type": "boot", "run": {"stack_info": [{"type": "INFO", "message": "so", "link": "l"}]}}]}}),
        json!({"path": "empty.yaml", "units": null}),
    ]
}

fn current_stamp() -> String {
    let newest = |document: &Document| {
        document.kind == DocumentKind::Rules && document.produced_at.starts_with("2021")
    };
    let document = documents().into_iter().find(newest).unwrap();
    format!("2021-01-01T00:00:00.000000Z#{}", &document.id[..16])
}

/// As `written::rows`.
pub(super) fn rows(name: &str) -> Option<Vec<Vec<Value>>> {
    let document = documents().swap_remove(0).id;
    // The given lock of the fixture, the environment of its solver, and the newest statement of its rule set.
    let stack = sha256_hex(version("web", "1.0", None).as_bytes());
    let environment = "fedora-32-py3.8-x86_64-cpython";
    let current = current_stamp();
    let none = None::<String>;
    let set = |key: &str, stamp: &str| {
        map! { "key" => key, "stamp" => stamp, "name" => "house", "release" => none.clone(),
        "path" => "fresh.yaml", "package" => none.clone() }
    };
    Some(match name {
        "write/advices" => {
            let row = |key: &str, document: &str, outcome: &str, requirements: Vec<&str>| {
                map! { "key" => key, "document" => document, "outcome" => outcome, "requirements" => requirements, "seed" => 7_i64,
                "bound" => 1.5, "optimal" => false, "producedAt" => OLDER }
            };
            vec![
                vec![
                    row("a1", &document, "advised", vec!["x", "y"]),
                    row("a2", "no document", "error", vec!["x"]),
                ],
                vec![row("a1", &document, "error", vec!["z"])],
            ]
        }
        "write/recommended_stacks" => {
            let row = |advice: &str, stack: &str, rank: i64, score: Option<f64>| {
                map! { "advice" => advice, "stack" => stack, "rank" => rank, "score" => score, "justifications" => vec!["j", "k"] }
            };
            vec![
                vec![
                    row("a1", &stack, 1, Some(0.5)),
                    row("a1", &stack, 2, None),
                    row("a1", "no stack", 3, None),
                    row("none", &stack, 1, None),
                ],
                vec![row("a1", &stack, 1, Some(0.75))],
            ]
        }
        "write/given_stacks" => vec![
            vec![
                map! { "advice" => "a1", "stack" => &stack },
                map! { "advice" => "none", "stack" => &stack },
            ],
            vec![map! { "advice" => "a1", "stack" => &stack }],
        ],
        "write/lacked_packages" => {
            let row = |key: String, specifiers: Vec<&str>| {
                map! { "advice" => "a1", "package" => key, "specifiers" => specifiers.clone(), "requiredBy" => specifiers }
            };
            vec![
                vec![
                    row(package("web"), vec![">=1", ""]),
                    row(package("nowhere"), vec![""]),
                ],
                vec![row(package("web"), vec![""])],
            ]
        }
        "write/advised_environments" => vec![
            vec![
                map! { "advice" => "a1", "environment" => environment },
                map! { "advice" => "a1", "environment" => "nowhere" },
            ],
            vec![map! { "advice" => "a1", "environment" => environment }],
        ],
        "write/rule_sets" => vec![
            vec![
                map! { "key" => "house:fresh.yaml", "document" => &document },
                map! { "key" => "never", "document" => "no document" },
            ],
            vec![map! { "key" => "house:fresh.yaml", "document" => &document }],
        ],
        "write/rule_set_facts" => vec![
            vec![
                set("house:fresh.yaml", NEWER),
                set("house:web.yaml", OLDER),
                set("nowhere", NEWER),
                set("prescriptions:empty.yaml", NEWER),
            ],
            vec![set("house:fresh.yaml", OLDER)],
        ],
        "write/rules_drop" => vec![
            vec![set("house:web.yaml", OLDER), set("nowhere", NEWER)],
            vec![
                set("house:web.yaml", NEWER),
                set("prescriptions:bare.yaml", OLDER),
            ],
        ],
        "write/rules" => {
            let row = |stamp: &str, name: &str, score: Option<f64>| {
                map! { "key" => format!("house:web.yaml#steps/{name}"), "ruleSet" => "house:web.yaml", "stamp" => stamp,
                "kind" => "steps", "name" => name, "unitType" => "step", "pattern" => "{\"a\":1}", "run" => "{}", "score" => score,
                "scope" => score.map(|_| "request") }
            };
            vec![
                vec![
                    row(&current, "Kept", Some(0.5)),
                    row(&current, "B", None),
                    row(OLDER, "C", None),
                ],
                vec![row(&current, "Kept", None)],
            ]
        }
        "write/rule_concerns" => {
            let row = |stamp: &str, rule: &str, package: String| {
                map! { "rule" => format!("house:web.yaml#steps/{rule}"), "stamp" => stamp,
                "package" => package }
            };
            vec![
                vec![
                    row(&current, "Kept", package("web")),
                    row(&current, "Kept", package("nowhere")),
                    row(&current, "none", package("web")),
                    row(OLDER, "New", package("web")),
                ],
                vec![row(&current, "Kept", package("web"))],
            ]
        }
        _ => return None,
    })
}
