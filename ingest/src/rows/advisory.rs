use super::{Batch, Source};
use thoth_schema::advisory::Advisory;

impl Batch {
    pub(super) fn advisory(&mut self, _advisory: &Advisory, _source: &Source<'_>) {}
}
