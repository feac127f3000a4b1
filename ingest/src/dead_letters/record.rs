//! One dead letter as it is kept: what the message was, what happened to it, how often.

use super::{ATTEMPTS, CODE, FIRST_TIME, LAST_TIME, POINTER, QUEUE, REASON, number, text};
use crate::topology::DEAD_LETTERS;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lapin::message::Delivery;
use lapin::types::{AMQPValue, FieldTable};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use thoth_schema::document::sha256_hex;
use thoth_schema::error::ErrorCode;
use thoth_schema::message::MAX_MESSAGE_BYTES;
use thoth_schema::release::is_sha256;

/// Largest body in bytes that is kept whole; no message that a worker accepts is larger.
pub const MAX_BODY_BYTES: usize = MAX_MESSAGE_BYTES;
/// What is kept of a larger one, in bytes.
pub const CUT_BODY_BYTES: usize = 4 * 1024;
/// Headers kept of one message.
pub const MAX_HEADERS: usize = 32;
/// Characters of a header, a name or a reason that are kept.
pub const MAX_CHARACTERS: usize = 2_000;
/// Deaths that a record remembers, to know one that is told twice.
const MAX_DEATHS: usize = 32;
/// Seconds for which a record that somebody requeues is left alone.
pub(crate) const REQUEUE_SECONDS: i64 = 120;
/// Header that the broker keeps of what it dead-lettered itself, the newest first.
const X_DEATH: &str = "x-death";

/// A message that could not be ingested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetter {
    /// Its name among the dead letters: the document's id where the message names one, else the sha256 of the body. A
    /// second message of the same document with another body is named by its body.
    pub key: String,
    /// Id of the document, where the message names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_id: Option<String>,
    /// Kind of the document as the message says; not necessarily one that this program knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Where the document should lie in the store, as the message says; not checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store_key: Option<String>,
    /// The queue that it came from.
    pub queue: String,
    /// A row of the table of error codes.
    pub code: String,
    /// What happened, as a sentence.
    pub reason: String,
    /// JSON pointer into document or message, where the fault has a place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// How often it was tried, over all its deaths.
    pub attempts: u64,
    /// When it was first tried, RFC 3339 in UTC.
    pub first_time: String,
    /// When it was last tried, RFC 3339 in UTC.
    pub last_time: String,
    /// Length of the body.
    pub bytes: u64,
    /// sha256 of the whole body.
    pub body_sha256: String,
    /// The body, or its beginning where it is longer than [`MAX_BODY_BYTES`].
    pub body: Body,
    /// Headers of the message that are texts or numbers, but for those that are fields here.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The routing key that it was published with.
    pub routing_key: String,
    /// Marks of the newest deaths in it: the same one told twice counts once.
    pub deaths: Vec<String>,
    /// Since when somebody is putting it back into its queue, RFC 3339 in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requeued_at: Option<String>,
}

/// The bytes of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Body {
    /// UTF-8.
    Text(String),
    /// Anything else, base64 with padding.
    Base64(String),
}

impl Body {
    fn of(bytes: &[u8]) -> Body {
        let kept = if bytes.len() > MAX_BODY_BYTES {
            bytes.get(..CUT_BODY_BYTES).unwrap_or_default()
        } else {
            bytes
        };
        match std::str::from_utf8(kept) {
            Ok(text) => Body::Text(text.to_owned()),
            // Cut in the middle of a character.
            Err(error) if error.error_len().is_none() && kept.len() < bytes.len() => Body::Text(
                String::from_utf8_lossy(kept.get(..error.valid_up_to()).unwrap_or_default()).into(),
            ),
            Err(_) => Body::Base64(STANDARD.encode(kept)),
        }
    }

    /// The bytes; none where the record was written by a stranger.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Body::Text(text) => text.as_bytes().to_vec(),
            Body::Base64(text) => STANDARD.decode(text).unwrap_or_default(),
        }
    }
}

impl DeadLetter {
    /// What a message of the dead-letter queue says; `delivery_limit` is that of the queue it came from.
    pub(crate) fn of(delivery: &Delivery, delivery_limit: u32) -> DeadLetter {
        let properties = &delivery.properties;
        let headers = properties.headers().as_ref();
        let named = Named::by(&delivery.data);
        let body_sha256 = sha256_hex(&delivery.data);
        let by_property = properties.message_id().as_ref().map(|id| id.as_str().to_owned());
        let document_id = named.id.or(by_property.filter(|id| is_sha256(id)));
        let kind = properties.kind().as_ref().map(|kind| kind.as_str().to_owned());
        // What a worker buried may have waited in a queue of delayed retry, of which the broker tells too.
        let is_buried = text(headers, CODE).is_some();
        let given_up = GivenUp::by(headers.filter(|_| !is_buried));
        let code = text(headers, CODE).unwrap_or_else(|| given_up.code().code().to_owned());
        let published = (*properties.timestamp()).map(rfc3339);
        let last_time = text(headers, LAST_TIME).or_else(|| given_up.time.map(rfc3339));
        let first_time = text(headers, FIRST_TIME)
            .or(published)
            .or_else(|| last_time.clone());
        let attempts = number(headers, ATTEMPTS).unwrap_or(0).max(0) + given_up.deliveries(delivery_limit);
        let mut letter = DeadLetter {
            key: document_id.clone().unwrap_or_else(|| body_sha256.clone()),
            document_id,
            kind: named.kind.or(kind).map(|kind| cut(&kind)),
            store_key: named.store_key.map(|key| cut(&key)),
            queue: text(headers, QUEUE).unwrap_or_else(|| given_up.queue.clone()),
            code: cut(&code),
            reason: cut(&text(headers, REASON).unwrap_or_else(|| given_up.sentence())),
            pointer: text(headers, POINTER).map(|pointer| cut(&pointer)),
            attempts: u64::try_from(attempts).unwrap_or_default(),
            first_time: first_time.unwrap_or_default(),
            last_time: last_time.unwrap_or_default(),
            bytes: delivery.data.len() as u64,
            body_sha256,
            body: Body::of(&delivery.data),
            headers: other_headers(headers),
            routing_key: cut(delivery.routing_key.as_str()),
            deaths: Vec::new(),
            requeued_at: None,
        };
        letter.deaths = vec![letter.mark()];
        // After the mark: a time that the message does not say must not make one death look like two.
        for time in [&mut letter.last_time, &mut letter.first_time] {
            if time.is_empty() {
                *time = super::now();
            }
        }
        letter
    }

    /// What tells this death from every other one of the same message.
    fn mark(&self) -> String {
        let trace = self.headers.get(crate::trace::TRACEPARENT);
        let said = [
            &self.body_sha256,
            &self.queue,
            &self.code,
            &self.reason,
            &self.first_time,
            &self.last_time,
            trace.unwrap_or(&self.key),
        ];
        let said: Vec<&str> = said.iter().map(|text| text.as_str()).collect();
        let mut mark = sha256_hex(said.join("\n").as_bytes());
        mark.truncate(16);
        mark
    }

    /// This record and a further death of the same message; told twice it changes nothing.
    pub(crate) fn and(mut self, mut newer: DeadLetter) -> DeadLetter {
        newer.deaths.retain(|death| !self.deaths.contains(death));
        if newer.deaths.is_empty() {
            return self;
        }
        if newer.last_time < self.last_time {
            std::mem::swap(&mut self, &mut newer);
        }
        let mut deaths = self.deaths;
        deaths.append(&mut newer.deaths);
        let forgotten = deaths.len().saturating_sub(MAX_DEATHS);
        DeadLetter {
            key: self.key,
            attempts: newer.attempts.saturating_add(self.attempts),
            first_time: self.first_time.min(newer.first_time),
            deaths: deaths.split_off(forgotten),
            requeued_at: None,
            ..newer
        }
    }

    /// Whether the whole body is here, so that the message can be sent again.
    pub fn is_whole(&self) -> bool {
        self.body.bytes().len() as u64 == self.bytes
    }

    /// Whether somebody is putting it back into its queue right now.
    pub(crate) fn is_being_requeued(&self) -> bool {
        let since = self.requeued_at.as_deref().and_then(|time| time.parse().ok());
        since.is_some_and(|since: jiff::Timestamp| {
            jiff::Timestamp::now().as_second() - since.as_second() < REQUEUE_SECONDS
        })
    }
}

/// What the body of a message says of its document, however wrong the rest of it is.
#[derive(Default)]
struct Named {
    id: Option<String>,
    kind: Option<String>,
    store_key: Option<String>,
}

impl Named {
    fn by(body: &[u8]) -> Named {
        if body.len() > MAX_BODY_BYTES {
            return Named::default();
        }
        let Ok(said) = serde_json::from_slice::<serde_json::Value>(body) else {
            return Named::default();
        };
        let text = |key: &str| said.get(key).and_then(|value| value.as_str()).map(str::to_owned);
        Named {
            id: text("documentId").filter(|id| is_sha256(id)),
            kind: text("kind"),
            store_key: text("storeKey"),
        }
    }
}

/// What the broker says of a message that it dead-lettered itself.
#[derive(Default)]
struct GivenUp {
    reason: Option<String>,
    queue: String,
    count: i64,
    time: Option<u64>,
}

impl GivenUp {
    fn by(headers: Option<&FieldTable>) -> GivenUp {
        let entry = match headers.and_then(|headers| headers.inner().get(X_DEATH)) {
            Some(AMQPValue::FieldArray(entries)) => entries.as_slice().first(),
            _ => None,
        };
        let Some(AMQPValue::FieldTable(entry)) = entry else {
            return GivenUp {
                queue: DEAD_LETTERS.to_owned(),
                ..GivenUp::default()
            };
        };
        let time = match entry.inner().get("time") {
            Some(AMQPValue::Timestamp(seconds)) => Some(*seconds),
            _ => None,
        };
        GivenUp {
            reason: text(Some(entry), "reason"),
            queue: text(Some(entry), "queue").unwrap_or_default(),
            count: number(Some(entry), "count").unwrap_or(1),
            time,
        }
    }

    fn code(&self) -> ErrorCode {
        match self.reason.as_deref() {
            Some("delivery_limit") => ErrorCode::DeliveryLimit,
            _ => ErrorCode::Internal,
        }
    }

    fn sentence(&self) -> String {
        match self.reason.as_deref() {
            Some("delivery_limit") => {
                "the message came back to its queue more often than the delivery limit allows: each worker that had it died"
                    .to_owned()
            }
            Some(other) => format!("the broker dead-lettered the message: {other}"),
            None => "somebody put the message into the dead letters without a reason".to_owned(),
        }
    }

    /// Deliveries that no worker has counted. The broker counts anew with every queue, so of the queue before only its
    /// limit is known: the first delivery, and as many more.
    fn deliveries(&self, delivery_limit: u32) -> i64 {
        match self.reason.as_deref() {
            Some("delivery_limit") => i64::from(delivery_limit) + 1,
            Some(_) => self.count,
            None => 0,
        }
    }
}

/// The headers that are no fields of the record, as texts.
fn other_headers(headers: Option<&FieldTable>) -> BTreeMap<String, String> {
    const FIELDS: [&str; 7] = [CODE, REASON, POINTER, ATTEMPTS, FIRST_TIME, LAST_TIME, QUEUE];
    let named = headers.into_iter().flat_map(|headers| headers.inner().keys());
    let shown = named.filter(|key| !FIELDS.contains(&key.as_str()) && !key.as_str().starts_with("x-"));
    let shown = shown.filter_map(|key| {
        let value = text(headers, key.as_str())
            .or_else(|| number(headers, key.as_str()).map(|number| number.to_string()))?;
        Some((cut(key.as_str()), cut(&value)))
    });
    shown.take(MAX_HEADERS).collect()
}

fn cut(text: &str) -> String {
    text.chars().take(MAX_CHARACTERS).collect()
}

fn rfc3339(seconds: u64) -> String {
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    let time = jiff::Timestamp::from_second(seconds).unwrap_or_default();
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
