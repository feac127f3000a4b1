//! `thoth ingest` and `thoth graph rebuild`: documents into store and graph, or to the broker.

use std::process::ExitCode;

use thoth_cypher::connect;
use thoth_ingest::direct::{self, Progress, Summary};
use thoth_ingest::publisher::Publisher;
use thoth_ingest::rebuild as ingest_rebuild;
use thoth_ingest::store::DocumentStore;
use thoth_schema::error::Fault;

use crate::args::{Format, IngestArgs, RebuildArgs};
use crate::exit;
use crate::knowledge;
use crate::output::Output;
use crate::progress::BytesBar;
use crate::settings::Settings;

/// Rejected lines that the table shows; the rest is counted.
const REJECTED_SHOWN: usize = 10;

/// Brings files into the graph, or publishes them.
///
/// # Errors
/// Faults of the files with file and line, of store, graph and broker.
pub(super) async fn run(args: &IngestArgs, settings: &Settings, output: &Output) -> Result<ExitCode, Fault> {
    let options = settings.reading(args.graceful);
    let bar = BytesBar::new(output);
    let mut progress = |state: Progress| bar.show(&state);
    // The farthest first: where graph or broker is away, nothing was stored.
    let summary = if args.publish {
        let publisher = Publisher::connect(&settings.broker_wanted()?).await?;
        let store = DocumentStore::open(&settings.store())?;
        let outcome =
            direct::publish_paths(&publisher, Some(&store), &args.paths, &options, &mut progress).await;
        publisher.close().await;
        outcome?
    } else {
        let graph = knowledge::open(&settings.graph()?).await?;
        let store = DocumentStore::open(&settings.store())?;
        direct::ingest_paths(graph.as_ref(), Some(&store), &args.paths, &options, &mut progress).await?
    };
    bar.finish();
    print(
        &summary,
        if args.publish { "published" } else { "ingested" },
        args.format.format,
        output,
    )
}

/// Brings every stored document into the graph.
///
/// # Errors
/// Faults of store and graph.
pub(super) async fn rebuild(
    args: &RebuildArgs,
    settings: &Settings,
    output: &Output,
) -> Result<ExitCode, Fault> {
    let graph = connect(&settings.graph()?.address).await?;
    let store = DocumentStore::open(&settings.store())?;
    // Before anything is removed: without its documents the graph could not be made again.
    store.ping().await?;
    let bar = BytesBar::new(output);
    if args.wipe {
        let removed = ingest_rebuild::wipe(graph.as_ref(), &mut |_| ()).await?;
        output.talk(&format!("removed {removed} nodes"));
    }
    let summary = ingest_rebuild::rebuild(graph.as_ref(), &store, &mut |state| bar.show(&state)).await?;
    bar.finish();
    print(&summary, "ingested", args.format.format, output)
}

fn print(summary: &Summary, verb: &str, format: Format, output: &Output) -> Result<ExitCode, Fault> {
    match format {
        Format::Json => output.json(summary)?,
        Format::Table => {
            let mut table = output.table(["read", verb, "already known", "rejected"]);
            let counts = [
                summary.read,
                summary.ingested,
                summary.already_known,
                summary.rejected_count,
            ];
            table.add_row(counts.map(|count| count.to_string()));
            output.print(&table)?;
            if !summary.rejected.is_empty() {
                let mut table = output.table(["rejected at", "code", "why"]);
                for one in summary.rejected.iter().take(REJECTED_SHOWN) {
                    table.add_row([one.place.as_str(), one.code.code(), one.message.as_str()]);
                }
                output.print(&table)?;
            }
            if summary.rejected_count > REJECTED_SHOWN as u64 {
                output.talk(&format!(
                    "and {} more",
                    summary.rejected_count - REJECTED_SHOWN as u64
                ));
            }
        }
    }
    Ok(if summary.rejected_count == 0 {
        ExitCode::SUCCESS
    } else {
        exit::finding()
    })
}
