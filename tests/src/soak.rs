//! Rounds of kills at random: publishers and workers die at fail points and by `kill -9`, until so many have died.

use crate::corpus;
use crate::killer::{self, Kill};
use crate::oracle::{self, Ledger, Probe};
use crate::random::Random;
use crate::scene::{Engine, Scene, expected_checksum};
use crate::services::Services;
use crate::walk::Tally;

/// Deaths of workers in one round: well below the delivery limit, which is there for documents that kill.
const WORKER_DEATHS: usize = 10;

/// One round: a corpus is published and worked off, with kills on the way, `most` at most; the oracle counts at its end.
///
/// # Panics
/// When something is lost, doubled or where it does not belong, or the graph is another than that of a direct ingest.
pub async fn round(random: &mut Random, most: usize, engine: Engine, services: &Services) -> Tally {
    let scene = Scene::of(engine, services).await.with_broker(services);
    let mut ledger = Ledger::default();
    let mut kills = 0;
    let from = random.below(100_000);
    let mut documents: Vec<_> = (0..60 + random.below(100))
        .map(|number| corpus::document(from + number))
        .collect();
    for _ in 0..random.below(20) {
        documents.push(random.pick(&documents).clone());
    }

    while kills < most && random.below(3) > 0 {
        let kill = Kill::any_of_publisher(random);
        kills += usize::from(killer::run_and_kill(scene.ingest(&documents, true), kill).killed);
    }
    scene.ingest(&documents, true).run().expect_code(0);
    ledger.accept(&documents);
    let probe = Probe::new(&scene).await;
    for _ in 0..random.below(8) {
        let bad = corpus::bad_message(random.below(100_000));
        ledger.send_bad(&probe, &bad).await;
    }

    let mut said = String::new();
    let mut worker_deaths = 0;
    while kills < most && worker_deaths < WORKER_DEATHS && probe.waiting().await > 0 {
        let death = killer::work_and_kill(&scene, &probe, Kill::any_of_worker(random)).await;
        said += &death.output.stderr;
        worker_deaths += usize::from(death.killed);
        kills += usize::from(death.killed);
    }
    said += &killer::drain(&scene, &probe).await;
    let verdict = oracle::count(&scene, &probe, &ledger).await.expect_clean();
    assert_eq!(scene.checksum(), expected_checksum(&ledger.documents()));
    Tally::of(kills, &verdict, &said)
}

/// Rounds until so many processes have died; `tell` hears of each round.
///
/// # Panics
/// As [`round`].
pub async fn soak(
    kills: usize,
    seed: u64,
    engine: Engine,
    services: &Services,
    tell: &mut dyn FnMut(&Tally),
) -> Tally {
    let mut random = Random::seeded(seed);
    let mut tally = Tally::default();
    while tally.kills < kills {
        tally.add(round(&mut random, kills - tally.kills, engine, services).await);
        tell(&tally);
    }
    tally
}
