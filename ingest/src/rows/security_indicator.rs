use super::{Batch, Source};
use thoth_schema::security_indicator::SecurityReport;

impl Batch {
    pub(super) fn security_indicator(&mut self, _report: &SecurityReport, _source: &Source<'_>) {}
}
