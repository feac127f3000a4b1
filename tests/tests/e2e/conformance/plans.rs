//! How Neo4j runs each statement: never by looking at all nodes, never by a Cartesian product.
//!
//! The Rust driver does not hand out plans, so the official Python driver does, in an environment of its own under
//! `target/`. Where a statement finds two nodes by their unique keys Neo4j pairs them by a product of one row with one row;
//! that alone is let through. Without Python or a package index the test skips and says so.

use std::collections::BTreeMap;
use std::env;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use thoth_cypher::{CATALOGUE, Params};
use thoth_tests::paths::workspace_root;

use super::engines::Engines;
use super::parameters::sets;

const FORBIDDEN: &[&str] = &["AllNodesScan", "CartesianProduct"];

const EXPLAIN: &str = r#"
import json, sys
from neo4j import GraphDatabase
asked = json.load(sys.stdin)
def at_most_one_row(plan):
    name = plan["operatorType"].split("@")[0]
    if name in ("CartesianProduct", "Filter"):
        return all(at_most_one_row(child) for child in plan["children"])
    return name in ("NodeUniqueIndexSeek", "NodeUniqueIndexSeek(Locking)")
def operators(plan):
    name = plan["operatorType"].split("@")[0]
    yield "ProductOfUniqueSeeks" if name == "CartesianProduct" and at_most_one_row(plan) else name
    for child in plan.get("children", []):
        yield from operators(child)
answer = {}
with GraphDatabase.driver(asked["url"], auth=(asked["user"], asked["password"])) as driver:
    with driver.session() as session:
        for statement in asked["statements"]:
            summary = session.run("EXPLAIN " + statement["text"], statement["params"]).consume()
            answer[statement["name"]] = list(operators(summary.plan))
json.dump(answer, sys.stdout)
"#;

/// The Python of an environment that has the driver; `None`, with a line that says why, where there is none.
fn python_with_driver() -> Option<PathBuf> {
    let target =
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace_root().join("target"), PathBuf::from);
    let folder = target.join("tmp/neo4j-driver");
    let python = folder.join("bin/python");
    if has_driver(&python) {
        return Some(python);
    }
    let made = succeeds(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&folder),
    ) && succeeds(Command::new(&python).args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--retries",
        "1",
        "neo4j",
    ]));
    if made && has_driver(&python) {
        return Some(python);
    }
    println!("skipped: the plans need python3 and the package neo4j, which pip cannot install here");
    None
}

fn has_driver(python: &Path) -> bool {
    succeeds(Command::new(python).args(["-c", "import neo4j"]))
}

fn succeeds(command: &mut Command) -> bool {
    let status = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

fn as_json(params: &Params) -> Value {
    params
        .iter()
        .map(|(name, value)| (name.clone(), value.to_json()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn plans(python: &Path, asked: &Value) -> BTreeMap<String, Vec<String>> {
    let mut child = Command::new(python)
        .args(["-c", EXPLAIN])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(asked.to_string().as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the script that explains failed");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_statement_scans_all_nodes_or_multiplies() {
    let Some(python) = python_with_driver() else {
        return;
    };
    let Some(engines) = Engines::loaded().await else {
        return;
    };
    let statements = CATALOGUE.iter().map(|statement| {
        let params = sets(statement.name).unwrap().swap_remove(0);
        json!({"name": statement.name, "text": statement.text(), "params": as_json(&params)})
    });
    let asked = json!({
        "url": engines.lease.url(), "user": engines.lease.user(), "password": engines.lease.password(),
        "statements": statements.collect::<Vec<_>>(),
    });
    let plans = plans(&python, &asked);
    assert_eq!(plans.len(), CATALOGUE.len());
    let faulty: Vec<String> = plans
        .iter()
        .filter(|(_, operators)| {
            operators
                .iter()
                .any(|operator| FORBIDDEN.contains(&operator.as_str()))
        })
        .map(|(name, operators)| format!("{name}: {operators:?}"))
        .collect();
    assert!(faulty.is_empty(), "{}", faulty.join("\n"));
}
