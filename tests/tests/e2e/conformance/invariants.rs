//! Each invariant finds the violation that is planted for it, on both engines.

use std::collections::BTreeSet;

use thoth_cypher::{CATALOGUE, Graph};
use thoth_ingest::check::check;

use super::engines::{Engines, clear};
use super::fixture::load;

/// Invariant, statement that violates it, key at fault.
const PLANTS: &[(&str, &str, &str)] = &[
    ("advice_without_document", "CREATE (:Advice {key: 'planted'})", "planted"),
    ("advisory_without_document", "CREATE (:Advisory {key: 'planted'})", "planted"),
    (
        "affects_broken_interval",
        "MATCH (a:Advisory {key: 'TEST-1'})-[r:AFFECTS]->(:Package {key: 'pkg:pypi/web'}) SET r.until = r.from",
        "TEST-1",
    ),
    ("artifact_without_version", "CREATE (:Artifact {key: 'planted'})", "planted"),
    ("inspection_without_document", "CREATE (:Inspection {key: 'planted'})", "planted"),
    ("image_without_document", "CREATE (:Image {key: 'planted'})", "planted"),
    (
        "native_version_from_index",
        "MATCH (v:PackageVersion {key: 'pkg:deb/debian/web@1.0'}) MATCH (i:Index {key: 'default'}) CREATE (v)-[:FROM]->(i)",
        "pkg:deb/debian/web@1.0",
    ),
    ("observation_without_document", "CREATE (:Observation {key: 'planted'})", "planted"),
    ("observation_without_subject", "CREATE (:Observation {key: 'planted'})", "planted"),
    (
        "requirement_twice",
        "MATCH (v:PackageVersion {key: 'pkg:pypi/web@1.0'})-[r:REQUIRES]->(p:Package {key: 'pkg:pypi/lib'})
         CREATE (v)-[:REQUIRES {line: r.line, extra: r.extra, text: r.text, from: r.from, until: r.until,
           pythonFrom: r.pythonFrom, pythonUntil: r.pythonUntil, platforms: r.platforms, machines: r.machines}]->(p)",
        "pkg:pypi/web@1.0",
    ),
    (
        "requirements_of_unknown",
        "MATCH (v:PackageVersion {key: 'pkg:pypi/web@1.0'}) SET v.requirementsKnown = false",
        "pkg:pypi/web@1.0",
    ),
    ("rule_set_without_document", "CREATE (:RuleSet {key: 'planted'})", "planted"),
    ("rule_without_set", "CREATE (:Rule {key: 'planted'})", "planted"),
    ("version_without_document", "CREATE (:PackageVersion {key: 'planted'})", "planted"),
    ("version_without_index", "CREATE (:PackageVersion {key: 'planted'})", "planted"),
    ("version_without_package", "CREATE (:PackageVersion {key: 'planted'})", "planted"),
    (
        "interval_disagrees_with_specifier",
        "MATCH (v:PackageVersion {key: 'pkg:pypi/web@1.0'})-[r:REQUIRES]->(p:Package {key: 'pkg:pypi/lib'})
         SET r.until = r.from",
        "pkg:pypi/web@1.0",
    ),
    (
        "interval_disagrees_with_specifier",
        "MATCH (v:PackageVersion {key: 'pkg:pypi/web@1.0'})-[r:REQUIRES]->(p:Package {key: 'pkg:pypi/lib'})
         SET r.platforms = ['win32']",
        "pkg:pypi/web@1.0",
    ),
];

async fn assert_found(graph: &dyn Graph, invariant: &str, plant: &str, key: &str) {
    load(graph).await;
    assert_eq!(check(graph).await.unwrap(), []);
    graph.define(plant).await.unwrap();
    let found = check(graph).await.unwrap();
    let engine = graph.engine().as_str();
    assert!(
        found
            .iter()
            .any(|violation| violation.invariant == invariant && violation.key == key),
        "{engine} does not find {invariant} of {key}: {found:?}"
    );
    assert!(
        found.iter().all(|violation| violation.key == key),
        "{engine} finds too much for {invariant}: {found:?}"
    );
}

#[test]
fn every_invariant_has_a_plant() {
    let planted: BTreeSet<&str> = PLANTS.iter().map(|(invariant, ..)| *invariant).collect();
    let invariants = CATALOGUE
        .iter()
        .filter_map(|statement| statement.name.strip_prefix("invariants/"));
    let without: Vec<&str> = invariants.filter(|name| !planted.contains(name)).collect();
    assert!(without.is_empty(), "plant a violation of {without:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planted_violation_is_found_on_both_engines() {
    let Some(engines) = Engines::empty().await else {
        return;
    };
    for (invariant, plant, key) in PLANTS {
        for graph in engines.both() {
            clear(graph).await;
            assert_found(graph, invariant, plant, key).await;
        }
    }
}
