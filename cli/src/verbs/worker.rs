//! `thoth worker`: the work, and what operators tell all workers.

use std::process::ExitCode;
use std::sync::Arc;

use serde_json::json;
use thoth_cypher::Graph;
use thoth_ingest::broker::BrokerConfig;
use thoth_ingest::control;
use thoth_ingest::publisher::Publisher;
use thoth_ingest::store::DocumentStore;
use thoth_ingest::worker::Worker;
use thoth_schema::error::{ErrorCode, Fault};
use thoth_server::{Server, termination};
use tokio::sync::watch;

use crate::args::{Format, WorkerArgs};
use crate::knowledge;
use crate::output::Output;
use crate::settings::Settings;

/// Works until SIGTERM or Ctrl-C, unless it is only told something.
///
/// # Errors
/// Faults of configuration, graph and store at the start; later ones are waited out.
pub(super) async fn run(args: &WorkerArgs, settings: &Settings, output: &Output) -> Result<ExitCode, Fault> {
    if args.status || !args.pause.is_empty() || !args.resume.is_empty() {
        return tell(args, settings, output).await;
    }
    let broker = settings.broker_wanted()?;
    let graph_settings = settings.graph()?;
    let graph = knowledge::open(&graph_settings).await?;
    // A wrong address shall end the command, not fill its log; from then on the worker waits out every absence.
    Publisher::connect(&broker).await?.close().await;
    let worker = worker(settings, Arc::clone(&graph), broker.clone())?;
    let server = match args.listen {
        Some(_) => Some(server(&worker, graph, settings)?),
        None => None,
    };
    output.talk(&format!(
        "worker: {} into {}; stop with SIGTERM",
        broker.public_url(),
        graph_settings.shown
    ));
    if let Some(server) = &server {
        output.talk(&format!("worker: http://{}/metrics", server.address()));
    }
    let (stop, stopped) = watch::channel(false);
    let mut stopping = stopped.clone();
    let serving = server.map(|server| {
        tokio::spawn(server.run(async move {
            stopping.wait_for(|stopped| *stopped).await.ok();
        }))
    });
    let signals = tokio::spawn(async move {
        termination().await;
        stop.send(true).ok();
    });
    let status = worker.run(stopped).await;
    signals.abort();
    if let Some(serving) = serving {
        serving.await.ok();
    }
    output.talk(&format!(
        "worker: stopped; {} ingested, {} already known, {} dead-lettered",
        status.ingested, status.already_known, status.dead_lettered
    ));
    Ok(ExitCode::SUCCESS)
}

/// What answers for the worker's health and metrics.
fn server(worker: &Worker, graph: Arc<dyn Graph>, settings: &Settings) -> Result<Server, Fault> {
    let status = worker.status();
    Server::bind_worker(settings.server()?, graph, move || {
        let status = status.borrow();
        let fault = || {
            let message = "the worker is not connected to the message broker yet";
            Fault::new(ErrorCode::BrokerUnreachable, message)
        };
        (!status.connected).then(|| status.broker_fault.clone().unwrap_or_else(fault))
    })
}

/// Pauses and resumes queues for all workers of the store, then shows how they stand.
async fn tell(args: &WorkerArgs, settings: &Settings, output: &Output) -> Result<ExitCode, Fault> {
    // All names first: a wrong one shall leave everything as it is.
    let (pause, resume) = (queues(&args.pause)?, queues(&args.resume)?);
    let store = DocumentStore::open(&settings.store())?;
    for queue in pause {
        control::pause(&store, queue).await?;
    }
    for queue in resume {
        control::resume(&store, queue).await?;
    }
    let notes = control::notes(&store).await?;
    match args.format.format {
        Format::Json => {
            let queues = notes.iter().map(|(queue, note)| {
                let since = note.as_ref().map(|note| &note.since);
                json!({"queue": control::short_name(queue), "paused": note.is_some(), "since": since})
            });
            output.json(&json!({"queues": queues.collect::<Vec<_>>()}))?;
        }
        Format::Table => {
            let mut table = output.table(["queue", "state", "since"]);
            for (queue, note) in &notes {
                let (state, since) = match note {
                    Some(note) => ("paused", note.since.as_str()),
                    None => ("consumed", "-"),
                };
                table.add_row([control::short_name(queue), state, since]);
            }
            output.print(&table)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn queues(names: &[String]) -> Result<Vec<&'static str>, Fault> {
    names.iter().map(|name| control::queue_named(name)).collect()
}

/// A worker as it is configured.
///
/// # Errors
/// Faults of configuration and store.
pub(super) fn worker(
    settings: &Settings,
    graph: Arc<dyn Graph>,
    broker: BrokerConfig,
) -> Result<Worker, Fault> {
    Worker::new(
        graph,
        DocumentStore::open(&settings.store())?,
        broker,
        settings.worker(),
    )
}
