//! `thoth serve`, and what `thoth demo` serves with.

use std::process::ExitCode;
use std::sync::Arc;

use thoth_cypher::{Engine, Graph};
use thoth_schema::error::Fault;
use thoth_server::{Server, ServerConfig, termination};
use tokio::sync::watch;

use crate::knowledge;
use crate::output::Output;
use crate::settings::Settings;

/// Serves the configured graph until SIGTERM or Ctrl-C; with a worker inside where the graph belongs to this process.
///
/// # Errors
/// Faults of configuration, graph and store at the start, and of the address to listen on.
pub(super) async fn run(settings: &Settings, output: &Output) -> Result<ExitCode, Fault> {
    let graph = knowledge::open(&settings.graph()?).await?;
    let config = ServerConfig {
        store: Some(settings.store()),
        broker: settings.broker(),
        ..settings.server()?
    };
    let broker = settings.broker().filter(|_| graph.engine() == Engine::Embedded);
    let Some(broker) = broker else {
        serve(graph, config, output).await?;
        return Ok(ExitCode::SUCCESS);
    };
    output.talk(&format!(
        "worker: {} into the graph of this server",
        broker.public_url()
    ));
    let worker = super::worker::worker(settings, Arc::clone(&graph), broker)?;
    let (stop, stopped) = watch::channel(false);
    let working = tokio::spawn(async move { worker.run(stopped).await });
    let served = serve(graph, config, output).await;
    // What is in work shall be committed and acknowledged before the process ends, however the server ended.
    stop.send(true).ok();
    working.await.ok();
    served.map(|()| ExitCode::SUCCESS)
}

/// Serves a graph that is open.
///
/// # Errors
/// Faults of configuration and of the address to listen on.
pub(super) async fn serve(graph: Arc<dyn Graph>, config: ServerConfig, output: &Output) -> Result<(), Fault> {
    let page = if config.graphiql { ", with GraphiQL" } else { "" };
    // The port is taken before it is announced, so that whoever waits for the line can connect.
    let server = Server::bind(config, graph)?;
    output.talk(&format!(
        "serving http://{}/graphql{page}; stop with Ctrl-C",
        server.address()
    ));
    server.run(termination()).await
}
