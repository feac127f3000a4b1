//! Help, wrong usage, completions, configuration, streams.

use std::process::Command;

use thoth_tests::binary::{Thoth, thoth_path};

use super::{Place, expect_fault, records};

const VERBS: [&[&str]; 17] = [
    &["demo"],
    &["serve"],
    &["worker"],
    &["ingest"],
    &["advise"],
    &["completions"],
    &["config", "show"],
    &["dead-letters", "list"],
    &["dead-letters", "show"],
    &["dead-letters", "requeue"],
    &["dead-letters", "discard"],
    &["graph", "migrate"],
    &["graph", "check"],
    &["graph", "checksum"],
    &["graph", "rebuild"],
    &["graph", "query"],
    &["graph", "queries"],
];

#[test]
fn every_verb_has_help_with_an_example() {
    for verb in VERBS {
        let output = Thoth::new()
            .args(verb.iter().copied())
            .args(["--help"])
            .run()
            .expect_code(0);
        assert!(
            output.stdout.contains("Example") && output.stdout.contains("thoth "),
            "{verb:?}: {output:#?}"
        );
        assert_eq!(output.stderr, "", "{verb:?}");
    }
    let output = Thoth::new().args(["--version"]).run().expect_code(0);
    assert!(output.stdout.starts_with("thoth "), "{output:#?}");
}

#[test]
fn wrong_usage_is_exit_code_2_on_stderr() {
    let wrong: [&[&str]; 8] = [
        &[],
        &["advice"],
        &["advise"],
        &["advise", "flask", "--platform", "amiga"],
        &["advise", "flask", "--count", "0"],
        &["advise", "flask", "--count", "101"],
        &[
            "advise",
            "flask",
            "--knowledge",
            "x",
            "--graph",
            "embedded::memory:",
        ],
        &["graph", "query"],
    ];
    for arguments in wrong {
        let output = Thoth::new().args(arguments.iter().copied()).run().expect_code(2);
        assert!(
            output.stdout.is_empty() && !output.stderr.is_empty(),
            "{arguments:?}: {output:#?}"
        );
    }
}

#[test]
fn completions_exist_for_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        // Whatever the configuration says: a shell asks for them while it starts.
        let output = Thoth::new()
            .args(["completions", shell])
            .env("THOTH_GRAPH_URL", "nonsense")
            .run()
            .expect_code(0);
        assert!(
            output.stdout.contains("advise") && output.stderr.is_empty(),
            "{shell}: {output:#?}"
        );
    }
}

#[test]
fn the_configuration_is_shown_with_origins_and_without_secrets() {
    let thoth = Thoth::new()
        .args(["config", "show", "--format", "json"])
        .env("THOTH_GRAPH_PASSWORD", "hush-hush")
        .env("THOTH_BROKER_URL", "amqp://thoth:hush-hush@broker:5672/%2f");
    std::fs::write(
        thoth.home().join("thoth.toml"),
        "[graph]\nurl = \"bolt://graph:7687\"\n",
    )
    .unwrap();
    let output = thoth.run().expect_code(0);
    assert!(!output.stdout.contains("hush-hush"), "{output:#?}");
    let shown = output.json();
    let entry = |key: &str| {
        shown
            .as_array()
            .unwrap()
            .iter()
            .find(|entry| entry["key"] == key)
            .unwrap()
            .clone()
    };
    assert_eq!(entry("graph.url")["value"], "bolt://graph:7687");
    assert_eq!(entry("graph.url")["origin"], "file thoth.toml");
    assert_eq!(entry("graph.password")["value"], "***");
    assert_eq!(entry("broker.url")["value"], "amqp://thoth:***@broker:5672/%2f");
    assert_eq!(entry("server.listen")["origin"], "default");

    let table = Thoth::new().args(["config", "show"]).run().expect_code(0);
    assert!(
        table.stdout.contains("server.listen") && table.stdout.contains("127.0.0.1:8080"),
        "{table:#?}"
    );
}

#[test]
fn a_wrong_configuration_is_named() {
    let output = Thoth::new()
        .args(["config", "show"])
        .env("THOTH_GRPAH_URL", "x")
        .run();
    expect_fault(&output, "INVALID_CONFIGURATION");
    assert!(output.stderr.contains("THOTH_GRAPH_URL"), "{output:#?}");
    let output = Thoth::new()
        .args(["graph", "check", "--graph", "http://graph"])
        .run();
    expect_fault(&output, "INVALID_CONFIGURATION");
    let output = Thoth::new()
        .args(["serve", "--listen", "0.0.0.0:0", "--graph", "embedded::memory:"])
        .run();
    expect_fault(&output, "INVALID_CONFIGURATION");
    let output = Thoth::new()
        .args(["config", "show", "--config", "absent.toml"])
        .run();
    expect_fault(&output, "IO_ERROR");
}

#[test]
fn a_closed_pipe_is_quiet() {
    let script = format!("'{}' graph queries | head -n 1", thoth_path().display());
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[test]
fn quiet_leaves_data_alone() {
    let place = Place::new();
    let file = place.file("records.jsonl", records());
    let output = place
        .thoth(["-q", "advise", "app", "--knowledge", &file, "--format", "json"])
        .run()
        .expect_code(0);
    assert!(
        output.stderr.is_empty() && !output.stdout.contains('\u{1b}'),
        "{output:#?}"
    );
    assert_eq!(output.json()["outcome"], "advised");
}
