//! `thoth bench`: how fast this is here, as Markdown.

mod advise;
mod figures;

use std::process::ExitCode;

use clap::Subcommand;
use thoth_schema::error::Fault;

use crate::output::Output;
use crate::settings::Settings;

use advise::BenchAdviseArgs;

/// What can be measured.
#[derive(Debug, Subcommand)]
pub(crate) enum BenchVerb {
    /// Advice over the configured graph, or of a running server: cold, and warm with many clients
    #[command(
        after_help = "Examples:\n  thoth bench advise --clients 32 --requests 2000 --graph bolt://127.0.0.1:7687\n  \
                      thoth bench advise --server http://127.0.0.1:8080/graphql --peer"
    )]
    Advise(BenchAdviseArgs),
}

/// Runs the verb.
///
/// # Errors
/// Faults of what is measured: a figure that fails is no figure.
pub(crate) async fn run(verb: &BenchVerb, settings: &Settings, output: &Output) -> Result<ExitCode, Fault> {
    match verb {
        BenchVerb::Advise(args) => advise::run(args, settings, output).await,
    }
}
