//! The publisher on a real broker.

use crate::support::{Probe, Vhost, file_store, header, release, releases};
use std::net::TcpListener;
use thoth_ingest::broker::BrokerConfig;
use thoth_ingest::publisher::Publisher;
use thoth_ingest::store::StoreKey;
use thoth_ingest::topology::{DOCUMENTS, LIGHT};
use thoth_schema::error::ErrorCode;
use thoth_schema::message::Pointer;

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_stored_and_announced() {
    let Some(vhost) = Vhost::new() else { return };
    let folder = tempfile::tempdir().unwrap();
    let store = file_store(folder.path());
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let publisher = Publisher::connect(&BrokerConfig::new(&vhost.url))
        .await
        .unwrap()
        .traced(Some(trace.to_owned()));
    let flask = release("flask", "1.0");
    publisher.publish(&flask, Some(&store)).await.unwrap();

    let probe = Probe::new(&vhost.url).await;
    let message = probe.wait_and_take(LIGHT).await;
    let pointer = Pointer::from_bytes(&message.data).unwrap();
    assert_eq!(pointer, Pointer::to(&flask, StoreKey::of(&flask).as_str()));
    assert_eq!(
        store
            .get(&StoreKey::parse(&pointer.store_key).unwrap())
            .await
            .unwrap(),
        flask
    );
    let properties = &message.properties;
    assert_eq!(message.routing_key.as_str(), "release.v1");
    assert_eq!(message.exchange.as_str(), DOCUMENTS);
    assert_eq!(properties.message_id().as_ref().unwrap().as_str(), flask.id);
    assert_eq!(
        properties.content_type().as_ref().unwrap().as_str(),
        "application/json"
    );
    assert_eq!(properties.kind().as_ref().unwrap().as_str(), "release");
    assert_eq!(*properties.delivery_mode(), Some(2));
    assert!(properties.timestamp().is_some());
    assert_eq!(header(&message, "traceparent").as_deref(), Some(trace));

    publisher.publish(&flask, None).await.unwrap();
    let inline = Pointer::from_bytes(&probe.wait_and_take(LIGHT).await.data).unwrap();
    assert_eq!(inline.inline.unwrap().as_bytes(), flask.canonical_bytes());
    publisher.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publisher_outlives_its_connection() {
    let Some(vhost) = Vhost::new() else { return };
    let publisher = Publisher::connect(&BrokerConfig::new(&vhost.url)).await.unwrap();
    publisher.publish_all(&releases(300), None).await.unwrap();
    vhost.close_connections();
    publisher.publish_all(&releases(300), None).await.unwrap();
    let probe = Probe::new(&vhost.url).await;
    for _ in 0..600 {
        probe.wait_and_take(LIGHT).await;
    }
    assert!(probe.take(LIGHT).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_no_queue_takes_is_a_fault() {
    let Some(vhost) = Vhost::new() else { return };
    let publisher = Publisher::connect(&BrokerConfig::new(&vhost.url)).await.unwrap();
    let probe = Probe::new(&vhost.url).await;
    probe
        .channel
        .queue_delete(LIGHT.into(), Default::default())
        .await
        .unwrap();
    let fault = publisher
        .publish(&release("flask", "1.0"), None)
        .await
        .unwrap_err();
    assert_eq!(fault.code, ErrorCode::InvalidConfiguration, "{fault}");
    assert!(fault.remedy.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_of_another_shape_is_named() {
    let Some(vhost) = Vhost::new() else { return };
    Publisher::connect(&BrokerConfig::new(&vhost.url)).await.unwrap();
    let other = BrokerConfig {
        max_attempts: 7,
        ..BrokerConfig::new(&vhost.url)
    };
    let fault = Publisher::connect(&other).await.map(drop).unwrap_err();
    assert_eq!(fault.code, ErrorCode::InvalidConfiguration, "{fault}");
    assert!(fault.message.contains(LIGHT), "{fault}");
}

#[tokio::test]
async fn a_broker_that_is_away_is_told_at_once() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let config = BrokerConfig::new(format!("amqp://thoth:hunter2@127.0.0.1:{port}/%2f"));
    let fault = Publisher::connect(&config).await.map(drop).unwrap_err();
    assert_eq!(fault.code, ErrorCode::BrokerUnreachable, "{fault}");
    assert!(fault.remedy.is_some());
    assert!(
        !fault.to_string().contains("hunter2") && !format!("{config:?}").contains("hunter2"),
        "{fault}"
    );
}

#[test]
fn wrong_configuration_is_told_at_once() {
    let good = BrokerConfig::new("amqp://guest:guest@localhost:5672/%2f");
    good.validate().unwrap();
    for bad in [
        BrokerConfig::new("localhost:5672"),
        BrokerConfig::new("http://localhost"),
        BrokerConfig {
            prefetch: 0,
            ..good.clone()
        },
        BrokerConfig {
            prefetch: 10_001,
            ..good.clone()
        },
        BrokerConfig {
            max_attempts: 0,
            ..good.clone()
        },
    ] {
        assert_eq!(
            bad.validate().unwrap_err().code,
            ErrorCode::InvalidConfiguration,
            "{bad:?}"
        );
    }
}
