//! Messages that could not be ingested, as the document store keeps them.

use async_graphql::{Context, Object, Result, SimpleObject};
use thoth_ingest::broker::BrokerConfig;
use thoth_ingest::dead_letters::{self, Body, DeadLetterOffice, DeadLetters};
use thoth_ingest::store::{DocumentStore, StoreConfig};
use thoth_schema::error::{ErrorCode, Fault};
use tokio::sync::OnceCell;

/// Where the dead letters are, and where they go when they are sent again.
pub(crate) struct Desk {
    store: Option<StoreConfig>,
    broker: Option<BrokerConfig>,
    opened: OnceCell<DocumentStore>,
}

impl Desk {
    pub(crate) fn new(store: Option<StoreConfig>, broker: Option<BrokerConfig>) -> Self {
        Self {
            store,
            broker,
            opened: OnceCell::new(),
        }
    }

    /// The dead letters of the store.
    ///
    /// # Errors
    /// `NOT_FOUND` where the service has no store; `STORE_UNREACHABLE`, `INVALID_CONFIGURATION`.
    pub(crate) async fn letters(&self) -> Result<DeadLetters, Fault> {
        Ok(DeadLetters::of(self.store().await?))
    }

    /// What sends them again.
    ///
    /// # Errors
    /// `NOT_FOUND` where the service has no store or no broker, and as [`Desk::letters`].
    pub(crate) async fn office(&self) -> Result<DeadLetterOffice, Fault> {
        let store = self.store().await?;
        let broker = self.broker.clone().ok_or_else(|| {
            Fault::new(
                ErrorCode::NotFound,
                "this service has no message broker to send dead letters to",
            )
            .remedy("set broker.url of the service, or use `thoth dead-letters requeue` where it is set")
        })?;
        Ok(DeadLetterOffice::new(store, broker))
    }

    async fn store(&self) -> Result<DocumentStore, Fault> {
        let config = self.store.as_ref().ok_or_else(|| {
            Fault::new(
                ErrorCode::NotFound,
                "this service has no document store, so it knows of no dead letters",
            )
            .remedy("set store.url of the service, or ask one that has it")
        })?;
        let opened = self
            .opened
            .get_or_try_init(|| async { DocumentStore::open(config) });
        opened.await.cloned()
    }
}

/// The desk that the schema was made with.
///
/// # Errors
/// `INTERNAL`, which the schema of this crate never causes.
pub(crate) fn desk<'context>(context: &Context<'context>) -> Result<&'context Desk, Fault> {
    context
        .data_opt()
        .ok_or_else(|| Fault::new(ErrorCode::Internal, "the schema holds no dead letters"))
}

/// A message that could not be ingested: what it was, why, and how often it was tried.
pub(crate) struct DeadLetter(pub(crate) dead_letters::DeadLetter);

/// One header of a message.
#[derive(SimpleObject)]
pub(crate) struct Header {
    /// Name.
    name: String,
    /// Value; a number is written out.
    value: String,
}

/// A message that could not be ingested: what it was, why, and how often it was tried.
#[Object]
impl DeadLetter {
    /// Its name: the document's id where the message names one, else the SHA-256 of its body.
    async fn key(&self) -> &str {
        &self.0.key
    }

    /// SHA-256 of the document, where the message names one.
    async fn document_id(&self) -> Option<&str> {
        self.0.document_id.as_deref()
    }

    /// Kind of the document as the message says; not necessarily one that is known.
    async fn kind(&self) -> Option<&str> {
        self.0.kind.as_deref()
    }

    /// Where the document should lie in the store, as the message says.
    async fn store_key(&self) -> Option<&str> {
        self.0.store_key.as_deref()
    }

    /// The queue that it came from.
    async fn queue(&self) -> &str {
        &self.0.queue
    }

    /// Why it could not be ingested: a code of the table of errors.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// The same as a sentence.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// JSON pointer to the fault, where it has a place.
    async fn pointer(&self) -> Option<&str> {
        self.0.pointer.as_deref()
    }

    /// How often it was tried.
    async fn attempts(&self) -> i64 {
        i64::try_from(self.0.attempts).unwrap_or(i64::MAX)
    }

    /// When it was first tried, RFC 3339 in UTC.
    async fn first_time(&self) -> &str {
        &self.0.first_time
    }

    /// When it was last tried, RFC 3339 in UTC.
    async fn last_time(&self) -> &str {
        &self.0.last_time
    }

    /// Length of the body.
    async fn bytes(&self) -> i64 {
        i64::try_from(self.0.bytes).unwrap_or(i64::MAX)
    }

    /// The body of the message, where it is UTF-8; its beginning, where it is longer than any that is accepted.
    async fn body(&self) -> Option<&str> {
        match &self.0.body {
            Body::Text(text) => Some(text),
            Body::Base64(_) => None,
        }
    }

    /// The body of the message as base64, where it is no UTF-8.
    async fn body_base64(&self) -> Option<&str> {
        match &self.0.body {
            Body::Text(_) => None,
            Body::Base64(text) => Some(text),
        }
    }

    /// Whether the whole body was kept, so that the message can be sent again.
    async fn whole(&self) -> bool {
        self.0.is_whole()
    }

    /// Its headers, `traceparent` among them.
    async fn headers(&self) -> Vec<Header> {
        let headers = self.0.headers.iter();
        let headers = headers.map(|(name, value)| Header {
            name: name.clone(),
            value: value.clone(),
        });
        headers.collect()
    }

    /// The routing key that it was published with.
    async fn routing_key(&self) -> &str {
        &self.0.routing_key
    }
}
