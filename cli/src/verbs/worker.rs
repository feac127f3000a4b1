//! `thoth worker`.

use std::process::ExitCode;
use std::sync::Arc;

use thoth_cypher::Graph;
use thoth_ingest::broker::BrokerConfig;
use thoth_ingest::publisher::Publisher;
use thoth_ingest::store::DocumentStore;
use thoth_ingest::worker::Worker;
use thoth_schema::error::Fault;
use thoth_server::termination;
use tokio::sync::watch;

use crate::knowledge;
use crate::output::Output;
use crate::settings::Settings;

/// Works until SIGTERM or Ctrl-C.
///
/// # Errors
/// Faults of configuration, graph and store at the start; later ones are waited out.
pub(super) async fn run(settings: &Settings, output: &Output) -> Result<ExitCode, Fault> {
    let broker = settings.broker_wanted()?;
    let graph_settings = settings.graph()?;
    let graph = knowledge::open(&graph_settings).await?;
    // A wrong address shall end the command, not fill its log; from then on the worker waits out every absence.
    Publisher::connect(&broker).await?.close().await;
    let worker = worker(settings, graph, broker.clone())?;
    output.talk(&format!(
        "worker: {} into {}; stop with SIGTERM",
        broker.public_url(),
        graph_settings.shown
    ));
    let (stop, stopped) = watch::channel(false);
    let signals = tokio::spawn(async move {
        termination().await;
        stop.send(true).ok();
    });
    let status = worker.run(stopped).await;
    signals.abort();
    output.talk(&format!(
        "worker: stopped; {} ingested, {} already known, {} dead-lettered",
        status.ingested, status.already_known, status.dead_lettered
    ));
    Ok(ExitCode::SUCCESS)
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
