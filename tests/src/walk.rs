//! Every fail point, one after the other: the process ends there, is started again, and the oracle counts.

use std::fmt;

use serde_json::Value;
use thoth_cypher::fail_point::FailPoint;
use thoth_ingest::rebuild::wipe;

use crate::corpus;
use crate::killer::{self, Kill};
use crate::oracle::{self, Ledger, Probe, Verdict};
use crate::scene::{Engine, Scene, expected_checksum};
use crate::services::Services;

/// A command, with what it does to documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// `thoth ingest --publish`.
    Publish,
    /// `thoth worker`.
    Work,
    /// `thoth ingest`.
    Ingest,
    /// `thoth graph rebuild`.
    Rebuild,
    /// `thoth graph migrate`.
    Migrate,
}

impl Way {
    /// Every one.
    pub const ALL: [Way; 5] = [Way::Publish, Way::Work, Way::Ingest, Way::Rebuild, Way::Migrate];
}

/// Where processes end: on this way, at this fail point, when it was passed so many times. Every fail point is here.
pub const STOPS: &[(Way, FailPoint, usize)] = &[
    (Way::Publish, FailPoint::SubmitAfterValidate, 0),
    (Way::Publish, FailPoint::StorePut, 3),
    (Way::Publish, FailPoint::SubmitAfterStorePut, 0),
    (Way::Publish, FailPoint::SubmitBeforeConfirm, 0),
    (Way::Publish, FailPoint::SubmitAfterConfirm, 0),
    (Way::Work, FailPoint::IngestAfterReceive, 2),
    (Way::Work, FailPoint::StoreGet, 2),
    (Way::Work, FailPoint::IngestAfterFetch, 2),
    (Way::Work, FailPoint::IngestAfterParse, 2),
    (Way::Work, FailPoint::IngestTxMidBatch, 5),
    (Way::Work, FailPoint::IngestBeforeCommit, 1),
    (Way::Work, FailPoint::IngestAfterCommitBeforeAck, 1),
    (Way::Work, FailPoint::IngestAfterAck, 1),
    (Way::Work, FailPoint::DeadletterBeforeRecord, 0),
    (Way::Work, FailPoint::DeadletterAfterRecordBeforeAck, 0),
    (Way::Ingest, FailPoint::IngestAfterParse, 5),
    (Way::Ingest, FailPoint::StorePut, 5),
    (Way::Ingest, FailPoint::IngestTxMidBatch, 3),
    (Way::Ingest, FailPoint::IngestBeforeCommit, 0),
    (Way::Rebuild, FailPoint::RebuildMid, 0),
    (Way::Rebuild, FailPoint::StoreGet, 50),
    (Way::Rebuild, FailPoint::IngestAfterFetch, 1_050),
    (Way::Rebuild, FailPoint::IngestTxMidBatch, 20),
    (Way::Rebuild, FailPoint::IngestBeforeCommit, 0),
    (Way::Migrate, FailPoint::MigrateBetweenStatements, 0),
    (Way::Migrate, FailPoint::MigrateBetweenStatements, 4),
];

fn stops_of(way: Way) -> impl Iterator<Item = (FailPoint, usize)> {
    STOPS
        .iter()
        .filter(move |(of, _, _)| *of == way)
        .map(|(_, point, before)| (*point, *before))
}

/// What a run of faults did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Processes that were killed.
    pub kills: usize,
    /// Documents that were accepted, bad messages included.
    pub documents: usize,
    /// Deliveries beyond the first of each.
    pub duplicates_seen: usize,
    /// Documents that were accepted and are nowhere.
    pub lost: usize,
}

impl Tally {
    /// Adds another.
    pub fn add(&mut self, other: Tally) {
        self.kills += other.kills;
        self.documents += other.documents;
        self.duplicates_seen += other.duplicates_seen;
        self.lost += other.lost;
    }

    /// Of a run through the broker: what the oracle found, and what the workers said.
    pub fn of(kills: usize, verdict: &Verdict, said: &str) -> Tally {
        Tally {
            kills,
            documents: verdict.accepted,
            duplicates_seen: killer::deliveries(said).saturating_sub(verdict.accepted),
            lost: verdict.lost.len(),
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} kills, {} documents, {} duplicates seen, lost = {}",
            self.kills, self.documents, self.duplicates_seen, self.lost
        )
    }
}

/// Kills at every stop of one way.
///
/// # Panics
/// When a stop is not reached, or something is lost, doubled or where it does not belong, or the graph is another than
/// that of a direct ingest.
pub async fn walk(way: Way, engine: Engine, services: &Services) -> Tally {
    match way {
        Way::Publish => publish(engine, services).await,
        Way::Work => work(engine, services).await,
        Way::Ingest => ingest(engine, services).await,
        Way::Rebuild => rebuild(engine, services).await,
        Way::Migrate => migrate(engine, services).await,
    }
}

fn documents(from: usize, count: usize) -> Vec<Value> {
    (from..from + count).map(corpus::document).collect()
}

async fn publish(engine: Engine, services: &Services) -> Tally {
    let scene = Scene::of(engine, services).await.with_broker(services);
    let (mut ledger, mut verdict) = (Ledger::default(), Verdict::default());
    let (mut said, mut kills) = (String::new(), 0);
    for (number, (point, before)) in stops_of(Way::Publish).enumerate() {
        let documents = documents(number * 20, 20);
        killer::run_and_kill(scene.ingest(&documents, true), Kill::Abort(point, before)).expect_killed();
        scene.ingest(&documents, true).run().expect_code(0);
        ledger.accept(&documents);
        kills += 1;
        let probe = Probe::new(&scene).await;
        said += &killer::drain(&scene, &probe).await;
        verdict = oracle::count(&scene, &probe, &ledger).await.expect_clean();
    }
    assert_eq!(scene.checksum(), expected_checksum(&ledger.documents()));
    Tally::of(kills, &verdict, &said)
}

async fn work(engine: Engine, services: &Services) -> Tally {
    let scene = Scene::of(engine, services).await.with_broker(services);
    let (mut ledger, mut verdict) = (Ledger::default(), Verdict::default());
    let (mut said, mut kills) = (String::new(), 0);
    for (number, (point, before)) in stops_of(Way::Work).enumerate() {
        let mut documents = documents(number * 16, 16);
        // The last is one of before, or one twice.
        documents.push(corpus::document(number * 8));
        scene.ingest(&documents, true).run().expect_code(0);
        ledger.accept(&documents);
        let probe = Probe::new(&scene).await;
        for bad in [2 * number, 2 * number + 1] {
            ledger.send_bad(&probe, &corpus::bad_message(bad)).await;
        }
        let death = killer::work_and_kill(&scene, &probe, Kill::Abort(point, before)).await;
        said += &death.expect_killed().stderr;
        kills += 1;
        said += &killer::drain(&scene, &probe).await;
        verdict = oracle::count(&scene, &probe, &ledger).await.expect_clean();
    }
    assert_eq!(scene.checksum(), expected_checksum(&ledger.documents()));
    Tally::of(kills, &verdict, &said)
}

async fn ingest(engine: Engine, services: &Services) -> Tally {
    let scene = Scene::of(engine, services).await;
    let mut all = Vec::new();
    let mut kills = 0;
    for (number, (point, before)) in stops_of(Way::Ingest).enumerate() {
        let documents = documents(number * 40, 40);
        let before_it = scene.documents().await.len();
        killer::run_and_kill(scene.ingest(&documents, false), Kill::Abort(point, before)).expect_killed();
        assert_eq!(
            scene.documents().await.len(),
            before_it,
            "half a batch at {}",
            point.name()
        );
        let summary = scene.ingest(&documents, false).run().expect_code(0).json();
        assert_eq!(summary["ingested"], 40, "{summary}");
        all.extend(documents);
        kills += 1;
    }
    expect_exactly(&scene, &all).await;
    direct_tally(kills, all.len())
}

async fn rebuild(engine: Engine, services: &Services) -> Tally {
    let scene = Scene::of(engine, services).await;
    // More than one batch.
    let all = documents(0, 1_100);
    scene.ingest(&all, false).run().expect_code(0);
    let expected = scene.checksum();
    let mut kills = 0;
    for (point, before) in stops_of(Way::Rebuild) {
        let rebuild = scene.thoth(["graph", "rebuild", "--wipe"]);
        killer::run_and_kill(rebuild, Kill::Abort(point, before)).expect_killed();
        scene.thoth(["graph", "rebuild"]).run().expect_code(0);
        assert_eq!(scene.checksum(), expected, "after {}", point.name());
        kills += 1;
    }
    expect_exactly(&scene, &all).await;
    direct_tally(kills, all.len())
}

async fn migrate(engine: Engine, services: &Services) -> Tally {
    let scene = Scene::of(engine, services).await;
    let graph = scene.graph().await;
    wipe(graph.as_ref(), &mut |_| ())
        .await
        .expect("the graph can be emptied");
    drop(graph);
    let mut kills = 0;
    for (point, before) in stops_of(Way::Migrate) {
        let death = killer::run_and_kill(scene.thoth(["graph", "migrate"]), Kill::Abort(point, before));
        death.expect_killed();
        kills += 1;
    }
    let migrate = || {
        scene
            .thoth(["graph", "migrate", "--format", "json"])
            .run()
            .expect_code(0)
    };
    let applied = migrate().json();
    assert!(
        applied["applied"].as_array().is_some_and(|keys| !keys.is_empty()),
        "{applied}"
    );
    assert_eq!(migrate().json()["applied"], serde_json::json!([]));
    let all = documents(0, 20);
    scene.ingest(&all, false).run().expect_code(0);
    expect_exactly(&scene, &all).await;
    direct_tally(kills, all.len())
}

/// Every document once and no other, and the graph of a direct ingest.
async fn expect_exactly(scene: &Scene, documents: &[Value]) {
    let mut found = scene.documents().await;
    let mut expected: Vec<String> = documents.iter().map(corpus::id_of).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(scene.checksum(), expected_checksum(documents));
}

fn direct_tally(kills: usize, documents: usize) -> Tally {
    Tally {
        kills,
        documents,
        ..Tally::default()
    }
}
