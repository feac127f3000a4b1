use super::{Batch, Source};
use thoth_schema::index_change::IndexChanges;

impl Batch {
    pub(super) fn index_change(&mut self, _changes: &IndexChanges, _source: &Source<'_>) {}
}
