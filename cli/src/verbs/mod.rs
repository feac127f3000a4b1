//! One module a verb.

pub(crate) mod bench;
mod completions;
mod config;
mod demo;
mod documents;
mod graph;
mod ingest;
mod purge;
mod rules;
mod serve;
mod worker;

use std::process::ExitCode;

use thoth_schema::error::Fault;

pub(crate) use completions::run as completions;
pub(crate) use documents::args::{DocumentsVerb, PurgeArgs};
pub(crate) use rules::RulesVerb;

use crate::args::{Cli, Verb};
use crate::output::Output;
use crate::settings::Settings;
use crate::{advise, dead_letters};

/// Runs the verb of the command line.
///
/// # Errors
/// The fault that ended it.
pub(crate) async fn run(cli: &Cli, settings: &Settings, output: &Output) -> Result<ExitCode, Fault> {
    match &cli.verb {
        Verb::Demo(args) => demo::run(args, settings, output).await,
        Verb::Serve(_) => serve::run(settings, output).await,
        Verb::Worker(args) => worker::run(args, settings, output).await,
        Verb::Ingest(args) => ingest::run(args, settings, output).await,
        Verb::Documents(verb) => documents::run(verb, settings, output).await,
        Verb::Purge(args) => purge::run(args, settings, output).await,
        Verb::Advise(args) => advise::run(args, settings, output).await,
        Verb::Bench(verb) => bench::run(verb, settings, output).await,
        Verb::Rules(verb) => rules::run(verb, settings, output).await,
        Verb::DeadLetters(verb) => dead_letters::run(verb, settings, output).await,
        Verb::Graph(verb) => graph::run(verb, settings, output).await,
        Verb::Config(verb) => config::run(verb, settings, output),
        Verb::Completions { shell } => completions(*shell, output),
    }
}
