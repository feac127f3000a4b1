//! What is known besides metadata: the parameter sets of its statements.

use thoth_cypher::{Params, params};
use thoth_ingest::sync::sync;

use super::engines::embedded;
use super::parameters::{keys, version, version_keys};

/// As `parameters::sets`, for the statements of this kind.
pub(super) fn sets(name: &str) -> Vec<Params> {
    match name {
        "prune/evidence_releases" => releases(),
        _ => stacks(),
    }
}

fn releases() -> Vec<Params> {
    let places = [
        ("3.8", vec!["x86_64", "AMD64"], vec![], vec!["win32", "darwin"]),
        ("3.8", vec!["x86_64"], vec!["darwin"], vec![]),
        ("3.11", vec!["aarch64"], vec![], vec!["fedora"]),
    ];
    let asked = [
        ("", vec![], true, 0.0, false),
        (
            "2021-06-01T00:00:00.500000Z",
            vec!["TEST-9", "CVE-2020-1"],
            true,
            5.5,
            true,
        ),
        ("2020-12-31T00:00:00.000000Z", vec!["TEST-3"], false, 9.8, false),
    ];
    let mut sets = Vec::new();
    for set in keys(&version_keys()) {
        for (python, machine, own, foreign) in &places {
            for (as_of, accepted, removing, least, licences) in &asked {
                let mut set = set.clone();
                set.extend(params! {
                    "python" => *python, "machine" => machine.clone(), "own" => own.clone(), "foreign" => foreign.clone(),
                    "asOf" => *as_of, "accepted" => accepted.clone(), "removing" => *removing, "least" => *least,
                    "licences" => *licences,
                });
                sets.push(set);
            }
        }
    }
    sets
}

fn stacks() -> Vec<Params> {
    let key = |pins: &[(&str, &str)]| {
        let mut keys: Vec<String> = pins
            .iter()
            .map(|(name, text)| version(name, text, None))
            .collect();
        keys.sort_unstable();
        thoth_schema::document::sha256_hex(keys.join("\n").as_bytes())
    };
    let all = [
        key(&[("web", "1.1"), ("lib", "2.0")]),
        key(&[("web", "1.0"), ("planned", "1")]),
        key(&[("web", "1.0")]),
        "no stack".to_owned(),
    ];
    let mut sets = Vec::new();
    for set in keys(&all) {
        for as_of in ["", "2020-07-01T00:00:00.000000Z"] {
            let mut set = set.clone();
            set.insert("asOf".to_owned(), as_of.into());
            sets.push(set);
        }
    }
    sets
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_comes_with_its_verdict() {
    let graph = embedded().await;
    sync(graph.as_ref(), &super::fixture::documents()).await.unwrap();
    let mut asked = releases().swap_remove(0);
    let rows = graph
        .read(&thoth_cypher::PRUNE_EVIDENCE_RELEASES, asked.clone())
        .await
        .unwrap();
    let told = |column: &str| -> Vec<String> {
        let held = rows
            .iter()
            .filter(|row| row.bool(column))
            .map(|row| row.text("key").to_owned());
        let mut held: Vec<String> = held.collect();
        held.sort_unstable();
        held
    };
    // TEST-1 affects web before 1.1, 2.0 to 2.1 and 3.0.dev1; TEST-2 is withdrawn; TEST-3 is unrated and affects shared from 1.2.
    assert!(
        told("affected").contains(&version("web", "1.0", None)),
        "{:?}",
        told("affected")
    );
    assert!(told("affected").contains(&version("shared", "1.5", None)));
    assert!(!told("affected").contains(&version("web", "1.1", None)));
    assert!(!told("affected").contains(&version("lib", "1.0", None)));
    assert_eq!(
        told("fails"),
        [version("absent", "0.0.1", None), version("native", "1.3", None)]
    );
    asked.insert("least".to_owned(), 5.5.into());
    let rows = graph
        .read(&thoth_cypher::PRUNE_EVIDENCE_RELEASES, asked)
        .await
        .unwrap();
    let shared = version("shared", "1.5", None);
    assert!(
        rows.iter()
            .any(|row| row.text("key") == shared && !row.bool("affected"))
    );
}
