use super::{Batch, Source};
use thoth_schema::inspection::Inspection;

impl Batch {
    pub(super) fn inspection(&mut self, _inspection: &Inspection, _source: &Source<'_>) {}
}
