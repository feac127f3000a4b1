//! `thoth config`.

use std::process::ExitCode;

use serde_json::json;
use thoth_schema::error::Fault;

use crate::args::{ConfigVerb, Format};
use crate::output::Output;
use crate::settings::{Settings, Shown};

/// Prints the values in effect.
///
/// # Errors
/// `IO_ERROR` when stdout cannot be written.
pub(super) fn run(verb: &ConfigVerb, settings: &Settings, output: &Output) -> Result<ExitCode, Fault> {
    let ConfigVerb::Show(format) = verb;
    let shown = settings.shown();
    match format.format {
        Format::Json => {
            let entry = |Shown { key, value, origin }: &Shown<'_>| {
                json!({"key": key.name, "value": value, "origin": origin, "variable": key.variable(), "flag": key.flag,
                       "default": key.default_text(), "meaning": key.meaning})
            };
            output.json(&shown.iter().map(entry).collect::<Vec<_>>())?;
        }
        Format::Table => {
            let mut table = output.table(["key", "value", "origin"]);
            for Shown { key, value, origin } in shown {
                // An unset key is shown by what is taken instead.
                table.add_row([
                    key.name,
                    &value.unwrap_or_else(|| format!("({})", key.default_text())),
                    origin,
                ]);
            }
            output.print(&table)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
