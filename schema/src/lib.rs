//! The vocabulary of Thoth: what a document, a release, a version, a requirement, an environment and a fault is.
//!
//! Entry points
//! - [`document::Document`]: the immutable JSON result of one run of one producer, read from bytes ([`document`],
//!   [`records`]) and named by the sha256 of its canonical bytes.
//! - [`release::Release`] and [`solver::SolverRun`]: what such documents say.
//! - [`requirement::Requirement`], [`versions::VersionSet`], [`version::order_key`], [`marker::reach`]: the algebra of
//!   PEP 440 and PEP 508 in a form that a graph database can compare as plain strings.
//! - [`environment::Environment`] and [`tags::SupportedTags`]: where a stack shall run, and which files install there.
//! - [`error::ErrorCode`] and [`error::Fault`]: the closed table of everything that may go wrong.
//!
//! Invariants
//! - No I/O, no async, no driver, no clock, no global state of its own: bytes in, values or faults out.
//! - Nothing absent is invented: what a document does not state is `None` or empty.
//! - Comparing two order keys as strings is comparing the versions as PEP 440 says.
//! - Everything that grows with outside input has a limit with a name and a unit.

pub mod advice;
pub mod advisory;
pub mod contracts;
pub mod document;
pub mod envelope;
pub mod environment;
pub mod error;
pub mod figure;
pub mod image;
pub mod index_change;
pub mod inspection;
mod json;
mod legacy;
pub mod lock_file;
pub mod provenance;
pub mod rules;
pub mod security_indicator;
mod shapes;

pub mod marker;
mod marker_parser;
pub mod message;
pub mod name;
pub mod nevra;
pub mod purl;
pub mod records;
pub mod release;
pub mod requirement;
mod requirement_parser;
pub mod requirements_file;
mod scan;
pub mod solver;
mod specifier_parser;
pub mod tags;
pub mod time;
pub mod version;
pub mod versions;
pub mod wanted;
