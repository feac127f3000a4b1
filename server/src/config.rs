//! How the service is set up.

use std::net::{Ipv4Addr, SocketAddr};

use thoth_ingest::broker::BrokerConfig;
use thoth_ingest::store::StoreConfig;
use thoth_schema::error::{ErrorCode, Fault};

/// The validated settings of the service; limits that are not settings stand in [`crate::limits`].
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// Address and port to listen on; port 0 takes any free one.
    pub listen: SocketAddr,
    /// Whether an address that other machines reach is allowed. Nobody is asked for a token yet.
    pub allow_beyond_loopback: bool,
    /// Whether clients may ask for the schema.
    pub introspection: bool,
    /// Whether the GraphiQL page is served.
    pub graphiql: bool,
    /// Searches that run at once; further ones wait a moment and are then told to come again.
    pub concurrent_advises: usize,
    /// Bytes of memory for what advises read of packages, about; 0 remembers nothing.
    pub advise_cache_bytes: usize,
    /// Whether advices are kept in the store, so that they can be given again.
    pub keep_advices: bool,
    /// Threads that answer requests.
    pub workers: usize,
    /// Seconds that requests in flight may take after the service was told to stop.
    pub stop_seconds: u64,
    /// The document store, for its dead letters; without it they are not known.
    pub store: Option<StoreConfig>,
    /// The message broker, for sending dead letters again.
    pub broker: Option<BrokerConfig>,
}

impl Default for ServerConfig {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            allow_beyond_loopback: false,
            introspection: true,
            graphiql: true,
            concurrent_advises: cores,
            keep_advices: true,
            advise_cache_bytes: crate::limits::ADVISE_CACHE_BYTES,
            workers: cores.min(8),
            stop_seconds: crate::limits::STOP_SECONDS,
            store: None,
            broker: None,
        }
    }
}

impl ServerConfig {
    /// Refuses settings that are not safe or cannot work.
    ///
    /// # Errors
    /// `INVALID_CONFIGURATION` with the name of the setting.
    pub fn validate(&self) -> Result<(), Fault> {
        if !self.listen.ip().is_loopback() && !self.allow_beyond_loopback {
            let message = format!(
                "{} can be reached from other machines, and nobody is asked for a token",
                self.listen
            );
            return Err(invalid(message, "server.listen")
                .remedy("listen on 127.0.0.1, or set server.allow_beyond_loopback when something else guards the port"));
        }
        if self.concurrent_advises == 0 {
            let fault = invalid("no advice could ever be computed", "server.concurrent_advises");
            return Err(fault.remedy("use 1 or more"));
        }
        if self.workers == 0 {
            return Err(
                invalid("no request could ever be answered", "server.workers").remedy("use 1 or more")
            );
        }
        if self.graphiql && !self.introspection {
            return Err(
                invalid("GraphiQL cannot work without introspection", "server.graphiql")
                    .remedy("switch introspection on, or GraphiQL off"),
            );
        }
        Ok(())
    }
}

fn invalid(message: impl Into<String>, setting: &str) -> Fault {
    Fault::new(ErrorCode::InvalidConfiguration, message).at(setting)
}
