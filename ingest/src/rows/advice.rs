use super::{Batch, Source};
use thoth_schema::advice::AdviceRecord;

impl Batch {
    pub(super) fn advice(&mut self, _advice: &AdviceRecord, _source: &Source<'_>) {}
}
