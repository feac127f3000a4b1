//! `thoth bench …`: what it can do and how fast it is here, as Markdown.

mod advise;
mod figures;
mod problems;
mod search;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
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
    /// The search alone: speed, quality by budget, regret, time to proof, memory
    #[command(
        after_help = "Examples:\n  thoth bench search\n  thoth bench search --data ../shared/data --seeds 20 --runs 3\n\n\
                      Scores are drawn by seed and release, uniform in [-1, 1); the score of a stack is their sum. Quality is\n\
                      the best score as a share of the proven optimum. Every figure is of one core and this machine."
    )]
    Search(SearchArgs),
}

/// Options of `bench search`.
#[derive(Debug, Args)]
pub(crate) struct SearchArgs {
    /// Folder of recorded data [default: ../shared/data where there is one, else the shipped records of Flask]
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Tables of scores, the median of which is printed
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) seeds: u32,
    /// What the names of the tables begin with
    #[arg(long, value_name = "TEXT", default_value = "s")]
    pub(crate) prefix: String,
    /// Runs, the fastest of which is printed
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) runs: u32,
}

/// Runs the verb.
///
/// # Errors
/// Faults of what is measured: a figure that fails is no figure.
pub(crate) async fn run(verb: &BenchVerb, settings: &Settings, output: &Output) -> Result<ExitCode, Fault> {
    match verb {
        BenchVerb::Advise(args) => advise::run(args, settings, output).await,
        BenchVerb::Search(args) => search::run(args, settings, output).await,
    }
}
