//! A worker that is told to stop finishes what it has in hand and leaves the rest where it is.

use std::time::{Duration, Instant};

use thoth_tests::killer::{deliveries, drain, until_below};
use thoth_tests::oracle::{self, Probe};
use thoth_tests::scene::{Scene, expected_checksum};
use thoth_tests::services::Services;

use super::{documents, publish};

const DOCUMENTS: usize = 400;

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_told_to_stop_loses_nothing_and_gives_back_the_rest() {
    let Some(services) = Services::get() else { return };
    let scene = Scene::embedded().with_broker(services);
    let ledger = publish(&scene, &documents(0, DOCUMENTS));
    let probe = Probe::new(&scene).await;
    let mut said = String::new();
    for left in [350, 250, 150] {
        let mut worker = scene
            .thoth(["worker"])
            .env("THOTH_FAIL_POINTS", "ingest.after_receive=note")
            // No window of a worker shall hold all that is left.
            .env("THOTH_BROKER_PREFETCH", "32")
            .spawn();
        until_below(&probe, &mut worker, left).await;
        worker.terminate();
        let told = Instant::now();
        said += &worker.wait(Duration::from_secs(30)).expect_code(0).stderr;
        println!("stopped after {:?}", told.elapsed());
    }
    said += &drain(&scene, &probe).await;
    let verdict = oracle::count(&scene, &probe, &ledger).await.expect_clean();
    assert_eq!(verdict.in_graph, DOCUMENTS);
    // Whatever a worker began it finished: nothing came a second time.
    assert_eq!(deliveries(&said), DOCUMENTS);
    assert_eq!(scene.checksum(), expected_checksum(&ledger.documents()));
}
