//! `thoth advise`: arguments and files into a request, the answer into JSON, a table or a requirements file.

pub(crate) mod args;
mod explained;
mod input;
mod joint;
mod lock;
mod plot;
mod repair;
mod requirements;
mod rules;
mod scores;
pub(crate) mod summary;
mod watch;

use std::process::ExitCode;
use std::sync::Arc;

use thoth_adviser::{Outcome, Subject};
use thoth_cypher::Graph;
use thoth_ingest::store::DocumentStore;
use thoth_schema::environment::Environment;
use thoth_schema::error::{ErrorCode, Fault};
use thoth_server::advise::{Advisor, Report, replay, subject};

use crate::output::Output;
use crate::settings::Settings;
use crate::{exit, files, knowledge};
use args::{AdviseArgs, AdviseFormat};

/// Runs the verb.
///
/// # Errors
/// Faults of the arguments, the files, the graph and the adviser.
pub(crate) async fn run(args: &AdviseArgs, settings: &Settings, output: &Output) -> Result<ExitCode, Fault> {
    if let Some(id) = &args.replay {
        let store = DocumentStore::open(&settings.store())?;
        let replayed = replay(&store, id).await?;
        return show(args.format, &replayed.report, &replayed.environment, &[], output);
    }
    let mut inputs = input::build(args, output)?;
    let lock = args.repair.as_deref().map(|path| repair::read(path, &mut inputs));
    let lock = lock.transpose()?;
    let subjects = args.explain.iter().map(|text| subject(text));
    let subjects = subjects.collect::<Result<Vec<Subject>, Fault>>()?;
    let graph: Arc<dyn Graph> = if args.knowledge.is_empty() {
        knowledge::open(&settings.graph()?).await?
    } else {
        knowledge::in_memory(&args.knowledge, &inputs, settings, output).await?
    };
    if inputs.len() > 1 {
        return joint::run(args, graph.as_ref(), &inputs, output).await;
    }
    let Some(input) = inputs.first() else {
        return Err(Fault::new(ErrorCode::Internal, "no environment is given"));
    };
    if let Some(lock) = lock {
        return repair::run(args, graph.as_ref(), input, lock, output).await;
    }
    // One advice, one process: there is nothing to remember.
    let kept = settings.advice_store().filter(|_| args.knowledge.is_empty());
    let advisor = Advisor::new(Arc::clone(&graph), 0).keeping(kept);
    let explained = (!subjects.is_empty() || args.plot.is_some()).then(|| subjects.clone());
    let (report, trace) = watch::advise(&advisor, input, explained, output).await?;
    if let Some(path) = &args.plot {
        files::write_text(path, &plot::svg(&report.advice, trace.as_ref()))?;
    }
    // Nothing was written, and the process ends: taking a large graph apart node by node would only keep the user waiting.
    std::mem::forget((advisor, graph));
    show(args.format, &report, &input.environment, &subjects, output)
}

fn show(
    format: AdviseFormat,
    report: &Report,
    environment: &Environment,
    subjects: &[Subject],
    output: &Output,
) -> Result<ExitCode, Fault> {
    match format {
        AdviseFormat::Json => output.json(report)?,
        AdviseFormat::Table if !subjects.is_empty() => {
            output.data(&explained::text(&report.advice, subjects))?;
        }
        AdviseFormat::Table => output.data(&summary::text(&report.advice, environment, output))?,
        AdviseFormat::Requirements => match report.advice.stacks.first() {
            Some(stack) => output.data(&lock::requirements(stack, output))?,
            // A file that installs nothing would be taken for a lock: the reasons go to stderr instead.
            None => output.talk(summary::text(&report.advice, environment, output).trim_end()),
        },
    }
    Ok(match report.advice.outcome {
        Outcome::Advised => ExitCode::SUCCESS,
        Outcome::Unsatisfiable | Outcome::NeedsKnowledge | Outcome::Refused => exit::finding(),
    })
}
