//! # thoth-cypher
//!
//! Every Cypher statement of Thoth, and the two engines that run them: Neo4j over Bolt and grafeo inside the process.
//!
//! Entry points: [`connect`] opens a graph by URL, [`Graph`] runs statements of the [`CATALOGUE`], [`migrate`] brings
//! the schema up to date.
//!
//! Invariants:
//! - No Cypher text stands anywhere else in the workspace; parameters are the only thing that varies.
//! - Neo4j is the truth. A statement that the embedded engine answers differently is rewritten here, for both.
//! - Internal ids never leave the driver: nodes are known by their `key`.

mod connect;
mod embedded;
pub mod fail_point;
mod graph;
pub mod guard;
mod migrate;
mod neo4j;
mod statement;
mod value;

pub use connect::{GraphAddress, connect};
pub use embedded::EmbeddedGraph;
pub use graph::{Engine, Graph, Transaction};
pub use migrate::{MIGRATIONS, Migration, migrate, pending};
pub use neo4j::{Neo4jAddress, Neo4jGraph};
pub use statement::*;
pub use value::{Params, Row, Rows, Value};
