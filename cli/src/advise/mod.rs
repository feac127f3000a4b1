//! `thoth advise`: arguments and files into a request, the answer into JSON, a table or a requirements file.

pub(crate) mod args;
mod input;
mod lock;
mod requirements;
mod scores;
pub(crate) mod summary;
mod watch;

use std::process::ExitCode;
use std::sync::Arc;

use thoth_adviser::Outcome;
use thoth_cypher::Graph;
use thoth_ingest::store::DocumentStore;
use thoth_schema::environment::Environment;
use thoth_schema::error::Fault;
use thoth_server::advise::{Advisor, Report, replay};

use crate::output::Output;
use crate::settings::Settings;
use crate::{exit, knowledge};
use args::{AdviseArgs, AdviseFormat};

/// Runs the verb.
///
/// # Errors
/// Faults of the arguments, the files, the graph and the adviser.
pub(crate) async fn run(args: &AdviseArgs, settings: &Settings, output: &Output) -> Result<ExitCode, Fault> {
    if let Some(id) = &args.replay {
        let store = DocumentStore::open(&settings.store())?;
        let replayed = replay(&store, id).await?;
        return show(args.format, &replayed.report, &replayed.environment, output);
    }
    let input = input::build(args, output)?;
    let graph: Arc<dyn Graph> = if args.knowledge.is_empty() {
        knowledge::open(&settings.graph()?).await?
    } else {
        knowledge::in_memory(&args.knowledge, &input, settings, output).await?
    };
    // One advice, one process: there is nothing to remember.
    let kept = settings.advice_store().filter(|_| args.knowledge.is_empty());
    let advisor = Advisor::new(Arc::clone(&graph), 0).keeping(kept);
    let report = watch::advise(&advisor, &input, output).await?;
    // Nothing was written, and the process ends: taking a large graph apart node by node would only keep the user waiting.
    std::mem::forget((advisor, graph));
    show(args.format, &report, &input.environment, output)
}

fn show(
    format: AdviseFormat,
    report: &Report,
    environment: &Environment,
    output: &Output,
) -> Result<ExitCode, Fault> {
    match format {
        AdviseFormat::Json => output.json(report)?,
        AdviseFormat::Table => output.data(&summary::text(&report.advice, environment, output))?,
        AdviseFormat::Requirements => match report.advice.stacks.first() {
            Some(stack) => output.data(&lock::requirements(stack, output))?,
            // A file that installs nothing would be taken for a lock: the reasons go to stderr instead.
            None => output.talk(summary::text(&report.advice, environment, output).trim_end()),
        },
    }
    Ok(match report.advice.outcome {
        Outcome::Advised => ExitCode::SUCCESS,
        Outcome::Unsatisfiable | Outcome::NeedsKnowledge => exit::finding(),
    })
}
