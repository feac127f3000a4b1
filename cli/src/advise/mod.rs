//! `thoth advise`: arguments and files into a request, the answer into JSON, a table or a requirements file.

pub(crate) mod args;
mod input;
mod lock;
mod requirements;
mod rules;
mod scores;
pub(crate) mod summary;

use std::process::ExitCode;
use std::sync::Arc;

use thoth_adviser::Outcome;
use thoth_cypher::Graph;
use thoth_schema::error::Fault;

use crate::output::Output;
use crate::settings::Settings;
use crate::{exit, knowledge};
use args::{AdviseArgs, AdviseFormat};

/// Runs the verb.
///
/// # Errors
/// Faults of the arguments, the files, the graph and the adviser.
pub(crate) async fn run(args: &AdviseArgs, settings: &Settings, output: &Output) -> Result<ExitCode, Fault> {
    let input = input::build(args, output)?;
    let graph: Arc<dyn Graph> = if args.knowledge.is_empty() {
        knowledge::open(&settings.graph()?).await?
    } else {
        knowledge::in_memory(&args.knowledge, &input, settings, output).await?
    };
    let report = thoth_server::advise::advise(graph.as_ref(), &input).await?;
    // Nothing was written, and the process ends: taking a large graph apart node by node would only keep the user waiting.
    std::mem::forget(graph);
    match args.format {
        AdviseFormat::Json => output.json(&report)?,
        AdviseFormat::Table => output.data(&summary::text(&report.advice, &input.environment, output))?,
        AdviseFormat::Requirements => match report.advice.stacks.first() {
            Some(stack) => output.data(&lock::requirements(stack, output))?,
            // A file that installs nothing would be taken for a lock: the reasons go to stderr instead.
            None => output.talk(summary::text(&report.advice, &input.environment, output).trim_end()),
        },
    }
    Ok(match report.advice.outcome {
        Outcome::Advised => ExitCode::SUCCESS,
        Outcome::Unsatisfiable | Outcome::NeedsKnowledge | Outcome::Refused => exit::finding(),
    })
}
