//! Dead letters from the queue into the store and back, on a real broker.

use crate::support::{Probe, Vhost, file_store, letters, memory_graph, release, until};
use lapin::options::BasicPublishOptions;
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, message::Delivery};
use std::time::Duration;
use tempfile::TempDir;
use thoth_ingest::broker::BrokerConfig;
use thoth_ingest::control;
use thoth_ingest::dead_letters::{
    Body, CUT_BODY_BYTES, DeadLetterOffice, MAX_BODY_BYTES, MAX_CHARACTERS, MAX_HEADERS, Selection,
};
use thoth_ingest::publisher::Publisher;
use thoth_ingest::store::{DocumentStore, StoreKey};
use thoth_ingest::topology::{DEAD_LETTERS, DOCUMENTS, LIGHT};
use thoth_ingest::trace::trace_id;
use thoth_ingest::worker::{Worker, WorkerOptions};
use thoth_schema::error::ErrorCode;
use thoth_schema::message::Pointer;
use tokio::sync::watch;

struct Scene {
    vhost: Vhost,
    folder: TempDir,
    store: DocumentStore,
    office: DeadLetterOffice,
    probe: Probe,
}

impl Scene {
    async fn new() -> Option<Scene> {
        let vhost = Vhost::new()?;
        let folder = tempfile::tempdir().unwrap();
        let store = file_store(folder.path());
        let broker = BrokerConfig::new(&vhost.url);
        Publisher::connect(&broker).await.unwrap().close().await;
        let office = DeadLetterOffice::new(store.clone(), broker);
        let office = office.delayed(Duration::from_millis(20), Duration::from_millis(100));
        let probe = Probe::new(&vhost.url).await;
        Some(Scene {
            vhost,
            folder,
            store,
            office,
            probe,
        })
    }

    /// Puts a message into the dead letters as a worker does.
    async fn bury(&self, body: &[u8], headers: &[(&str, &str)]) {
        let mut table = FieldTable::default();
        for (key, value) in headers {
            let number = value.parse().ok().filter(|_| *key == "attempts");
            let value = number.map_or_else(|| AMQPValue::LongString((*value).into()), AMQPValue::LongLongInt);
            table.insert((*key).into(), value);
        }
        let properties = BasicProperties::default()
            .with_delivery_mode(2)
            .with_type("release".into())
            .with_headers(table);
        let sent = self
            .probe
            .channel
            .basic_publish(
                DEAD_LETTERS.into(),
                "release.v1".into(),
                BasicPublishOptions::default(),
                body,
                properties,
            )
            .await;
        sent.unwrap().await.unwrap();
    }
}

/// The headers of one death.
fn death<'a>(attempts: &'a str, first: &'a str, last: &'a str, code: &'a str) -> [(&'a str, &'a str); 6] {
    [
        ("attempts", attempts),
        ("firstTime", first),
        ("lastTime", last),
        ("code", code),
        ("reason", "it is so"),
        ("queue", LIGHT),
    ]
}

const EARLY: &str = "2026-01-01T00:00:00Z";
const LATER: &str = "2026-01-02T00:00:00Z";
const LAST: &str = "2026-01-03T00:00:00Z";

fn pointer(name: &str) -> (String, Vec<u8>) {
    let document = release(name, "1.0");
    let pointer = Pointer::to(&document, StoreKey::of(&document).as_str());
    (document.id, pointer.to_bytes().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn deaths_of_one_message_are_one_record_in_any_order_and_told_twice() {
    let deaths = [
        death("2", EARLY, EARLY, "NOT_FOUND"),
        death("3", LATER, LAST, "STORE_CORRUPT"),
        death("1", LATER, LATER, "NOT_FOUND"),
    ];
    let (id, body) = pointer("flask");
    for order in [[0, 1, 2, 0], [2, 1, 0, 1], [1, 1, 0, 2]] {
        let Some(scene) = Scene::new().await else { return };
        for death in order {
            scene.bury(&body, &deaths[death]).await;
            // The fourth is one that the office recorded, and died before it could say so.
            assert_eq!(scene.office.drain().await.unwrap(), 1);
        }
        let letter = letters(&scene.store, 1).await.remove(0);
        assert_eq!(
            (letter.key.as_str(), letter.document_id.as_deref()),
            (id.as_str(), Some(id.as_str()))
        );
        assert_eq!(
            (letter.attempts, letter.code.as_str()),
            (6, "STORE_CORRUPT"),
            "{order:?}"
        );
        assert_eq!(
            (letter.first_time.as_str(), letter.last_time.as_str()),
            (EARLY, LAST)
        );
        assert_eq!(letter.bytes, body.len() as u64);
        assert_eq!(letter.body.bytes(), body);
        assert_eq!(scene.office.drain().await.unwrap(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_message_pushes_out_another_one() {
    let Some(scene) = Scene::new().await else { return };
    let (id, body) = pointer("flask");
    let other = format!(r#"{{"documentId":"{id}","kind":"release"}}"#);
    let bodies: [&[u8]; 4] = [&body, other.as_bytes(), b"not json", &[0xff, 0x00, 0xfe]];
    for body in bodies {
        scene
            .bury(body, &death("1", EARLY, EARLY, "MALFORMED_JSON"))
            .await;
        scene
            .bury(body, &death("1", LATER, LATER, "MALFORMED_JSON"))
            .await;
    }
    assert_eq!(scene.office.drain().await.unwrap(), 8);
    let found = letters(&scene.store, 4).await;
    assert!(
        found
            .iter()
            .all(|letter| letter.attempts == 2 && letter.is_whole()),
        "{found:#?}"
    );
    for body in bodies {
        assert!(found.iter().any(|letter| letter.body.bytes() == body));
    }
    assert_eq!(
        found
            .iter()
            .filter(|letter| letter.document_id.as_deref() == Some(&id))
            .count(),
        2
    );
    let raw = found
        .iter()
        .find(|letter| matches!(letter.body, Body::Base64(_)))
        .unwrap();
    assert_eq!(raw.kind.as_deref(), Some("release"));
    // The listing of documents does not enter the folder.
    let documents: Vec<_> = futures::TryStreamExt::try_collect(scene.store.list())
        .await
        .unwrap();
    assert!(documents.is_empty(), "{documents:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_bounded_whatever_the_message_is() {
    let Some(scene) = Scene::new().await else { return };
    // What fits a frame of 128 KiB.
    let long = "x".repeat(10_000);
    let names: Vec<String> = (0..40).map(|number| format!("header-{number}")).collect();
    let mut headers = vec![
        ("code", long.as_str()),
        ("reason", long.as_str()),
        ("pointer", long.as_str()),
    ];
    headers.extend(names.iter().map(|name| (name.as_str(), &long[..1_900])));
    scene.bury(&vec![b'{'; MAX_BODY_BYTES + 1], &headers).await;
    scene.bury(&vec![1; MAX_BODY_BYTES], &headers).await;
    assert_eq!(scene.office.drain().await.unwrap(), 2);
    for letter in letters(&scene.store, 2).await {
        assert_eq!(
            (letter.code.len(), letter.reason.len()),
            (MAX_CHARACTERS, MAX_CHARACTERS)
        );
        assert_eq!(letter.headers.len(), MAX_HEADERS);
        let is_cut = letter.bytes > MAX_BODY_BYTES as u64;
        let kept = if is_cut { CUT_BODY_BYTES } else { MAX_BODY_BYTES };
        assert_eq!((letter.body.bytes().len(), letter.is_whole()), (kept, !is_cut));
        if is_cut {
            let fault = scene
                .office
                .requeue(&[letter.key], &mut |_| ())
                .await
                .unwrap_err();
            assert_eq!(fault.code, ErrorCode::LimitExceeded, "{fault}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_sent_again_is_as_it_was_but_without_its_history() {
    let Some(scene) = Scene::new().await else { return };
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let (id, body) = pointer("flask");
    let mut headers = death("7", EARLY, LATER, "NOT_FOUND").to_vec();
    headers.push(("traceparent", trace));
    scene.bury(&body, &headers).await;
    scene.office.drain().await.unwrap();
    let mut sent = Vec::new();
    let keys = [id.clone()];
    scene
        .office
        .requeue(&keys, &mut |letter| sent.push(letter.key.clone()))
        .await
        .unwrap();
    assert_eq!(sent, keys);
    assert_eq!(scene.office.letters().count(None, None).await.unwrap(), 0);
    let message: Delivery = scene.probe.wait_and_take(LIGHT).await;
    assert_eq!(
        (message.data.as_slice(), message.exchange.as_str()),
        (body.as_slice(), DOCUMENTS)
    );
    assert_eq!(message.routing_key.as_str(), "release.v1");
    let properties = &message.properties;
    assert_eq!(properties.message_id().as_ref().unwrap().as_str(), id);
    assert_eq!(properties.kind().as_ref().unwrap().as_str(), "release");
    let headers = properties.headers().as_ref().unwrap().inner();
    // Quorum queues add their count to every delivery.
    let names = headers.keys().map(|key| key.as_str());
    let names: Vec<&str> = names.filter(|name| *name != "x-delivery-count").collect();
    assert_eq!(names, ["traceparent"]);
    assert_eq!(
        crate::support::header(&message, "traceparent").as_deref(),
        Some(trace)
    );
    let fault = scene.office.requeue(&keys, &mut |_| ()).await.unwrap_err();
    assert_eq!(fault.code, ErrorCode::NotFound, "{fault}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_queue_takes_stays_recorded() {
    let Some(scene) = Scene::new().await else { return };
    let (id, body) = pointer("flask");
    scene.bury(&body, &death("1", EARLY, EARLY, "NOT_FOUND")).await;
    scene.office.drain().await.unwrap();
    let before = scene.office.letters().get(&id).await.unwrap();
    scene
        .probe
        .channel
        .queue_unbind(
            LIGHT.into(),
            DOCUMENTS.into(),
            "release.*".into(),
            FieldTable::default(),
        )
        .await
        .unwrap();
    // The bindings come back with the connection that sends; a routing key that nobody binds does not.
    let path = scene.folder.path().join(format!("dead-letters/{id}.json"));
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("release.v1", "recipe.v1")).unwrap();
    let fault = scene
        .office
        .requeue(std::slice::from_ref(&id), &mut |_| ())
        .await
        .unwrap_err();
    assert_eq!(fault.code, ErrorCode::InvalidConfiguration, "{fault}");
    let after = scene.office.letters().get(&id).await.unwrap();
    assert_eq!((after.attempts, after.requeued_at), (before.attempts, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_put_back_before_it_died_finds_its_queue() {
    let Some(scene) = Scene::new().await else { return };
    let (id, body) = pointer("flask");
    scene.bury(&body, &death("1", EARLY, EARLY, "NOT_FOUND")).await;
    scene.office.drain().await.unwrap();
    let path = scene.folder.path().join(format!("dead-letters/{id}.json"));
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("release.v1", LIGHT)).unwrap();
    scene.office.requeue(&[id], &mut |_| ()).await.unwrap();
    assert_eq!(scene.probe.wait_and_take(LIGHT).await.data, body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_death_during_the_requeue_outlives_it() {
    let Some(scene) = Scene::new().await else { return };
    let (id, body) = pointer("flask");
    scene.bury(&body, &death("1", EARLY, EARLY, "NOT_FOUND")).await;
    scene.office.drain().await.unwrap();
    // As the record is while somebody sends it: marked.
    let path = scene.folder.path().join(format!("dead-letters/{id}.json"));
    let now = std::fs::read_to_string(&path).unwrap();
    let mut record: serde_json::Value = serde_json::from_str(&now).unwrap();
    let other = release("other", "1.0");
    let publisher = Publisher::connect(&BrokerConfig::new(&scene.vhost.url))
        .await
        .unwrap();
    publisher.publish(&other, Some(&scene.store)).await.unwrap();
    let stamp = scene
        .probe
        .wait_and_take(LIGHT)
        .await
        .properties
        .timestamp()
        .unwrap();
    record["requeuedAt"] = serde_json::Value::from(rfc3339(stamp));
    std::fs::write(&path, record.to_string()).unwrap();
    let fault = scene
        .office
        .requeue(std::slice::from_ref(&id), &mut |_| ())
        .await
        .unwrap_err();
    assert_eq!(fault.code, ErrorCode::Unavailable, "{fault}");

    scene
        .bury(&body, &death("1", LATER, LATER, "STORE_CORRUPT"))
        .await;
    let office = scene.office.clone();
    let draining = tokio::spawn(async move { office.drain().await });
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert!(
        !draining.is_finished(),
        "the death was joined to a record that is about to go"
    );
    std::fs::remove_file(&path).unwrap();
    assert_eq!(draining.await.unwrap().unwrap(), 1);
    let letter = scene.office.letters().get(&id).await.unwrap();
    assert_eq!((letter.attempts, letter.code.as_str()), (1, "STORE_CORRUPT"));
}

fn rfc3339(seconds: u64) -> String {
    jiff::Timestamp::from_second(seconds as i64).unwrap().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_away_costs_a_dead_letter_nothing() {
    let Some(scene) = Scene::new().await else { return };
    let (id, body) = pointer("flask");
    let place = scene.folder.path().join("dead-letters");
    std::fs::write(&place, "no folder").unwrap();
    scene.bury(&body, &death("1", EARLY, EARLY, "NOT_FOUND")).await;
    let office = scene.office.clone();
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(async move { office.run(stopped).await });
    // Long enough for more deliveries than a broker of version 4 allows, were there no fresh copies.
    tokio::time::sleep(Duration::from_secs(4)).await;
    std::fs::remove_file(&place).unwrap();
    let letter = letters(&scene.store, 1).await.remove(0);
    assert_eq!((letter.key, letter.attempts), (id, 1));
    stop.send_replace(true);
    running.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_conditions_find_every_letter_once() {
    let Some(scene) = Scene::new().await else { return };
    for number in 0..7 {
        let code = if number % 2 == 0 { "NOT_FOUND" } else { "INTERNAL" };
        scene
            .bury(
                &pointer(&format!("package-{number}")).1,
                &death("1", EARLY, EARLY, code),
            )
            .await;
    }
    assert_eq!(scene.office.drain().await.unwrap(), 7);
    let letters = scene.office.letters();
    let mut selection = Selection {
        first: 3,
        code: Some("NOT_FOUND".to_owned()),
        ..Selection::default()
    };
    let page = letters.list(&selection).await.unwrap();
    assert_eq!((page.letters.len(), page.has_more), (3, true));
    selection.after = page.letters.last().map(|letter| letter.key.clone());
    let page = letters.list(&selection).await.unwrap();
    assert_eq!((page.letters.len(), page.has_more), (1, false));
    assert_eq!(letters.count(Some("NOT_FOUND"), None).await.unwrap(), 4);
    assert_eq!(letters.count(None, Some("release")).await.unwrap(), 7);
    assert_eq!(letters.count(None, Some("solver")).await.unwrap(), 0);
    let key = letters.keys().await.unwrap().remove(0);
    assert_eq!(letters.discard(&key).await.unwrap().key, key);
    assert_eq!(letters.discard(&key).await.unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(
        letters.get("../../etc/passwd").await.unwrap_err().code,
        ErrorCode::NotFound
    );
    // A damaged record hides no other.
    let path = scene
        .folder
        .path()
        .join(format!("dead-letters/{}.json", letters.keys().await.unwrap()[0]));
    std::fs::write(path, "{").unwrap();
    assert_eq!(
        letters.list(&Selection::default()).await.unwrap().letters.len(),
        5
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_queue_waits_and_goes_on() {
    let Some(scene) = Scene::new().await else { return };
    control::pause(&scene.store, LIGHT).await.unwrap();
    let broker = BrokerConfig::new(&scene.vhost.url);
    let publisher = Publisher::connect(&broker).await.unwrap();
    publisher
        .publish(&release("first", "1.0"), Some(&scene.store))
        .await
        .unwrap();
    let options = WorkerOptions::default();
    let worker = Worker::new(memory_graph().await, scene.store.clone(), broker, options).unwrap();
    let mut status = worker.status();
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(async move { worker.run(stopped).await });
    let connected = tokio::time::timeout(
        Duration::from_secs(30),
        status.wait_for(|status| status.connected),
    );
    connected.await.unwrap().unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(status.borrow().ingested, 0, "a paused queue was consumed");
    for (name, paused, ingested) in [("second", false, 2), ("third", true, 2), ("fourth", false, 4)] {
        match paused {
            true => control::pause(&scene.store, LIGHT).await.unwrap(),
            false => control::resume(&scene.store, LIGHT).await.unwrap(),
        }
        if paused {
            tokio::time::sleep(2 * control::LOOK).await;
        }
        publisher
            .publish(&release(name, "1.0"), Some(&scene.store))
            .await
            .unwrap();
        until("the documents", async || {
            (status.borrow().ingested >= ingested).then_some(())
        })
        .await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(status.borrow().ingested, ingested, "{name}");
    }
    stop.send_replace(true);
    running.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_document_begins_a_trace() {
    let Some(scene) = Scene::new().await else { return };
    let publisher = Publisher::connect(&BrokerConfig::new(&scene.vhost.url))
        .await
        .unwrap();
    publisher
        .publish_all(&crate::support::releases(2), None)
        .await
        .unwrap();
    let mut traces = Vec::new();
    for _ in 0..2 {
        let message = scene.probe.wait_and_take(LIGHT).await;
        let traceparent = crate::support::header(&message, "traceparent").unwrap();
        traces.push(trace_id(&traceparent).unwrap().to_owned());
    }
    assert_ne!(traces[0], traces[1]);
}
