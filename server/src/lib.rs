//! # thoth-server
//!
//! Questions in, answers out: GraphQL over HTTP, health, and the advice that joins graph and adviser.
//!
//! Entry points
//! - [`serve()`]: the HTTP service from configuration to graceful stop; [`Server`] where the bound address is wanted first.
//! - [`graphql::schema`]: the GraphQL schema by itself; [`graphql::sdl`] is its text, checked in as `schema/thoth.graphql`.
//! - [`advise::advise`]: one request for advice, from the graph to checked stacks.
//!
//! Invariants
//! - Holds no state that a second replica lacks; what is cached of the graph is believed only where the graph confirms its
//!   revision.
//! - Never writes to the graph; of store and broker it touches dead letters alone.
//! - One level of a query is one statement, however many nodes the level has.
//! - Every error is a row of the closed table; what went wrong inside is logged once with an id, and only the id is shown.
//! - Listens beyond the loopback only when told so: there are no tokens yet.

pub mod advise;
mod config;
pub mod graphql;
mod http;
pub mod limits;
pub mod metrics;
mod request_id;

pub use config::ServerConfig;
pub use http::{Server, serve, termination};
