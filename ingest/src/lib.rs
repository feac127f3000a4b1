//! # thoth-ingest
//!
//! How documents become knowledge: a durable store, a broker with a worker behind it, and the one transaction that
//! brings a document into the graph.
//!
//! Entry points
//! - [`store::DocumentStore`]: every accepted document under a name made of its content, in a folder or an S3 bucket.
//! - [`direct::ingest_paths`] and [`direct::publish_paths`]: files and folders ([`reader`]) into the graph, or to the broker.
//! - [`selection::Selection`], [`copy::copy`], [`purge::remove`], [`archive`]: stored documents found, copied, set aside.
//! - [`publisher::Publisher`], [`worker::Worker`], [`topology`], [`broker::BrokerConfig`]: the RabbitMQ path.
//! - [`dead_letters::DeadLetterOffice`]: what could not be ingested, recorded in the store, sent again or discarded.
//! - [`control`]: queues that operators pause; [`metrics`]: counters of every stage; [`trace`]: one id through all of them.
//! - [`sync::sync`]: documents into the graph; [`retract::retract`]: out of it again; [`rebuild::rebuild`]: the graph anew
//!   from the store.
//! - [`checksum::checksum`] and [`check::check`]: what the graph holds, and whether it holds together.
//!
//! Invariants
//! - A message is acknowledged after the commit of its document, never before.
//! - A document that is accepted lies in the store, on the disk, before its producer is answered.
//! - Nothing is dropped: a document is in the graph, in the dead letters with a reason, or still in a queue.
//! - Nothing found in a document is executed, and no address found in one is fetched.
//! - Whatever grows with outside input has a limit with a name and a unit.

pub mod advices;
mod apart;
pub mod archive;
mod backoff;
pub mod broker;
pub mod check;
pub mod checksum;
pub mod control;
pub mod copy;
pub mod dead_letters;
mod delivery;
pub mod direct;
mod inputs;
pub mod inspection_folder;
mod line;
mod lines;
pub mod metrics;
mod nodes;
pub mod publisher;
pub mod purge;
pub mod reader;
pub mod rebuild;
mod receipts;
pub mod retract;
mod revisions;
mod rows;
pub mod rule_file;
pub mod selection;
mod settle;
pub mod store;
mod store_key;
pub mod summary;
pub mod sync;
pub mod topology;
pub mod trace;
pub mod wanted;
pub mod worker;
mod writing;
