//! Each kind of document from its bytes to the graph, on both engines.

mod advice;
mod advisory;
mod advisory_corpus;
mod engines;
mod image;
mod index_change;
mod inspection;
mod provenance;
mod releases;
mod rules;
mod rules_selection;
mod security_indicator;
