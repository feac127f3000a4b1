//! What could not be ingested: put into the dead-letter queue with the reason by the worker, and from there recorded in the
//! document store, where it is listed, sent again or discarded.

mod office;
mod record;
mod shelf;

pub use office::DeadLetterOffice;
pub use record::{Body, CUT_BODY_BYTES, DeadLetter, MAX_BODY_BYTES, MAX_CHARACTERS, MAX_HEADERS};
pub use shelf::{DeadLetters, Selection, Shown};

use crate::publisher::{Outgoing, confirmed_publish};
use crate::topology::{DEAD_LETTERS, retry_exchange};
use lapin::Channel;
use lapin::message::Delivery;
use lapin::types::{AMQPValue, FieldTable};
use thoth_cypher::fail_point;
use thoth_schema::error::{ErrorCode, Fault};

/// Header: the error code, a row of the closed table.
pub const CODE: &str = "code";
/// Header: the reason as a sentence.
pub const REASON: &str = "reason";
/// Header: where in the document, a JSON pointer; absent where the whole of it is at fault.
pub const POINTER: &str = "pointer";
/// Header: how often it was tried.
pub const ATTEMPTS: &str = "attempts";
/// Header: when it was first tried, RFC 3339 `Z`.
pub const FIRST_TIME: &str = "firstTime";
/// Header: when it was last tried, RFC 3339 `Z`.
pub const LAST_TIME: &str = "lastTime";
/// Header: the queue that it came from.
pub const QUEUE: &str = "queue";
/// Header: the routing key it was published with; a copy put back into its queue has the queue's name for one.
pub const ROUTING_KEY: &str = "routingKey";

/// Header that the broker keeps: deliveries before this one.
const DELIVERY_COUNT: &str = "x-delivery-count";
/// Longest reason in characters: headers must fit a frame.
const MAX_REASON_CHARACTERS: usize = 2_000;

/// How a delivery went so far.
#[derive(Debug, Clone)]
pub(crate) struct History {
    pub(crate) queue: String,
    pub(crate) routing_key: String,
    pub(crate) attempts: i64,
    pub(crate) first_time: String,
}

impl History {
    pub(crate) fn of(delivery: &Delivery, queue: &str) -> History {
        let headers = delivery.properties.headers().as_ref();
        let before = number(headers, ATTEMPTS).unwrap_or(0) + number(headers, DELIVERY_COUNT).unwrap_or(0);
        History {
            queue: queue.to_owned(),
            routing_key: text(headers, ROUTING_KEY).unwrap_or_else(|| delivery.routing_key.to_string()),
            attempts: before,
            first_time: text(headers, FIRST_TIME).unwrap_or_else(now),
        }
    }

    fn headers(&self, delivery: &Delivery) -> FieldTable {
        let mut headers = delivery.properties.headers().clone().unwrap_or_default();
        headers.insert(ROUTING_KEY.into(), long(&self.routing_key));
        headers.insert(ATTEMPTS.into(), AMQPValue::LongLongInt(self.attempts));
        headers.insert(FIRST_TIME.into(), long(&self.first_time));
        headers.insert(LAST_TIME.into(), long(&now()));
        headers.insert(QUEUE.into(), long(&self.queue));
        headers
    }
}

/// Whether a delivery has been handed out before, to a worker that did not settle it.
pub(crate) fn is_redelivered(delivery: &Delivery) -> bool {
    delivery.redelivered
        || number(delivery.properties.headers().as_ref(), DELIVERY_COUNT).is_some_and(|count| count > 0)
}

/// Keeps a message as a dead letter; confirmed by the broker when this returns.
///
/// # Errors
/// `BROKER_UNREACHABLE`, `UNAVAILABLE`.
pub(crate) async fn bury(
    channel: &Channel,
    delivery: &Delivery,
    history: &History,
    fault: &Fault,
) -> Result<(), Fault> {
    fail_point!(DeadletterBeforeRecord)?;
    let mut headers = history.headers(delivery);
    let reason: String = fault.message.chars().take(MAX_REASON_CHARACTERS).collect();
    headers.insert(CODE.into(), long(fault.code.code()));
    headers.insert(REASON.into(), long(&reason));
    if let Some(pointer) = fault.pointer.as_deref().filter(|pointer| !pointer.is_empty()) {
        headers.insert(
            POINTER.into(),
            long(&pointer.chars().take(MAX_REASON_CHARACTERS).collect::<String>()),
        );
    }
    republish(channel, DEAD_LETTERS, &history.routing_key, delivery, headers).await?;
    fail_point!(DeadletterAfterRecordBeforeAck)
}

/// Gives a fresh copy of a message to the broker, so that its count of deliveries starts anew: what waited for the graph
/// or the store to come back has done nothing wrong. It goes back into its queue at once, or through a queue of delayed
/// retry, where the delay grows with the attempts. Confirmed by the broker when this returns.
///
/// # Errors
/// `BROKER_UNREACHABLE`, `UNAVAILABLE`.
pub(crate) async fn put_back(
    channel: &Channel,
    delivery: &Delivery,
    history: &History,
    delayed: bool,
) -> Result<(), Fault> {
    let headers = history.headers(delivery);
    if delayed {
        let exchange = retry_exchange(history.attempts);
        return republish(channel, exchange, &history.routing_key, delivery, headers).await;
    }
    // The default exchange routes by the name of the queue.
    republish(channel, "", &history.queue, delivery, headers).await
}

async fn republish(
    channel: &Channel,
    exchange: &str,
    routing_key: &str,
    delivery: &Delivery,
    mut headers: FieldTable,
) -> Result<(), Fault> {
    headers = without(&headers, DELIVERY_COUNT);
    let properties = delivery
        .properties
        .clone()
        .with_headers(headers)
        .with_delivery_mode(2);
    let outgoing = Outgoing {
        exchange,
        routing_key,
        body: &delivery.data,
        properties,
    };
    confirmed_publish(channel, outgoing)
        .await
        .map_err(|fault| match fault.code {
            ErrorCode::BrokerUnreachable => fault,
            // A full queue empties, a missing one is declared at the next connection: nothing to blame the message for.
            _ => Fault::new(ErrorCode::Unavailable, fault.message),
        })
}

fn without(headers: &FieldTable, left_out: &str) -> FieldTable {
    let mut kept = FieldTable::default();
    for (key, value) in headers.inner().iter().filter(|(key, _)| key.as_str() != left_out) {
        kept.insert(key.clone(), value.clone());
    }
    kept
}

/// A number in the headers, of whatever width.
pub(crate) fn number(headers: Option<&FieldTable>, key: &str) -> Option<i64> {
    match headers?.inner().get(key)? {
        AMQPValue::ShortShortInt(number) => Some(i64::from(*number)),
        AMQPValue::ShortShortUInt(number) => Some(i64::from(*number)),
        AMQPValue::ShortInt(number) => Some(i64::from(*number)),
        AMQPValue::ShortUInt(number) => Some(i64::from(*number)),
        AMQPValue::LongInt(number) => Some(i64::from(*number)),
        AMQPValue::LongUInt(number) => Some(i64::from(*number)),
        AMQPValue::LongLongInt(number) => Some(*number),
        _ => None,
    }
}

/// A text in the headers.
pub(crate) fn text(headers: Option<&FieldTable>, key: &str) -> Option<String> {
    match headers?.inner().get(key)? {
        AMQPValue::LongString(text) => Some(String::from_utf8_lossy(text.as_bytes()).into_owned()),
        AMQPValue::ShortString(text) => Some(text.as_str().to_owned()),
        _ => None,
    }
}

pub(crate) fn long(text: &str) -> AMQPValue {
    AMQPValue::LongString(text.into())
}

fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
