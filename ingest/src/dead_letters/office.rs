//! From the dead-letter queue into the store, and from there back to the exchange when an operator says so.

use super::record::{DeadLetter, REQUEUE_SECONDS};
use super::shelf::DeadLetters;
use super::{DELIVERY_COUNT, long, number, republish};
use crate::backoff::Backoff;
use crate::broker::{BrokerConfig, Session, broken};
use crate::delivery::raised;
use crate::metrics;
use crate::publisher::{Outgoing, confirmed_publish};
use crate::store::DocumentStore;
use crate::topology::{DEAD_LETTERS, DOCUMENTS, work_queues};
use crate::trace::TRACEPARENT;
use futures::StreamExt;
use lapin::message::Delivery;
use lapin::options::{BasicAckOptions, BasicConsumeOptions, BasicGetOptions, BasicQosOptions};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Channel};
use std::time::{Duration, Instant};
use thoth_schema::error::{ErrorCode, Fault};
use tokio::sync::watch;

/// Deliveries after which a dead letter is replaced by a fresh copy: RabbitMQ 4 throws a message of a quorum queue away
/// after 20, and behind this queue there is no other.
const FRESH_AFTER: i64 = 8;

/// Empties the dead-letter queue into the store, and sends dead letters again.
#[derive(Debug, Clone)]
pub struct DeadLetterOffice {
    letters: DeadLetters,
    broker: BrokerConfig,
    first_delay: Duration,
    longest_delay: Duration,
}

impl DeadLetterOffice {
    /// An office that does nothing yet.
    pub fn new(store: DocumentStore, broker: BrokerConfig) -> DeadLetterOffice {
        DeadLetterOffice {
            letters: DeadLetters::of(store),
            broker,
            first_delay: Duration::from_millis(200),
            longest_delay: Duration::from_secs(30),
        }
    }

    /// The same office with other delays before what was away is tried again.
    #[must_use]
    pub fn delayed(self, first_delay: Duration, longest_delay: Duration) -> DeadLetterOffice {
        DeadLetterOffice {
            first_delay,
            longest_delay,
            ..self
        }
    }

    /// The records.
    pub fn letters(&self) -> &DeadLetters {
        &self.letters
    }

    /// Records dead letters as they come, until `stop` becomes true or its sender is gone. What is away is waited for.
    pub async fn run(&self, mut stop: watch::Receiver<bool>) {
        let mut backoff = Backoff::new(self.first_delay, self.longest_delay);
        while !*stop.borrow() && stop.has_changed().is_ok() {
            let Err(fault) = self.serve(&mut stop, &mut backoff).await else {
                return;
            };
            let delay = backoff.next_delay();
            tracing::warn!(delay_millis = delay.as_millis() as u64, error = %fault, "dead letters wait in their queue");
            tokio::select! {
                () = tokio::time::sleep(delay) => {}
                () = raised(&mut stop) => {}
            }
        }
    }

    /// One connection's worth; `Ok` when told to stop.
    async fn serve(&self, stop: &mut watch::Receiver<bool>, backoff: &mut Backoff) -> Result<(), Fault> {
        let session = tokio::select! {
            session = Session::open(&self.broker, "thoth dead letters") => session?,
            () = raised(stop) => return Ok(()),
        };
        let outcome = tokio::select! {
            fault = self.take_all(&session.channel, backoff) => Err(fault),
            () = raised(stop) => Ok(()),
        };
        session.close().await;
        outcome
    }

    async fn take_all(&self, channel: &Channel, backoff: &mut Backoff) -> Fault {
        let consuming = async {
            // One at a time: a store that is away shall not charge a window of letters with a delivery.
            channel.basic_qos(1, BasicQosOptions::default()).await?;
            let options = BasicConsumeOptions::default();
            let queue = DEAD_LETTERS.into();
            channel
                .basic_consume(queue, "".into(), options, FieldTable::default())
                .await
        };
        let mut consumer = match consuming.await {
            Ok(consumer) => consumer,
            Err(error) => return broken(&error),
        };
        while let Some(delivery) = consumer.next().await {
            let taken = match delivery {
                Ok(delivery) => self.take(channel, &delivery).await,
                Err(error) => Err(broken(&error)),
            };
            if let Err(fault) = taken {
                return fault;
            }
            backoff.reset();
        }
        broken(&"the broker ended the consumer of the dead letters")
    }

    /// Records what lies in the queue, until it is empty; gives how many messages that were.
    ///
    /// # Errors
    /// `BROKER_UNREACHABLE`, `STORE_UNREACHABLE`; what was not recorded stays in the queue.
    pub async fn drain(&self) -> Result<u64, Fault> {
        let session = Session::open(&self.broker, "thoth dead letters").await?;
        let mut drained = 0;
        let outcome = loop {
            let got = session
                .channel
                .basic_get(DEAD_LETTERS.into(), BasicGetOptions::default())
                .await;
            match got {
                Ok(Some(message)) => match self.take(&session.channel, &message.delivery).await {
                    Ok(()) => drained += 1,
                    Err(fault) => break Err(fault),
                },
                Ok(None) => break Ok(drained),
                Err(error) => break Err(broken(&error)),
            }
        };
        session.close().await;
        outcome
    }

    /// Records one message, then acknowledges it.
    async fn take(&self, channel: &Channel, delivery: &Delivery) -> Result<(), Fault> {
        let headers = delivery.properties.headers();
        let returned = number(headers.as_ref(), DELIVERY_COUNT).unwrap_or(0);
        if delivery.redelivered && returned >= FRESH_AFTER {
            let headers = headers.clone().unwrap_or_default();
            republish(
                channel,
                DEAD_LETTERS,
                delivery.routing_key.as_str(),
                delivery,
                headers,
            )
            .await?;
        } else {
            let began = Instant::now();
            let letter = DeadLetter::of(delivery, self.broker.max_attempts);
            tracing::info!(
                key = letter.key,
                code = letter.code,
                trace_id = letter
                    .headers
                    .get(TRACEPARENT)
                    .and_then(|text| crate::trace::trace_id(text)),
                "a dead letter is recorded"
            );
            self.letters.record(letter.clone()).await?;
            metrics::recorded(&letter, began.elapsed());
        }
        let acknowledged = delivery.ack(BasicAckOptions::default()).await;
        acknowledged.map(drop).map_err(|error| broken(&error))
    }

    /// Sends dead letters again, each as it came but with a clean history, and forgets them; `sent` hears of each. Whoever
    /// dies in between has sent one twice, which the worker notices.
    ///
    /// # Errors
    /// `BROKER_UNREACHABLE` before anything is touched; `NOT_FOUND`, `LIMIT_EXCEEDED` for one whose body was too large to be
    /// kept, `UNAVAILABLE` for one that somebody else is sending, and those of the broker and the store. It ends at the first.
    pub async fn requeue(
        &self,
        keys: &[String],
        sent: &mut (dyn FnMut(&DeadLetter) + Send),
    ) -> Result<(), Fault> {
        let session = Session::open(&self.broker, "thoth requeue").await?;
        let mut outcome = Ok(());
        for key in keys {
            match self.send(&session.channel, key).await {
                Ok(letter) => sent(&letter),
                Err(fault) => {
                    outcome = Err(fault);
                    break;
                }
            }
        }
        session.close().await;
        outcome
    }

    async fn send(&self, channel: &Channel, key: &str) -> Result<DeadLetter, Fault> {
        let letter = self.letters.get(key).await?;
        if !letter.is_whole() {
            let message = format!(
                "only the beginning of the {} bytes of this message was kept",
                letter.bytes
            );
            return Err(Fault::new(ErrorCode::LimitExceeded, message)
                .at(key)
                .remedy("publish its document from its source, then discard it"));
        }
        if letter.is_being_requeued() {
            let message = "somebody is putting this dead letter back right now";
            return Err(Fault::new(ErrorCode::Unavailable, message)
                .at(key)
                .remedy(format!("look again in {REQUEUE_SECONDS} seconds")));
        }
        // Marked before it is sent: should it die again at once, its office waits until the record is gone.
        let began = Instant::now();
        let marked = DeadLetter {
            requeued_at: Some(super::now()),
            ..letter.clone()
        };
        self.letters.put(&marked).await?;
        let body = letter.body.bytes();
        // What was put back into its queue has that queue's name for a key, which the default exchange knows alone.
        let is_queue = work_queues().any(|queue| queue == letter.routing_key);
        let outgoing = Outgoing {
            exchange: if is_queue { "" } else { DOCUMENTS },
            routing_key: &letter.routing_key,
            body: &body,
            properties: properties(&letter),
        };
        if let Err(fault) = confirmed_publish(channel, outgoing).await {
            self.letters.put(&letter).await?;
            return Err(fault);
        }
        if began.elapsed().as_secs() * 2 < REQUEUE_SECONDS.unsigned_abs() {
            self.letters.remove(key).await?;
        } else {
            tracing::warn!(
                key,
                "a dead letter was sent again so slowly that its record is kept"
            );
        }
        metrics::requeued(&letter);
        tracing::info!(
            key,
            code = letter.code,
            "a dead letter was put back into its queue"
        );
        Ok(letter)
    }
}

/// As the publisher makes them; of the headers the trace alone is left.
fn properties(letter: &DeadLetter) -> BasicProperties {
    let seconds = u64::try_from(jiff::Timestamp::now().as_second()).unwrap_or_default();
    let mut headers = FieldTable::default();
    if let Some(traceparent) = letter.headers.get(TRACEPARENT) {
        headers.insert(TRACEPARENT.into(), long(traceparent));
    }
    let mut properties = BasicProperties::default()
        .with_content_type("application/json".into())
        .with_timestamp(seconds)
        .with_delivery_mode(2)
        .with_headers(headers);
    if let Some(id) = &letter.document_id {
        properties = properties.with_message_id(id.as_str().into());
    }
    // A short string of AMQP holds 255 bytes.
    if let Some(kind) = letter.kind.as_deref().filter(|kind| kind.len() < 256) {
        properties = properties.with_type(kind.into());
    }
    properties
}
