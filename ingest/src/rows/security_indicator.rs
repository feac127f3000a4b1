//! Static findings in releases.

use super::observation::{Finding, Subject};
use super::{Batch, Source, sortable};
use thoth_schema::security_indicator::SecurityReport;

impl Batch {
    pub(super) fn security_indicator(&mut self, report: &SecurityReport, source: &Source<'_>) {
        let version = self.version_row(&report.package, &report.version, report.index.as_deref());
        self.statements
            .insert((source.document.to_owned(), version.clone()));
        if let Some(released_at) = &report.released_at {
            self.publish(&version, sortable(released_at));
        }
        let observed_at = report.observed_at.as_deref().map(sortable);
        let tool_version = report.tool_version.as_ref();
        let finding = Finding {
            kind: "security",
            // That a tool ran says nothing of the release; that it could not run does.
            outcome: report.error.is_some().then_some("fail"),
            error_class: report.error.is_some().then_some("analysis_error"),
            message: report.error.as_deref(),
            observed_at: observed_at.as_deref(),
            component: Some(&report.tool),
            metrics: report.metrics.keys().cloned().collect(),
            values: report.metrics.values().copied().map(f64::from).collect(),
            parameters: tool_version
                .map(|version| format!("toolVersion={version}"))
                .into_iter()
                .collect(),
            ..Finding::default()
        };
        self.observe(source, "report", &finding, &[Subject::Version(&version)]);
    }
}
