//! Exchanges, queues and bindings of the broker, as one table.
//!
//! The table is declared by whoever connects, and it is `deploy/rabbitmq/definitions.json`; a test compares the two.
//!
//! Documents go to the topic exchange [`DOCUMENTS`] with the routing key `<kind>.v<major>`, from there to one quorum
//! queue per weight class. A message that comes back more often than the delivery limit (its worker crashed each
//! time), or that a worker found to be at fault for good, goes through [`DEAD_LETTERS`] to the queue of that name. What
//! advices lacked goes through [`WANTED`] to the queue of that name, whose consumers solve packages.

use crate::broker::broken;
use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, ExchangeKind};
use serde_json::{Value, json};
use thoth_schema::document::DocumentKind;
use thoth_schema::error::{ErrorCode, Fault};

/// The exchange that producers publish to.
pub const DOCUMENTS: &str = "thoth.documents";
/// The queue of documents that take milliseconds.
pub const LIGHT: &str = "thoth.ingest.light";
/// The queue of documents that take seconds.
pub const HEAVY: &str = "thoth.ingest.heavy";
/// The exchange of what could not be ingested, and the queue behind it.
pub const DEAD_LETTERS: &str = "thoth.dead-letters";

/// The exchange of what advices lacked, and the queue behind it for whoever solves packages.
pub const WANTED: &str = "thoth.knowledge-wanted";
/// Messages that wait there at most; beyond that the oldest go.
const WANTED_MESSAGES: u32 = 100_000;

/// How often a message may come back without being settled, by default: each time its worker died. A crash charges every
/// message of the worker's window, so this is well above the crashes of a bad day.
pub const DELIVERY_LIMIT: u32 = 20;

/// Delayed retry: an exchange and a queue of one name for each delay, in milliseconds; what has waited there goes back to
/// [`DOCUMENTS`] under the routing key it came with.
pub const RETRIES: [(&str, u32); 3] = [
    ("thoth.retry.10s", 10_000),
    ("thoth.retry.1m", 60_000),
    ("thoth.retry.10m", 600_000),
];

/// Whether a queue with other arguments is in the way.
const PRECONDITION_FAILED: u16 = 406;

fn work_queue_arguments(delivery_limit: u32) -> Vec<(&'static str, Value)> {
    vec![
        ("x-queue-type", json!("quorum")),
        ("x-delivery-limit", json!(delivery_limit)),
        ("x-dead-letter-exchange", json!(DEAD_LETTERS)),
        // A message leaves its queue only when the dead-letter queue has confirmed it; this needs the overflow rule.
        ("x-dead-letter-strategy", json!("at-least-once")),
        ("x-overflow", json!("reject-publish")),
    ]
}

fn retry_arguments(millis: u32) -> Vec<(&'static str, Value)> {
    vec![
        ("x-queue-type", json!("quorum")),
        ("x-message-ttl", json!(millis)),
        ("x-dead-letter-exchange", json!(DOCUMENTS)),
        ("x-dead-letter-strategy", json!("at-least-once")),
        ("x-overflow", json!("reject-publish")),
    ]
}

/// The exchange of delayed retry after this many attempts.
pub(crate) fn retry_exchange(attempts: i64) -> &'static str {
    let [(short, _), (middle, _), (long, _)] = RETRIES;
    match attempts {
        ..=3 => short,
        4..=6 => middle,
        _ => long,
    }
}

fn dead_letter_arguments() -> Vec<(&'static str, Value)> {
    vec![("x-queue-type", json!("quorum"))]
}

fn wanted_arguments() -> Vec<(&'static str, Value)> {
    vec![
        ("x-queue-type", json!("quorum")),
        ("x-max-length", json!(WANTED_MESSAGES)),
        ("x-overflow", json!("drop-head")),
    ]
}

fn queues(delivery_limit: u32) -> Vec<(&'static str, Vec<(&'static str, Value)>)> {
    let work = work_queues().map(|queue| (queue, work_queue_arguments(delivery_limit)));
    let retries = RETRIES.map(|(queue, millis)| (queue, retry_arguments(millis)));
    work.chain(retries)
        .chain([
            (DEAD_LETTERS, dead_letter_arguments()),
            (WANTED, wanted_arguments()),
        ])
        .collect()
}

fn exchanges() -> impl Iterator<Item = &'static str> {
    let retries = RETRIES.into_iter().map(|(exchange, _)| exchange);
    [DOCUMENTS, DEAD_LETTERS, WANTED].into_iter().chain(retries)
}

/// Source, destination and routing key of every binding.
fn bindings() -> Vec<(&'static str, &'static str, String)> {
    let mut bindings = Vec::new();
    for kind in DocumentKind::ALL {
        let queue = if kind.is_heavy() { HEAVY } else { LIGHT };
        bindings.push((DOCUMENTS, queue, format!("{}.*", kind.as_str())));
    }
    for exchange in exchanges().filter(|exchange| *exchange != DOCUMENTS) {
        bindings.push((exchange, exchange, "#".to_owned()));
    }
    bindings
}

/// The queues that a worker consumes.
pub fn work_queues() -> impl Iterator<Item = &'static str> {
    [LIGHT, HEAVY].into_iter()
}

/// Declares everything; what is there already is left as it is.
///
/// # Errors
/// `BROKER_UNREACHABLE`; `INVALID_CONFIGURATION` where a queue or exchange of another shape has the name.
pub(crate) async fn declare(channel: &Channel, delivery_limit: u32) -> Result<(), Fault> {
    for exchange in exchanges() {
        let options = ExchangeDeclareOptions {
            durable: true,
            ..ExchangeDeclareOptions::default()
        };
        let declared = channel.exchange_declare(
            exchange.into(),
            ExchangeKind::Topic,
            options,
            FieldTable::default(),
        );
        declared.await.map_err(|error| refused(exchange, &error))?;
    }
    for (queue, arguments) in queues(delivery_limit) {
        let options = QueueDeclareOptions {
            durable: true,
            ..QueueDeclareOptions::default()
        };
        let declared = channel
            .queue_declare(queue.into(), options, field_table(&arguments))
            .await;
        declared.map_err(|error| refused(queue, &error))?;
    }
    for (exchange, queue, key) in bindings() {
        let bound = channel.queue_bind(
            queue.into(),
            exchange.into(),
            key.as_str().into(),
            QueueBindOptions::default(),
            FieldTable::default(),
        );
        bound.await.map_err(|error| refused(queue, &error))?;
    }
    Ok(())
}

fn refused(name: &str, error: &lapin::Error) -> Fault {
    match error.kind() {
        lapin::ErrorKind::ProtocolError(answer) if answer.get_id() == PRECONDITION_FAILED => Fault::new(
            ErrorCode::InvalidConfiguration,
            format!("the broker has another `{name}`: {error}"),
        )
        .at("broker")
        .remedy(format!(
            "drain and delete `{name}`, or configure the delivery limit that it was made with"
        )),
        _ => broken(error),
    }
}

fn field_table(arguments: &[(&str, Value)]) -> FieldTable {
    let mut table = FieldTable::default();
    for (key, value) in arguments {
        let value = match value {
            Value::String(text) => AMQPValue::LongString(text.as_str().into()),
            other => AMQPValue::LongLongInt(other.as_i64().unwrap_or_default()),
        };
        table.insert((*key).into(), value);
    }
    table
}

/// The same table as definitions that RabbitMQ imports at its start.
pub fn definitions() -> Value {
    let exchanges = exchanges().map(|name| {
        json!({
            "name": name, "vhost": "/", "type": "topic", "durable": true, "auto_delete": false, "internal": false,
            "arguments": {},
        })
    });
    let queues = queues(DELIVERY_LIMIT).into_iter().map(|(name, arguments)| {
        let arguments: serde_json::Map<String, Value> = arguments
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect();
        json!({ "name": name, "vhost": "/", "durable": true, "auto_delete": false, "arguments": arguments })
    });
    let bindings = bindings().into_iter().map(|(source, destination, key)| {
        json!({
            "source": source, "vhost": "/", "destination": destination, "destination_type": "queue",
            "routing_key": key, "arguments": {},
        })
    });
    json!({
        "vhosts": [{ "name": "/" }],
        "exchanges": exchanges.collect::<Vec<_>>(),
        "queues": queues.collect::<Vec<_>>(),
        "bindings": bindings.collect::<Vec<_>>(),
    })
}
