//! `thoth config`.

use std::process::ExitCode;

use serde_json::json;
use thoth_schema::error::Fault;

use crate::args::{ConfigVerb, Format};
use crate::output::Output;
use crate::settings::Settings;

/// Prints the values in effect.
///
/// # Errors
/// `IO_ERROR` when stdout cannot be written.
pub(super) fn run(verb: &ConfigVerb, settings: &Settings, output: &Output) -> Result<ExitCode, Fault> {
    let ConfigVerb::Show(format) = verb;
    let shown = settings.shown();
    match format.format {
        Format::Json => {
            let entry = |(key, value, origin): &(&str, Option<String>, &str)| {
                json!({"key": key, "value": value, "origin": origin})
            };
            output.json(&shown.iter().map(entry).collect::<Vec<_>>())?;
        }
        Format::Table => {
            let mut table = output.table(["key", "value", "origin"]);
            for (key, value, origin) in shown {
                table.add_row([key, value.as_deref().unwrap_or("-"), origin]);
            }
            output.print(&table)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
