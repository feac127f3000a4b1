//! Checks of where the releases of a lock come from.

use super::observation::{Finding, Subject};
use super::{Batch, Source};
use thoth_schema::provenance::{FindingSeverity, LockedRelease, ProvenanceFinding, ProvenanceReport};
use thoth_schema::solver::Outcome;
use thoth_schema::{name, version};

impl Batch {
    pub(super) fn provenance(&mut self, report: &ProvenanceReport, source: &Source<'_>) {
        let stack = report.lock.as_deref().and_then(|lock| self.locked(lock));
        for (position, finding) in report.findings.iter().enumerate() {
            self.provenance_finding(position, finding, stack.as_deref(), source);
        }
        let Some(stack) = stack else {
            return;
        };
        // The check as a whole: also where it found nothing.
        let failed = report.error.is_some()
            || report
                .findings
                .iter()
                .any(|finding| finding.severity == FindingSeverity::Error);
        let whole = Finding {
            kind: "provenance",
            outcome: Some(outcome(failed)),
            message: report.error.as_deref(),
            parameters: report
                .admitted_indexes
                .iter()
                .map(|index| format!("admittedIndex={index}"))
                .collect(),
            ..Finding::default()
        };
        self.observe(source, "lock", &whole, &[Subject::Stack(&stack)]);
    }

    fn provenance_finding(
        &mut self,
        position: usize,
        stated: &ProvenanceFinding,
        stack: Option<&str>,
        source: &Source<'_>,
    ) {
        let release = match (&stated.name, &stated.version) {
            (Some(name), Some(version)) => name::package(name).ok().zip(version::parse(version).ok()),
            _ => None,
        };
        let release = release.map(|(name, version)| {
            let key = self.version_row(&name, &version, stated.index.as_deref());
            self.statements.insert((source.document.to_owned(), key.clone()));
            key
        });
        let subjects: Vec<Subject<'_>> = release
            .as_deref()
            .map(Subject::Version)
            .into_iter()
            .chain(stack.map(Subject::Stack))
            .collect();
        if subjects.is_empty() {
            return;
        }
        let mut parameters: Vec<String> = stated
            .found_on
            .iter()
            .map(|index| format!("foundOn={index}"))
            .chain(stated.digest.iter().map(|digest| format!("digest={digest}")))
            .collect();
        parameters.push(format!("severity={}", stated.severity.as_str()));
        parameters.sort();
        let finding = Finding {
            kind: "provenance",
            outcome: Some(outcome(stated.severity == FindingSeverity::Error)),
            error_class: Some(&stated.id),
            message: stated.message.as_deref(),
            parameters,
            ..Finding::default()
        };
        self.observe(source, &position.to_string(), &finding, &subjects);
    }

    /// The stack of a lock; none where it locks nothing.
    fn locked(&mut self, lock: &[LockedRelease]) -> Option<String> {
        let pins: Vec<_> = lock
            .iter()
            .filter_map(|pin| {
                let name = name::package(&pin.name).ok()?;
                Some((name, version::parse(&pin.version).ok()?, pin.index.as_deref()))
            })
            .collect();
        (!pins.is_empty())
            .then(|| self.stack(pins.iter().map(|(name, version, index)| (name, version, *index))))
    }
}

fn outcome(failed: bool) -> &'static str {
    if failed { Outcome::Fail } else { Outcome::Pass }.as_str()
}
