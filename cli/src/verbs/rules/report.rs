//! What `thoth rules validate` prints.

use std::collections::BTreeMap;
use std::process::ExitCode;

use serde::Serialize;
use thoth_schema::error::Fault;

use crate::args::Format;
use crate::exit;
use crate::output::Output;

/// What was read and found.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    /// Files read.
    pub(super) files: usize,
    /// Units read, by type.
    pub(super) units: BTreeMap<String, usize>,
    /// Tests run.
    pub(super) tests: usize,
    /// What is wrong.
    pub(super) findings: Vec<Found>,
}

/// One finding.
#[derive(Debug, Serialize)]
pub(super) struct Found {
    /// `file:line`
    pub(super) place: String,
    /// What sort it is.
    pub(super) kind: &'static str,
    /// The unit, or the test.
    pub(super) unit: Option<String>,
    /// The finding in words.
    pub(super) message: String,
}

impl Report {
    pub(super) fn count(&mut self, unit_type: &str) {
        match self.units.get_mut(unit_type) {
            Some(count) => *count += 1,
            None => drop(self.units.insert(unit_type.to_owned(), 1)),
        }
    }

    /// Prints the report; exit code 1 where there are findings.
    pub(super) fn print(&self, format: Format, output: &Output) -> Result<ExitCode, Fault> {
        match format {
            Format::Json => output.json(self)?,
            Format::Table => output.data(&self.text())?,
        }
        Ok(if self.findings.is_empty() {
            ExitCode::SUCCESS
        } else {
            exit::finding()
        })
    }

    /// One line for each finding, as compilers write them, then the sums.
    fn text(&self) -> String {
        let mut text = String::new();
        for found in &self.findings {
            let unit = found
                .unit
                .as_ref()
                .map_or_else(String::new, |unit| format!("{unit}: "));
            text.push_str(&format!(
                "{}: {}: {unit}{}\n",
                found.place, found.kind, found.message
            ));
        }
        let units: usize = self.units.values().sum();
        let sums = [
            (self.files, "file"),
            (units, "unit"),
            (self.tests, "test"),
            (self.findings.len(), "finding"),
        ];
        let sums =
            sums.map(|(number, what)| format!("{number} {what}{}", if number == 1 { "" } else { "s" }));
        text + &sums.join(", ") + "\n"
    }
}
