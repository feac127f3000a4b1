//! Dead letters by GraphQL, from a store with three of them.

use std::path::Path;

use serde_json::{Value as Json, json};
use thoth_ingest::broker::BrokerConfig;
use thoth_ingest::store::StoreConfig;
use thoth_server::ServerConfig;
use thoth_server::graphql::{Schema, schema};

use crate::support::{ask, bare_graph, code};

const QUERY: &str = include_str!("queries/dead_letters.graphql");
const REQUEUE: &str = include_str!("queries/requeue.graphql");
const DISCARD: &str = include_str!("queries/discard.graphql");

fn key(digit: char) -> String {
    digit.to_string().repeat(64)
}

/// As the ingest writes them.
fn write(folder: &Path, digit: char, code: &str, body: Json) {
    let record = json!({
        "key": key(digit), "documentId": key(digit), "kind": "release", "storeKey": "release/2020/01/01/x.json.zst",
        "queue": "thoth.ingest.light", "code": code, "reason": "it is so", "pointer": "/payload", "attempts": 3,
        "firstTime": "2026-01-01T00:00:00Z", "lastTime": "2026-01-02T00:00:00Z", "bytes": 4,
        "bodySha256": key('e'), "body": body, "routingKey": "release.v1", "deaths": ["0123456789abcdef"],
        "headers": {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
    });
    let folder = folder.join("dead-letters");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{}.json", key(digit))), record.to_string()).unwrap();
}

fn desk(folder: &Path, broker: Option<&str>) -> Schema {
    write(folder, 'a', "NOT_FOUND", json!({"text": "{\"a\""}));
    write(folder, 'b', "SCHEMA_VIOLATION", json!({"text": "{\"b\""}));
    write(folder, 'c', "NOT_FOUND", json!({"base64": "/wD+AA=="}));
    let config = ServerConfig {
        store: Some(StoreConfig::new(format!("file://{}", folder.display()))),
        broker: broker.map(BrokerConfig::new),
        ..ServerConfig::default()
    };
    schema(bare_graph(), &config)
}

#[tokio::test]
async fn pages_conditions_and_every_field() {
    let folder = tempfile::tempdir().unwrap();
    let schema = desk(folder.path(), None);
    let all = ask(&schema, QUERY, json!({"key": key('c')})).await["data"].clone();
    assert_eq!(all["deadLetters"]["totalCount"], 3, "{all}");
    let expected = json!({
        "key": key('a'), "documentId": key('a'), "kind": "release", "storeKey": "release/2020/01/01/x.json.zst",
        "queue": "thoth.ingest.light", "code": "NOT_FOUND", "reason": "it is so", "pointer": "/payload", "attempts": 3,
        "firstTime": "2026-01-01T00:00:00Z", "lastTime": "2026-01-02T00:00:00Z", "bytes": 4, "body": "{\"a\"",
        "bodyBase64": null, "whole": true, "routingKey": "release.v1",
        "headers": [{"name": "traceparent", "value": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}],
    });
    assert_eq!(all["deadLetters"]["nodes"][0], expected);
    assert_eq!(
        (&all["deadLetter"]["body"], &all["deadLetter"]["bodyBase64"]),
        (&Json::Null, &json!("/wD+AA=="))
    );

    let mut variables = json!({"key": key('d'), "first": 1, "code": "NOT_FOUND", "kind": "release"});
    let page = ask(&schema, QUERY, variables.clone()).await["data"].clone();
    assert_eq!(
        (&page["deadLetters"]["nodes"][0]["key"], &page["deadLetter"]),
        (&json!(key('a')), &Json::Null)
    );
    assert_eq!(
        (
            &page["deadLetters"]["totalCount"],
            &page["deadLetters"]["pageInfo"]["hasNextPage"]
        ),
        (&json!(2), &json!(true))
    );
    variables["after"] = page["deadLetters"]["pageInfo"]["endCursor"].clone();
    let page = ask(&schema, QUERY, variables.clone()).await["data"].clone();
    assert_eq!(page["deadLetters"]["nodes"][0]["key"], key('c'));
    assert_eq!(page["deadLetters"]["pageInfo"]["hasNextPage"], false);
    variables["after"] = json!("nonsense");
    assert_eq!(code(&ask(&schema, QUERY, variables).await), "CURSOR_INVALID");
    assert_eq!(
        code(&ask(&schema, QUERY, json!({"key": "x", "first": 101})).await),
        "PAGE_TOO_LARGE"
    );
}

#[tokio::test]
async fn a_discarded_letter_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let schema = desk(folder.path(), None);
    let gone = ask(&schema, DISCARD, json!({"key": key('b')})).await;
    assert_eq!(
        gone["data"]["discardDeadLetter"],
        json!({"key": key('b'), "attempts": 3}),
        "{gone}"
    );
    assert_eq!(
        code(&ask(&schema, DISCARD, json!({"key": key('b')})).await),
        "NOT_FOUND"
    );
    assert_eq!(
        code(&ask(&schema, DISCARD, json!({"key": "../../../etc/passwd"})).await),
        "NOT_FOUND"
    );
}

#[tokio::test]
async fn without_store_or_broker_the_answer_says_so() {
    let bare = schema(bare_graph(), &ServerConfig::default());
    for text in [QUERY, REQUEUE, DISCARD] {
        let answer = ask(&bare, text, json!({"key": key('a')})).await;
        assert_eq!(code(&answer), "NOT_FOUND", "{answer}");
        assert!(answer.to_string().contains("no document store"), "{answer}");
    }
    let folder = tempfile::tempdir().unwrap();
    let answer = ask(&desk(folder.path(), None), REQUEUE, json!({"key": key('a')})).await;
    assert_eq!(code(&answer), "NOT_FOUND");
    assert!(answer.to_string().contains("no message broker"), "{answer}");
    // Nobody listens there; the address is nobody's business, and the letter stays.
    let away = desk(folder.path(), Some("amqp://guest:hush@127.0.0.1:1/%2f"));
    let answer = ask(&away, REQUEUE, json!({"key": key('a')})).await;
    assert_eq!(code(&answer), "BROKER_UNREACHABLE", "{answer}");
    assert!(!answer.to_string().contains("hush"), "{answer}");
    let all = ask(&away, QUERY, json!({"key": key('a')})).await;
    assert_eq!(all["data"]["deadLetters"]["totalCount"], 3);
}
