//! Faults on purpose: whatever dies, nothing that was accepted is lost, and nothing is there twice.
//!
//! `docs/testing.md` says what each promises. Every test ends with the oracle's count and with the checksum of a direct
//! ingest of the same documents.

mod crossed;
mod fail_points;
mod poison;
mod random_kills;
mod services;
mod stop;
mod store;

use std::time::{Duration, Instant};

use serde_json::Value;
use thoth_tests::binary::Running;
use thoth_tests::corpus;
use thoth_tests::killer;
use thoth_tests::oracle::{self, Ledger, Probe, Verdict};
use thoth_tests::scene::{PATIENCE, Scene, expected_checksum};

fn documents(from: usize, count: usize) -> Vec<Value> {
    (from..from + count).map(corpus::document).collect()
}

/// Publishes documents, and gives what the oracle must know of them.
fn publish(scene: &Scene, documents: &[Value]) -> Ledger {
    let mut ledger = Ledger::default();
    scene.ingest(documents, true).run().expect_code(0);
    ledger.accept(documents);
    ledger
}

/// Lets the worker finish, and counts. What died came back by itself: the worker is the one of the beginning.
async fn finish(scene: &Scene, probe: &Probe, mut worker: Running, ledger: &Ledger) -> Verdict {
    killer::until_below(probe, &mut worker, 1).await;
    worker.terminate();
    killer::stopped(worker);
    killer::drain(scene, probe).await;
    let verdict = oracle::count(scene, probe, ledger).await.expect_clean();
    assert_eq!(scene.checksum(), expected_checksum(&ledger.documents()));
    println!("{verdict}");
    verdict
}

/// A new probe, as soon as the broker lets one in.
async fn probe_again(scene: &Scene) -> Probe {
    let started = Instant::now();
    loop {
        if let Some(probe) = Probe::try_new(scene).await {
            return probe;
        }
        assert!(started.elapsed() < PATIENCE, "the broker does not come back");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
