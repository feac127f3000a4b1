//! Kills at random: a short form of `thoth-tests soak`. The seed is printed, and `THOTH_TEST_SEED` repeats it.

use thoth_tests::random::Random;
use thoth_tests::scene::Engine;
use thoth_tests::services::Services;
use thoth_tests::soak::round;
use thoth_tests::walk::Tally;

const KILLS: usize = 12;

async fn kill(engine: Engine) {
    let Some(services) = Services::get() else { return };
    let mut random = Random::from_environment();
    let mut tally = Tally::default();
    while tally.kills < KILLS {
        tally.add(round(&mut random, KILLS - tally.kills, engine, services).await);
    }
    println!("{engine:?}: {tally}");
    assert_eq!(tally.lost, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_change_nothing_on_the_embedded_graph() {
    kill(Engine::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_change_nothing_on_neo4j() {
    kill(Engine::Neo4j).await;
}
