//! A document that kills its worker, among good ones.

use thoth_tests::corpus;
use thoth_tests::killer::{drain, stopped, until_below};
use thoth_tests::oracle::{self, OVER_THE_LIMIT, Probe};
use thoth_tests::scene::{PATIENCE, Scene, expected_checksum};
use thoth_tests::services::Services;

use super::{documents, publish};

/// Deliveries before the broker gives up, so that the test is short.
const DELIVERY_LIMIT: usize = 3;

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_kills_its_worker_becomes_a_dead_letter_alone() {
    let Some(services) = Services::get() else { return };
    let mut scene = Scene::embedded().with_broker(services);
    scene.set("THOTH_BROKER_MAX_ATTEMPTS", DELIVERY_LIMIT.to_string());
    let documents = documents(0, 16);
    let mut ledger = publish(&scene, &documents);
    let poison = corpus::id_of(&documents[7]);
    ledger.good.remove(&poison);
    ledger.bad.insert(poison.clone(), OVER_THE_LIMIT);

    let probe = Probe::new(&scene).await;
    let mut deaths = 0;
    loop {
        let mut worker = scene
            .thoth(["worker"])
            .env("THOTH_FAIL_POINTS", format!("ingest.after_parse=abort({poison})"))
            .spawn();
        while worker.is_alive() && !is_dead(&scene, &poison) {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        if worker.is_alive() {
            worker.terminate();
            stopped(worker);
            break;
        }
        assert_eq!(worker.wait(PATIENCE).signal, Some(6));
        deaths += 1;
        assert!(deaths <= 2 * DELIVERY_LIMIT, "the limit does not hold");
    }
    drain_without_fix(&scene, &probe, &poison).await;
    let verdict = oracle::count(&scene, &probe, &ledger).await.expect_clean();
    assert_eq!((verdict.in_graph, verdict.dead), (15, 1));
    println!("{deaths} deaths, then: {verdict}");

    // The program was mended; the operator sends the document again, without touching the broker.
    let requeue = scene.thoth(["dead-letters", "requeue", poison.as_str()]);
    requeue.run().expect_code(0);
    drain(&scene, &probe).await;
    assert_eq!(scene.documents().await.len(), 16);
    assert_eq!(scene.checksum(), expected_checksum(&documents));
}

/// The neighbours go in by the program that would still die of the poison.
async fn drain_without_fix(scene: &Scene, probe: &Probe, poison: &str) {
    while !probe.is_drained().await {
        let mut worker = scene
            .thoth(["worker"])
            .env("THOTH_FAIL_POINTS", format!("ingest.after_parse=abort({poison})"))
            .spawn();
        until_below(probe, &mut worker, 1).await;
        worker.terminate();
        stopped(worker);
    }
}

fn is_dead(scene: &Scene, key: &str) -> bool {
    let listed = scene.thoth(["dead-letters", "list", "--format", "json"]).run();
    listed.expect_code(0).stdout.contains(key)
}
