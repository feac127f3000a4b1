//! Neo4j and RabbitMQ die under load and come back; the worker is not started again.

use std::time::Duration;

use thoth_tests::killer::until_below;
use thoth_tests::oracle::Probe;
use thoth_tests::scene::Scene;
use thoth_tests::services::{Service, Services};

use super::{documents, finish, probe_again, publish};

const DOCUMENTS: usize = 400;

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_outlives_a_killed_neo4j() {
    let Some(services) = Services::get() else { return };
    let scene = Scene::neo4j(services).await.with_broker(services);
    let ledger = publish(&scene, &documents(0, DOCUMENTS));
    let probe = Probe::new(&scene).await;
    let mut worker = scene.thoth(["worker"]).spawn();
    until_below(&probe, &mut worker, DOCUMENTS - 60).await;
    services.kill9(Service::Neo4j);
    tokio::time::sleep(Duration::from_secs(2)).await;
    services.start(Service::Neo4j);
    let verdict = finish(&scene, &probe, worker, &ledger).await;
    assert_eq!(verdict.dead, 0, "an absence cost a document its life");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_outlives_a_killed_rabbitmq() {
    let Some(services) = Services::get() else { return };
    let broker = services.rabbitmq();
    let scene = Scene::embedded().with_vhost(broker.vhost());
    let (first, second) = (documents(0, DOCUMENTS), documents(DOCUMENTS, 100));
    let mut ledger = publish(&scene, &first);
    let probe = Probe::new(&scene).await;
    let mut worker = scene.thoth(["worker"]).spawn();
    until_below(&probe, &mut worker, DOCUMENTS - 60).await;
    drop(probe);
    services.kill9(Service::RabbitMq);
    // Nobody can publish, and nobody is told that it was done.
    scene.ingest(&second, true).run().expect_code(2);
    services.start(Service::RabbitMq);
    let probe = probe_again(&scene).await;
    scene.ingest(&second, true).run().expect_code(0);
    ledger.accept(&second);
    let verdict = finish(&scene, &probe, worker, &ledger).await;
    assert_eq!(verdict.dead, 0, "an absence cost a document its life");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_outlives_closed_connections() {
    let Some(services) = Services::get() else { return };
    let scene = Scene::embedded().with_broker(services);
    let ledger = publish(&scene, &documents(0, DOCUMENTS));
    let mut probe = Probe::new(&scene).await;
    let mut worker = scene.thoth(["worker"]).spawn();
    for left in [350, 250, 150] {
        until_below(&probe, &mut worker, left).await;
        scene.vhost().close_connections();
        probe = probe_again(&scene).await;
    }
    finish(&scene, &probe, worker, &ledger).await;
}
