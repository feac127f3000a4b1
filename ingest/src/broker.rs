//! Where the broker is and how a connection to it is made.

use crate::topology::{self, DELIVERY_LIMIT};
use lapin::options::ConfirmSelectOptions;
use lapin::uri::AMQPUri;
use lapin::{Channel, Connection, ConnectionProperties};
use std::fmt;
use std::time::Duration;
use thoth_schema::error::{ErrorCode, Fault};
use url::Url;

/// Messages that a worker holds of the light queue, by default.
pub const PREFETCH: u16 = 2_000;
/// Most messages that a worker may hold.
pub const MAX_PREFETCH: u16 = 10_000;
/// Longest wait for a connection, in seconds.
pub const CONNECT_SECONDS: u64 = 10;
/// Longest wait for a confirm, in seconds: a broker short of disk or memory holds publishers back.
pub const CONFIRM_SECONDS: u64 = 30;

/// Where the broker is.
#[derive(Clone, PartialEq, Eq)]
pub struct BrokerConfig {
    /// `amqp://user:password@host:5672/vhost`, or `amqps://…`.
    pub url: String,
    /// Messages that a worker holds of the light queue; of the heavy queue it holds one.
    pub prefetch: u16,
    /// Deliveries of one message before it becomes a dead letter; an argument of the queues, so it cannot be changed
    /// while they exist.
    pub max_attempts: u32,
}

impl fmt::Debug for BrokerConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("BrokerConfig")
            .field("url", &self.public_url())
            .field("prefetch", &self.prefetch)
            .field("max_attempts", &self.max_attempts)
            .finish()
    }
}

impl BrokerConfig {
    /// The broker at this URL with the default window and delivery limit.
    pub fn new(url: impl Into<String>) -> BrokerConfig {
        BrokerConfig {
            url: url.into(),
            prefetch: PREFETCH,
            max_attempts: DELIVERY_LIMIT,
        }
    }

    /// Checks the configuration without touching the broker.
    ///
    /// # Errors
    /// `INVALID_CONFIGURATION`.
    pub fn validate(&self) -> Result<(), Fault> {
        self.uri()?;
        if self.prefetch == 0 || self.prefetch > MAX_PREFETCH {
            return Err(invalid(format!(
                "a prefetch of {} is not between 1 and {MAX_PREFETCH}",
                self.prefetch
            ))
            .at("broker.prefetch"));
        }
        if self.max_attempts == 0 || self.max_attempts > 1_000 {
            return Err(invalid(format!(
                "{} attempts are not between 1 and 1000",
                self.max_attempts
            ))
            .at("broker.max_attempts"));
        }
        Ok(())
    }

    fn uri(&self) -> Result<AMQPUri, Fault> {
        let is_amqp = self.url.starts_with("amqp://") || self.url.starts_with("amqps://");
        let uri = if is_amqp {
            self.url.parse::<AMQPUri>()
        } else {
            Err(String::new())
        };
        // The parser's own words may quote the password.
        uri.map_err(|_| {
            invalid("the broker URL is not one of AMQP".to_owned())
                .at("broker.url")
                .remedy("use amqp://USER:PASSWORD@HOST:5672/VHOST, with %2f for the virtual host /")
        })
    }

    /// The URL without its password, for messages.
    pub fn public_url(&self) -> String {
        match Url::parse(&self.url) {
            Ok(mut url) => {
                if url.password().is_some() && url.set_password(Some("***")).is_err() {
                    return "amqp://***".to_owned();
                }
                url.to_string()
            }
            Err(_) => "amqp://***".to_owned(),
        }
    }
}

fn invalid(message: String) -> Fault {
    Fault::new(ErrorCode::InvalidConfiguration, message)
}

/// A connection with one channel that confirms what is published, the topology declared.
pub(crate) struct Session {
    pub(crate) connection: Connection,
    pub(crate) channel: Channel,
}

impl Session {
    /// Connects once.
    ///
    /// # Errors
    /// `BROKER_UNREACHABLE`, `INVALID_CONFIGURATION`.
    pub(crate) async fn open(config: &BrokerConfig, name: &str) -> Result<Session, Fault> {
        config.validate()?;
        let unreachable = |what: &dyn fmt::Display| {
            Fault::new(
                ErrorCode::BrokerUnreachable,
                format!("the message broker does not answer: {what}"),
            )
            .at(config.public_url())
            .remedy("start RabbitMQ, or correct broker.url and the rights of its user")
        };
        let properties = ConnectionProperties::default().with_connection_name(name.into());
        let opened = tokio::time::timeout(Duration::from_secs(CONNECT_SECONDS), async {
            let connection = Connection::connect_uri(config.uri()?, properties)
                .await
                .map_err(|error| unreachable(&error))?;
            let channel = connection
                .create_channel()
                .await
                .map_err(|error| unreachable(&error))?;
            topology::declare(&channel, config.max_attempts).await?;
            channel
                .confirm_select(ConfirmSelectOptions::default())
                .await
                .map_err(|error| unreachable(&error))?;
            Ok(Session { connection, channel })
        });
        match opened.await {
            Ok(outcome) => outcome,
            Err(_) => Err(unreachable(&format_args!(
                "no answer within {CONNECT_SECONDS} seconds"
            ))),
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.connection.status().connected() && self.channel.status().connected()
    }

    /// Ends the connection in good order; messages not settled go back to their queue.
    pub(crate) async fn close(&self) {
        let closed = self.connection.close(200, "done".into());
        match tokio::time::timeout(Duration::from_secs(CONNECT_SECONDS), closed).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!(error = %error, "the broker connection was closed already"),
            Err(_) => tracing::warn!("the broker did not confirm the end of the connection"),
        }
    }
}

/// The fault of a connection that worked before.
pub(crate) fn broken(error: &dyn fmt::Display) -> Fault {
    Fault::new(
        ErrorCode::BrokerUnreachable,
        format!("the connection to the message broker broke: {error}"),
    )
    .at("broker")
    .remedy("see whether RabbitMQ runs; it is tried again where a command keeps running")
}
