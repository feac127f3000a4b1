//! Each kind of document from its bytes to the graph, on both engines.

mod advice;
mod advisory;
mod advisory_corpus;
mod engines;
mod index_change;
mod provenance;
mod releases;
mod rules;
