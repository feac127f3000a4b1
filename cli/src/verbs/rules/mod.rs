//! `thoth rules`: looks after rules as they are written, and as the graph has them.

mod args;
mod graph;
mod report;
mod validate;

use std::process::ExitCode;

use thoth_schema::error::Fault;

pub(crate) use args::RulesVerb;

use crate::output::Output;
use crate::settings::Settings;

/// Runs the verb.
///
/// # Errors
/// Faults of the files or the graph.
pub(super) async fn run(verb: &RulesVerb, settings: &Settings, output: &Output) -> Result<ExitCode, Fault> {
    match verb {
        RulesVerb::Validate(args) => validate::run(args, output),
        RulesVerb::List(args) => graph::list(args, settings, output).await,
        RulesVerb::Show(args) => graph::show(args, settings, output).await,
    }
}
