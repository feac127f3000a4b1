//! Documents to the broker: stored first, then announced by a persistent message that the broker has confirmed.

use crate::broker::{BrokerConfig, CONFIRM_SECONDS, Session, broken};
use crate::metrics;
use crate::store::{DocumentStore, StoreKey};
use crate::topology::DOCUMENTS;
use crate::trace::{TRACEPARENT, fresh_traceparent, trace_id};
use lapin::options::BasicPublishOptions;
use lapin::types::FieldTable;
use lapin::{BasicProperties, Channel, Confirmation, PublisherConfirm};
use std::time::{Duration, Instant};
use thoth_cypher::fail_point;
use thoth_schema::document::Document;
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::message::Pointer;
use tokio::sync::Mutex;

/// Messages on their way to the broker whose confirm is still awaited, at most.
pub const CONFIRMS_AWAITED: usize = 256;
/// How often a message is sent when the connection breaks meanwhile.
const SEND_ATTEMPTS: u32 = 3;
/// Persistent.
const DELIVERY_MODE: u8 = 2;

/// Publishes documents over one connection, which is made anew when it breaks.
pub struct Publisher {
    config: BrokerConfig,
    traceparent: Option<String>,
    session: Mutex<Option<Session>>,
}

impl Publisher {
    /// Connects, so that a broker that is away is found before anything is stored.
    ///
    /// # Errors
    /// `BROKER_UNREACHABLE`, `INVALID_CONFIGURATION`.
    pub async fn connect(config: &BrokerConfig) -> Result<Publisher, Fault> {
        let session = Session::open(config, "thoth publisher").await?;
        Ok(Publisher {
            config: config.clone(),
            traceparent: None,
            session: Mutex::new(Some(session)),
        })
    }

    /// Gives every message this W3C trace context; without it each document begins a trace of its own.
    #[must_use]
    pub fn traced(mut self, traceparent: Option<String>) -> Publisher {
        self.traceparent = traceparent;
        self
    }

    /// Stores one document and announces it. Without a store the document travels inside its message.
    ///
    /// # Errors
    /// `STORE_UNREACHABLE`, `BROKER_UNREACHABLE`; `UNAVAILABLE` where the broker refuses the message;
    /// `INVALID_CONFIGURATION` where no queue takes it; `LIMIT_EXCEEDED` for a large document without a store.
    pub async fn publish(&self, document: &Document, store: Option<&DocumentStore>) -> Result<(), Fault> {
        self.publish_all(std::slice::from_ref(document), store).await
    }

    /// Stores documents and announces them, [`CONFIRMS_AWAITED`] at a time. After a fault it can be done again: a
    /// document that was announced twice is ingested once.
    ///
    /// # Errors
    /// As [`Publisher::publish`].
    pub async fn publish_all(
        &self,
        documents: &[Document],
        store: Option<&DocumentStore>,
    ) -> Result<(), Fault> {
        let traceparent = self.traceparent.as_deref();
        for window in documents.chunks(CONFIRMS_AWAITED) {
            metrics::accepted(window);
            fail_point!(SubmitAfterValidate)?;
            let mut messages = Vec::with_capacity(window.len());
            match store {
                Some(store) => {
                    let keys = store.put_all(window).await?;
                    for (document, key) in window.iter().zip(keys) {
                        messages.push(Message::new(
                            document,
                            Pointer::to(document, key.as_str()),
                            traceparent,
                        )?);
                    }
                }
                None => {
                    for document in window {
                        let pointer = Pointer::to(document, StoreKey::of(document).as_str());
                        messages.push(Message::new(
                            document,
                            pointer.with_inline(document)?,
                            traceparent,
                        )?);
                    }
                }
            }
            fail_point!(SubmitAfterStorePut)?;
            self.send(&messages).await?;
            fail_point!(SubmitAfterConfirm)?;
        }
        Ok(())
    }

    async fn send(&self, messages: &[Message]) -> Result<(), Fault> {
        // Held while sending: publishers that share this value take turns, window by window.
        let mut slot = self.session.lock().await;
        let mut attempt = 1;
        loop {
            let session = match slot.take().filter(Session::is_open) {
                Some(session) => session,
                None => Session::open(&self.config, "thoth publisher").await?,
            };
            let sent = self.send_over(&session.channel, messages).await;
            let is_broken = matches!(&sent, Err(fault) if fault.code == ErrorCode::BrokerUnreachable);
            if !is_broken {
                *slot = Some(session);
                return sent;
            }
            if attempt == SEND_ATTEMPTS {
                return sent;
            }
            if let Err(fault) = sent {
                tracing::warn!(attempt, error = %fault, "the broker connection broke while publishing; it is made anew");
            }
            attempt += 1;
        }
    }

    async fn send_over(&self, channel: &Channel, messages: &[Message]) -> Result<(), Fault> {
        let began = Instant::now();
        let mut confirms = Vec::with_capacity(messages.len());
        for message in messages {
            let outgoing = Outgoing {
                exchange: DOCUMENTS,
                routing_key: &message.routing_key,
                body: &message.body,
                properties: message.properties(),
            };
            let trace_id = trace_id(&message.traceparent);
            tracing::debug!(
                trace_id,
                document.id = message.document_id,
                "a document is announced"
            );
            confirms.push(start_publish(channel, outgoing).await?);
        }
        fail_point!(SubmitBeforeConfirm)?;
        for (message, confirm) in messages.iter().zip(confirms) {
            confirmed(confirm, DOCUMENTS, &message.routing_key).await?;
            metrics::published(message.kind, began.elapsed());
        }
        Ok(())
    }

    /// Ends the connection in good order.
    pub async fn close(self) {
        if let Some(session) = self.session.into_inner() {
            session.close().await;
        }
    }
}

/// A message as it will be sent.
struct Message {
    document_id: String,
    kind: &'static str,
    routing_key: String,
    body: Vec<u8>,
    traceparent: String,
}

impl Message {
    fn new(document: &Document, pointer: Pointer, traceparent: Option<&str>) -> Result<Message, Fault> {
        Ok(Message {
            document_id: document.id.clone(),
            kind: document.kind.as_str(),
            routing_key: pointer.routing_key(),
            body: pointer.to_bytes()?,
            traceparent: traceparent.map_or_else(fresh_traceparent, str::to_owned),
        })
    }

    fn properties(&self) -> BasicProperties {
        let seconds = u64::try_from(jiff::Timestamp::now().as_second()).unwrap_or_default();
        let mut headers = FieldTable::default();
        headers.insert(TRACEPARENT.into(), crate::dead_letters::long(&self.traceparent));
        BasicProperties::default()
            .with_message_id(self.document_id.as_str().into())
            .with_content_type("application/json".into())
            .with_type(self.kind.into())
            .with_timestamp(seconds)
            .with_delivery_mode(DELIVERY_MODE)
            .with_headers(headers)
    }
}

/// One message for [`confirmed_publish`].
pub(crate) struct Outgoing<'a> {
    pub(crate) exchange: &'a str,
    pub(crate) routing_key: &'a str,
    pub(crate) body: &'a [u8],
    pub(crate) properties: BasicProperties,
}

/// Publishes and waits until the broker has the message on its disks.
///
/// # Errors
/// `BROKER_UNREACHABLE`, `UNAVAILABLE` for a message that was refused, `INVALID_CONFIGURATION` for one that no queue takes.
pub(crate) async fn confirmed_publish(channel: &Channel, outgoing: Outgoing<'_>) -> Result<(), Fault> {
    let (exchange, routing_key) = (outgoing.exchange, outgoing.routing_key);
    let confirm = start_publish(channel, outgoing).await?;
    confirmed(confirm, exchange, routing_key).await
}

async fn start_publish(channel: &Channel, outgoing: Outgoing<'_>) -> Result<PublisherConfirm, Fault> {
    let options = BasicPublishOptions {
        mandatory: true,
        ..BasicPublishOptions::default()
    };
    let (exchange, key) = (outgoing.exchange.into(), outgoing.routing_key.into());
    let started = channel.basic_publish(exchange, key, options, outgoing.body, outgoing.properties);
    started.await.map_err(|error| broken(&error))
}

async fn confirmed(confirm: PublisherConfirm, exchange: &str, routing_key: &str) -> Result<(), Fault> {
    let answer = match tokio::time::timeout(Duration::from_secs(CONFIRM_SECONDS), confirm).await {
        Ok(answer) => answer.map_err(|error| broken(&error))?,
        Err(_) => {
            return Err(broken(&format_args!(
                "no confirm within {CONFIRM_SECONDS} seconds"
            )));
        }
    };
    match answer {
        Confirmation::Ack(None) => Ok(()),
        Confirmation::Ack(Some(_)) | Confirmation::Nack(Some(_)) => Err(Fault::new(
            ErrorCode::InvalidConfiguration,
            format!("no queue takes messages of `{routing_key}` from the exchange `{exchange}`"),
        )
        .at("broker")
        .remedy("restore the bindings: import deploy/rabbitmq/definitions.json, or restart a worker")),
        Confirmation::Nack(None) => Err(Fault::new(
            ErrorCode::Unavailable,
            format!("the broker refused a message of `{routing_key}`"),
        )
        .at("broker")
        .remedy("see whether the queue is full or has lost its leader, then publish again")),
        Confirmation::NotRequested => Err(Fault::new(
            ErrorCode::Internal,
            "the broker channel does not confirm",
        )),
    }
}
