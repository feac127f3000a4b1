//! `thoth completions`.

use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;
use thoth_schema::error::Fault;

use crate::args::Cli;
use crate::output::Output;

/// Prints the completions of a shell.
///
/// # Errors
/// `IO_ERROR` when stdout cannot be written.
pub(crate) fn run(shell: Shell, output: &Output) -> Result<ExitCode, Fault> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "thoth", &mut script);
    output.data(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}
