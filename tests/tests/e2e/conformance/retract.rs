//! Documents that are retracted leave no trace: the graph is the one that the remaining documents make.

use serde_json::json;
use thoth_cypher::{Graph, Params};
use thoth_ingest::check::check;
use thoth_ingest::checksum::checksum;
use thoth_ingest::retract::retract;
use thoth_ingest::store::{DocumentStore, StoreConfig, StoreKey};
use thoth_ingest::sync::sync;
use thoth_schema::document::{Document, sha256_hex};
use thoth_schema::error::ErrorCode;

use super::engines::{Engines, clear, embedded};
use super::fixture::{MIRROR, documents, sha256};
use super::images::image_key;
use super::order::{assert_same, sum_of_healthy};
use super::parameters::{document_keys, keys, package_keys, version, version_keys};
use super::random::{Random, random_document};

/// As `parameters::sets`, for the statements that retract.
pub(super) fn sets(name: &str) -> Option<Vec<Params>> {
    let texts = |texts: &[&str]| keys(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
    Some(match name {
        "read/stated_nodes" | "read/documents_stating_same" => keys(&document_keys()),
        "read/around_observations" => keys(&observation_keys()),
        "read/around_versions"
        | "read/documents_sharing_artifacts"
        | "read/loose_versions"
        | "read/required_packages" => keys(&version_keys()),
        "read/around_stacks" | "read/loose_stacks" => keys(&stack_keys()),
        "read/around_packages" | "write/clear_packages" => keys(&package_keys()),
        "read/around_advices" | "write/forget_advices" => keys(&document_keys()),
        "read/around_advisories"
        | "write/clear_advisories"
        | "write/clear_advisory_lines"
        | "write/forget_advisories" => texts(&["TEST-1", "TEST-2", "TEST-3", "TEST-4"]),
        "read/around_images" | "write/clear_images" | "write/clear_image_lines" | "write/forget_images" => {
            texts(&[&image_key(), "i1", "i2", "i3"])
        }
        "read/around_inspections"
        | "write/clear_inspections"
        | "write/clear_inspection_lines"
        | "write/forget_inspections" => texts(&["inspection-one", "inspection-two", "inspection-three", "x"]),
        "read/around_rule_sets"
        | "write/clear_rule_sets"
        | "write/clear_rules"
        | "write/forget_rule_sets" => texts(&[
            "house:web.yaml",
            "prescriptions:bare.yaml",
            "prescriptions:empty.yaml",
            "x",
        ]),
        "write/hold_documents" | "write/hold_stated" | "write/forget_documents" => {
            keys(&document_keys()[..9])
        }
        "write/hold_artifacts"
        | "write/clear_versions"
        | "write/clear_version_lines"
        | "write/forget_versions" => keys(&version_keys()[..9]),
        "write/clear_artifacts" | "write/forget_artifacts" => keys(&(0..9).map(sha256).collect::<Vec<_>>()),
        "write/forget_observations" => keys(&observation_keys()[..50]),
        "write/forget_stacks" => keys(&stack_keys()),
        "write/forget_packages" => keys(&package_keys()),
        "write/forget_modules" => texts(&["web", "web.app", "fresh.module", "solved"]),
        "write/forget_indexes" => texts(&["default", MIRROR, "x", "y"]),
        "write/forget_environments" | "write/forget_hardware" | "write/forget_symbols" => {
            texts(&["e1", "e2", "e3", "e4"])
        }
        _ => return None,
    })
}

/// The first three of each document.
fn observation_keys() -> Vec<String> {
    let positions = |id: String| (0..3).map(move |position| format!("{id}/{position}"));
    document_keys().into_iter().flat_map(positions).collect()
}

/// Two of the fixture, and others.
fn stack_keys() -> Vec<String> {
    let pins = |releases: &[(&str, &str)]| {
        let mut keys: Vec<String> = releases
            .iter()
            .map(|(name, text)| version(name, text, None))
            .collect();
        keys.sort();
        sha256_hex(keys.join("\n").as_bytes())
    };
    let known = [pins(&[("web", "1.1"), ("lib", "2.0")]), pins(&[("web", "1.0")])];
    known.into_iter().chain((1..5).map(sha256)).collect()
}

const CASES: u64 = 60;
const SERVER_CASES: u64 = 4;
/// Retractions in a row of each case.
const ROUNDS: usize = 3;
/// Random documents of each case, beside those of the fixture.
const RANDOM_DOCUMENTS: usize = 30;

/// Some documents of the fixture, which has every kind, and some random ones about a few subjects.
fn corpus(random: &mut Random) -> Vec<Document> {
    let mut all = documents();
    let odd = random.below(3);
    all.retain(|_| odd == 0 || random.below(2) == 0);
    all.extend((0..RANDOM_DOCUMENTS).map(|number| random_document(random, number)));
    random.shuffle(&mut all);
    all
}

async fn expect_made_of(graph: &dyn Graph, remaining: &[Document], what: &str) {
    let expected = embedded().await;
    sync(expected.as_ref(), remaining).await.unwrap();
    let found = sum_of_healthy(graph).await;
    assert_same(&found, &checksum(expected.as_ref()).await.unwrap(), what);
}

pub(super) fn store() -> (tempfile::TempDir, DocumentStore) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("file://{}", folder.path().display());
    (folder, DocumentStore::open(&StoreConfig::new(url)).unwrap())
}

async fn retract_at_random(graph: &dyn Graph, seed: u64) {
    let mut random = Random::of(seed);
    let mut remaining = corpus(&mut random);
    let (_folder, store) = store();
    store.put_all(&remaining).await.unwrap();
    for batch in remaining.chunks(1 + random.below(7)) {
        sync(graph, batch).await.unwrap();
    }
    for round in 0..ROUNDS {
        let count = match random.below(8) {
            0 => remaining.len(),
            _ => (1 + random.below(6)).min(remaining.len()),
        };
        random.shuffle(&mut remaining);
        let doomed: Vec<String> = remaining.drain(..count).map(|document| document.id).collect();
        let done = retract(graph, &store, &doomed, &mut |_| {}).await.unwrap();
        assert_eq!((done.retracted, done.unknown), (count as u64, 0));
        expect_made_of(graph, &remaining, &format!("seed {seed}, round {round}")).await;
        // What is gone is gone: again changes nothing.
        let done = retract(graph, &store, &doomed, &mut |_| {}).await.unwrap();
        assert_eq!((done.retracted, done.unknown), (0, count as u64));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_is_what_the_remaining_documents_make() {
    for seed in 1..=CASES {
        retract_at_random(embedded().await.as_ref(), seed).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_is_the_same_on_neo4j() {
    let Some(engines) = Engines::empty().await else {
        return;
    };
    for seed in 1..=SERVER_CASES {
        clear(engines.neo4j.as_ref()).await;
        retract_at_random(engines.neo4j.as_ref(), seed).await;
    }
}

/// Each document of the fixture alone: a kind that leaves something behind is named.
#[tokio::test(flavor = "multi_thread")]
async fn every_document_of_the_fixture_goes_alone() {
    let all = documents();
    let (_folder, store) = store();
    store.put_all(&all).await.unwrap();
    for doomed in &all {
        let graph = embedded().await;
        sync(graph.as_ref(), &all).await.unwrap();
        retract(
            graph.as_ref(),
            &store,
            std::slice::from_ref(&doomed.id),
            &mut |_| {},
        )
        .await
        .unwrap();
        let remaining: Vec<Document> = all.iter().filter(|one| one.id != doomed.id).cloned().collect();
        let what = format!("{} {} of {}", doomed.kind.as_str(), doomed.id, doomed.generation);
        expect_made_of(graph.as_ref(), &remaining, &what).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_the_store_lost_is_asked_for_and_nothing_changes() {
    let stated = |at: &str| {
        let value = json!({"kind": "release", "schemaVersion": 1, "producer": {"name": "p", "version": "1"}, "producedAt": at,
            "payload": {"releases": [{"name": "it", "version": "1", "requires_dist": ["a"]}]}});
        Document::from_value(&value).unwrap()
    };
    let both = [stated("2020-01-01T00:00:00Z"), stated("2021-01-01T00:00:00Z")];
    let (_folder, store) = store();
    let graph = embedded().await;
    sync(graph.as_ref(), &both).await.unwrap();
    let before = checksum(graph.as_ref()).await.unwrap();
    let newer = [both[1].id.clone()];
    let fault = retract(graph.as_ref(), &store, &newer, &mut |_| {})
        .await
        .unwrap_err();
    assert_eq!(fault.code, ErrorCode::NotFound, "{fault}");
    assert_eq!(fault.pointer.as_deref(), Some(StoreKey::of(&both[0]).as_str()));
    assert!(fault.message.contains("another document"), "{fault}");
    assert_eq!(checksum(graph.as_ref()).await.unwrap(), before);
    // Together they need nobody, and their own bytes are not asked for.
    let ids = both.map(|document| document.id);
    assert_eq!(
        retract(graph.as_ref(), &store, &ids, &mut |_| {})
            .await
            .unwrap()
            .retracted,
        2
    );
    assert_eq!(check(graph.as_ref()).await.unwrap(), []);
    expect_made_of(graph.as_ref(), &[], "nothing").await;
}
