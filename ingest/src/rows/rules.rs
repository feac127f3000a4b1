use super::{Batch, Source};
use thoth_schema::rules::RuleSet;

impl Batch {
    pub(super) fn rules(&mut self, _rules: &RuleSet, _source: &Source<'_>) {}
}
