//! # thoth
//!
//! The one binary: learns which Python stacks work where, and advises on it. Everything of substance is in the library
//! crates; here are the command line, the configuration, and what people read.
//!
//! Entry points: [`args`] declares the command line, [`settings`] the configuration, [`verbs`] one module a verb,
//! [`advise`] the largest of them.
//!
//! Invariants:
//! - Data goes to stdout, everything else to stderr; both are written in [`output`] alone.
//! - Every fault is one line with code, message and place, and one with the remedy; nothing is on stdout then.
//! - The environment is read once, here.

mod advise;
mod args;
mod dead_letters;
mod exit;
mod files;
mod knowledge;
mod output;
mod progress;
mod settings;
mod telemetry;
mod verbs;

use std::process::ExitCode;

use clap::Parser;
use thoth_cypher::fail_point;
use thoth_schema::error::{ErrorCode, Fault};

use args::{Cli, Verb};
use output::Output;
use settings::{Process, Settings};

/// Opening an embedded graph is millions of small allocations.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let process = Process::current();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => {
            // Help and version are no errors; both they and usage errors know their stream and exit code.
            usage.print().ok();
            return if usage.use_stderr() {
                ExitCode::from(2)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    let output = Output::new(cli.quiet, &process);
    run(&cli, &process, &output).unwrap_or_else(|fault| {
        output.fault(&fault);
        ExitCode::from(fault.code.exit_code())
    })
}

fn run(cli: &Cli, process: &Process, output: &Output) -> Result<ExitCode, Fault> {
    // Completions are wanted while a shell starts, whatever the configuration says.
    if let Verb::Completions { shell } = cli.verb {
        return verbs::completions(shell, output);
    }
    let settings = Settings::read(cli.config.as_deref(), &cli.overrides(), process)?;
    telemetry::start(&settings.log(), &cli.verb, process);
    if let Some(actions) = process.variable(fail_point::VARIABLE) {
        fail_point::arm(actions)?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|problem| {
        Fault::new(
            ErrorCode::Internal,
            format!("threads cannot be started: {problem}"),
        )
    })?;
    runtime.block_on(verbs::run(cli, &settings, output))
}
