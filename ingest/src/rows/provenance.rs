use super::{Batch, Source};
use thoth_schema::provenance::ProvenanceReport;

impl Batch {
    pub(super) fn provenance(&mut self, _report: &ProvenanceReport, _source: &Source<'_>) {}
}
