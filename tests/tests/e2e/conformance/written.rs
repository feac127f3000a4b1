//! The parameter sets of the writing statements. They run one after the other on the fixture, each in a transaction
//! of its own, and change it without regard to its invariants.

use thoth_cypher::{Params, Value, map, params};

use super::fixture::{MIRROR, documents, sha256};
use super::parameters::{package, version};

const STAMP: &str = "2020-05-01T00:00:00.000000Z#1";
const NEWER: &str = "2030-01-01T00:00:00.000000Z#1";
const OLDER: &str = "2000-01-01T00:00:00.000000Z#1";

/// As `parameters::sets`, for `write/…`.
pub(super) fn sets(name: &str) -> Option<Vec<Params>> {
    Some(match name {
        "write/migration" => vec![
            params! { "key" => "V900", "name" => "conformance", "checksum" => sha256(900) },
            params! { "key" => "V900", "name" => "again", "checksum" => sha256(901) },
        ],
        "write/requirements" => requirements(&version("web", "1.1", None), &version("lib", "2.0", None)),
        "write/requirements_drop" => vec![
            params! { "keys" => vec![version("web", "1.1", None), version("shared", "1.0", None)] },
            params! { "keys" => vec![version("web", "1.1", None), "pkg:pypi/nowhere@1".to_owned()] },
            params! { "keys" => Vec::<String>::new() },
        ],
        "write/lock_artifacts" => vec![params! { "keys" => vec![sha256(1), sha256(999)] }],
        "write/lock_packages" => {
            vec![params! { "keys" => vec![package("lib"), package("nowhere"), package("web")] }]
        }
        "write/lock_versions" => {
            let keys = vec![
                version("lib", "2.0", None),
                version("nowhere", "1.0", None),
                version("web", "1.1", None),
            ];
            vec![params! { "keys" => keys }]
        }
        // Which nodes go first is nobody's business, so it is none or all.
        "write/revisions" => revisions(vec![package("web"), package("nowhere")]),
        "write/revisions_by_versions" => revisions(vec![version("web", "1.0", None), "nowhere".to_owned()]),
        "write/revisions_by_artifacts" => revisions(vec![sha256(1), sha256(999)]),
        "write/wipe" => [0, 1_000_000, 10]
            .map(|nodes: i64| params! { "nodes" => nodes })
            .to_vec(),
        _ => rows(name)?
            .into_iter()
            .chain([Vec::new()])
            .map(|rows| params! { "rows" => rows })
            .collect(),
    })
}

fn rows(name: &str) -> Option<Vec<Vec<Value>>> {
    let (web, lib) = (version("web", "1.1", None), version("lib", "2.0", None));
    let (fresh, nowhere) = (version("fresh", "1.0", None), version("nowhere", "1.0", None));
    let document = documents().swap_remove(0).id;
    let none = None::<String>;
    let one = |row: Value| vec![vec![row.clone()], vec![row]];
    Some(match name {
        "write/artifact_facts" => artifact_facts(),
        "write/artifacts" => {
            let row = |key: u32, version: &str, tags: Vec<&str>| {
                map! { "key" => sha256(key), "version" => version, "stamp" => STAMP, "filename" => "new.whl",
                "kind" => "wheel", "pythonAbiTags" => tags.clone(), "platformTags" => tags, "size" => 7_i64,
                "requiresPython" => none.clone(), "yanked" => none.clone(), "uploadedAt" => none.clone() }
            };
            vec![
                vec![
                    row(700, &web, vec!["a", "b"]),
                    map! { "key" => sha256(701), "version" => &lib },
                    row(702, &nowhere, vec![]),
                ],
                vec![row(703, &web, vec![])],
            ]
        }
        "write/artifact_releases" => vec![
            vec![
                map! { "key" => sha256(3), "version" => &lib },
                map! { "key" => sha256(3), "version" => &lib },
                map! { "key" => sha256(3), "version" => &nowhere },
                map! { "key" => sha256(998), "version" => &web },
            ],
            vec![map! { "key" => sha256(3), "version" => &lib }],
        ],
        "write/documents" => {
            let row = |key: &str, origin: Option<&str>| {
                map! { "key" => key, "kind" => "release", "schemaVersion" => 1_i64, "generation" => "record",
                "producedAt" => STAMP,
                "producer" => "p", "producerVersion" => "1", "origin" => origin }
            };
            vec![
                vec![row("d1", None), row("d2", Some("here"))],
                vec![row("d3", None)],
            ]
        }
        "write/environments" => {
            let row = |implementation: Option<&str>| {
                map! { "key" => "e1", "os" => "fedora", "osVersion" => "33", "python" => "3.9",
                "implementation" => implementation, "machine" => "x86_64" }
            };
            vec![
                vec![row(Some("pypy"))],
                vec![row(None)],
                vec![row(None), row(Some("cpython"))],
            ]
        }
        "write/indexes" => vec![vec![map! { "key" => "https://fresh.example/simple" }]],
        "write/metadata" => {
            let row = |summary: Option<&str>, classifiers: Vec<&str>| {
                map! { "key" => &web, "metadataStamp" => NEWER, "summary" => summary, "license" => none.clone(),
                "classifiers" => classifiers, "metadataVersion" => "2.1" }
            };
            vec![
                vec![row(Some("\u{1f40d} it's \\ \"quoted\""), vec!["a", "b"])],
                vec![row(None, vec![])],
            ]
        }
        "write/modules" => vec![
            vec![
                map! { "version" => &web, "module" => "fresh.module" },
                map! { "version" => &lib, "module" => "fresh.module" },
                map! { "version" => &nowhere, "module" => "never" },
            ],
            vec![map! { "version" => &web, "module" => "web" }],
        ],
        "write/observations" => observations(&document),
        "write/packages" => vec![vec![
            map! { "key" => package("fresh"), "name" => "fresh", "ecosystem" => "pypi" },
            map! { "key" => package("fresher"), "name" => "fresher", "ecosystem" => "rpm" },
        ]],
        "write/observed_in" => vec![vec![
            map! { "observation" => "o1", "target" => "e1" },
            map! { "observation" => "o1", "target" => "nowhere" },
            map! { "observation" => "nothing", "target" => "e1" },
        ]],
        "write/observed_stacks" => one(map! { "observation" => "o1", "target" => "s1" }),
        "write/observed_versions" => one(map! { "observation" => "o1", "target" => &web }),
        "write/pins" => one(map! { "stack" => "s1", "version" => &web }),
        "write/stacks" => one(map! { "key" => "s1", "size" => 1_i64 }),
        "write/publications" => vec![
            vec![map! { "key" => &web, "publishedAt" => "2001-01-01T00:00:00.000000Z" }],
            vec![
                map! { "key" => &web, "publishedAt" => none },
                map! { "key" => &nowhere, "publishedAt" => STAMP },
            ],
        ],
        "write/requirement_heads" => requirement_heads(&web),
        "write/statements" => one(map! { "document" => &document, "version" => &lib }),
        "write/versions" => {
            let row = |key: &str, package_key: String, index: &str| {
                map! { "key" => key, "package" => package_key, "index" => index, "name" => "fresh", "version" => "1.0",
                "order" => "111", "prerelease" => false, "publishedAt" => STAMP, "yankedStamp" => STAMP,
                "yanked" => true, "yankedReason" => "it's \"withdrawn\"", "summary" => none.clone(),
                "classifiers" => vec!["a", "b"], "requirementsKnown" => false, "pythonFrom" => vec!["1"],
                "providesExtra" => Vec::<String>::new() }
            };
            vec![
                vec![
                    row(&fresh, package("web"), MIRROR),
                    row("x", package("nowhere"), MIRROR),
                    row("y", package("web"), "nowhere"),
                ],
                vec![map! { "key" => "z", "package" => package("web"), "index" => "default", "name" => "z" }],
            ]
        }
        "write/yanks" => vec![
            vec![
                map! { "key" => &web, "yankedStamp" => NEWER, "yanked" => true, "yankedReason" => "withdrawn" },
            ],
            vec![map! { "key" => &web, "yankedStamp" => NEWER, "yanked" => false, "yankedReason" => none }],
        ],
        _ => {
            return super::advices_and_rules::rows(name)
                .or_else(|| super::written_inspections::rows(name))
                .or_else(|| super::images::rows(name));
        }
    })
}

fn revisions(keys: Vec<String>) -> Vec<Params> {
    vec![params! { "keys" => keys, "revision" => "0123456789abcdef" }]
}

fn artifact_facts() -> Vec<Vec<Value>> {
    let row = |key: u32, stamp: &str, size: Option<i64>, tags: Vec<&str>| {
        map! { "key" => sha256(key), "stamp" => stamp, "filename" => format!("file-{key}.whl"), "sha256" => sha256(key),
        "kind" => "wheel", "pythonAbiTags" => tags.clone(), "platformTags" => tags, "size" => size,
        "requiresPython" => None::<String>, "pythonFrom" => vec![""], "pythonUntil" => vec!["~"], "yanked" => false,
        "uploadedAt" => None::<String> }
    };
    vec![
        // Newer, older, without any facts yet, and not there at all.
        vec![
            row(1, NEWER, Some(i64::MAX), vec!["a"]),
            row(2, OLDER, Some(1), vec!["b"]),
            row(60, STAMP, None, vec![]),
            row(999, STAMP, None, vec![]),
        ],
        vec![
            row(1, NEWER, Some(2), vec!["c"]),
            row(1, OLDER, None, vec![]),
            row(60, NEWER, Some(0), vec!["d", "e"]),
        ],
    ]
}

fn observations(document: &str) -> Vec<Vec<Value>> {
    let row = |key: &str, document: &str, outcome: &str, class: Option<&str>| {
        map! { "key" => key, "document" => document, "kind" => "test", "outcome" => outcome, "errorClass" => class,
        "message" => class, "observedAt" => STAMP, "component" => "c", "metric" => class, "value" => 0.1_f64,
        "unit" => "s", "metrics" => vec!["a", "b"], "values" => vec![Value::from(1e-9), Value::from(2.5)],
        "parameters" => Vec::<String>::new() }
    };
    vec![
        vec![
            row("o1", document, "fail", Some("command_error")),
            row("o2", "no document", "pass", None),
        ],
        vec![row("o1", document, "pass", None)],
    ]
}

fn requirement_heads(web: &str) -> Vec<Vec<Value>> {
    let row = |known: bool, fault: Option<&str>, bounds: Vec<&str>| {
        map! { "key" => web, "requirementsStamp" => NEWER, "requirementsKnown" => known, "requirementsFault" => fault,
        "requiresPython" => fault,
        "pythonFrom" => bounds.clone(), "pythonUntil" => bounds.clone(), "providesExtra" => bounds }
    };
    vec![
        vec![row(false, Some("cannot be read"), vec![])],
        vec![row(true, None, vec!["1", "2"])],
    ]
}

fn requirements(web: &str, lib: &str) -> Vec<Params> {
    let requirement = |package_key: String, extra: &str, platforms: Vec<&str>| {
        map! { "package" => package_key, "text" => "shared>=1", "specifier" => ">=1",
        "marker" => "", "extra" => extra, "extras" => Vec::<String>::new(), "from" => vec!["11"], "until" => vec!["~"],
        "allowsPrereleases" => false, "pythonFrom" => vec![""], "pythonUntil" => vec!["~"],
        "platforms" => platforms.clone(), "machines" => platforms, "residualMarker" => false }
    };
    let line = |line: i64, requirement: i64| map! { "line" => line, "requirement" => requirement };
    let said = |version: &str, lines: Vec<Value>| map! { "version" => version, "lines" => lines };
    let all = vec![
        requirement(package("shared"), "", vec![]),
        requirement(package("shared"), "test", vec!["linux", "win32"]),
        requirement(package("nowhere"), "", vec![]),
        requirement(package("lib"), "", vec![]),
    ];
    let rows = vec![
        said(web, vec![line(90, 0), line(90, 1)]),
        said(lib, vec![line(1, 2)]),
        said("nowhere", vec![line(1, 0)]),
        said(lib, vec![]),
    ];
    vec![
        params! { "rows" => rows, "requirements" => all.clone() },
        params! { "rows" => vec![said(lib, vec![line(91, 3)])], "requirements" => all },
    ]
}
