//! An abort at every fail point, and where fail points are at all.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use thoth_cypher::fail_point::FailPoint;
use thoth_tests::paths::workspace_root;
use thoth_tests::scene::Engine;
use thoth_tests::services::Services;
use thoth_tests::walk::{STOPS, Way, walk};

/// Walks one way; a fail point that is not reached ends the test, because nothing dies there.
async fn walk_and_tell(way: Way, engine: Engine) {
    let Some(services) = Services::get() else { return };
    let tally = walk(way, engine, services).await;
    println!("{way:?} on {engine:?}: {tally}");
    assert_eq!(tally.lost, 0);
    assert_eq!(tally.kills, STOPS.iter().filter(|(of, _, _)| *of == way).count());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publisher_dies_at_every_fail_point() {
    walk_and_tell(Way::Publish, Engine::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_dies_at_every_fail_point_on_neo4j() {
    walk_and_tell(Way::Work, Engine::Neo4j).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_direct_ingest_dies_at_every_fail_point() {
    walk_and_tell(Way::Ingest, Engine::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_dies_at_every_fail_point() {
    walk_and_tell(Way::Rebuild, Engine::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_dies_between_statements_on_neo4j() {
    walk_and_tell(Way::Migrate, Engine::Neo4j).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_dies_between_statements_on_the_embedded_graph() {
    walk_and_tell(Way::Migrate, Engine::Embedded).await;
}

#[test]
fn every_fail_point_is_on_a_way() {
    let walked: BTreeSet<&str> = STOPS.iter().map(|(_, point, _)| point.name()).collect();
    let known: BTreeSet<&str> = FailPoint::ALL.iter().map(|point| point.name()).collect();
    assert_eq!(walked, known);
}

#[test]
fn the_documentation_has_the_table_of_fail_points() {
    let mut table = String::from("| name | reached when | `abort(…)` looks at |\n|---|---|---|\n");
    for point in FailPoint::ALL {
        table += &format!(
            "| `{}` | {} | {} |\n",
            point.name(),
            point.meaning(),
            point.about()
        );
    }
    let page = fs::read_to_string(workspace_root().join("docs/testing.md")).unwrap();
    assert!(
        page.contains(&table),
        "docs/testing.md lacks this table:\n{table}"
    );
}

/// The crates that a package is built from when it is built alone.
fn built_from(package: &str) -> BTreeSet<String> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args([
            "tree",
            "--locked",
            "--offline",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
        ])
        .args(["--package", package])
        .current_dir(workspace_root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let listed = String::from_utf8(output.stdout).unwrap();
    let names = listed.lines().filter_map(|line| line.split(' ').next());
    names.map(str::to_owned).collect()
}

#[test]
fn a_binary_that_is_built_alone_has_no_fail_points() {
    let (alone, with_tests) = (built_from("thoth-cli"), built_from("thoth-tests"));
    assert!(
        alone.contains("thoth-cypher") && !alone.contains("fail"),
        "{alone:?}"
    );
    assert!(with_tests.contains("fail"), "{with_tests:?}");
}
