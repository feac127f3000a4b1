//! `thoth ingest` and `thoth graph rebuild`: documents into store and graph, or to the broker.

use std::process::ExitCode;

use thoth_cypher::connect;
use thoth_ingest::checksum::checksum;
use thoth_ingest::direct::{self, Progress, Summary};
use thoth_ingest::publisher::Publisher;
use thoth_ingest::reader::Rejected;
use thoth_ingest::rebuild as ingest_rebuild;
use thoth_ingest::store::DocumentStore;
use thoth_schema::error::Fault;

use crate::args::{Format, IngestArgs, RebuildArgs};
use crate::exit;
use crate::knowledge;
use crate::output::Output;
use crate::progress::{BytesBar, CountBar};
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
    let before = if args.verify {
        Some(checksum(graph.as_ref()).await?)
    } else {
        None
    };
    if args.wipe {
        let bar = CountBar::new(output, "nodes removed", 0);
        let removed =
            ingest_rebuild::wipe(graph.as_ref(), &mut |removed| bar.show_of(removed, removed)).await?;
        bar.finish();
        output.talk(&format!("removed {removed} nodes"));
    }
    let bar = CountBar::new(output, "documents", 0);
    let mut progress = |state: Progress| bar.show_of(state.done, state.documents_total);
    let summary = ingest_rebuild::rebuild(graph.as_ref(), &store, &mut progress).await?;
    bar.finish();
    let code = print(&summary, "ingested", args.format.format, output)?;
    let Some(before) = before else {
        return Ok(code);
    };
    let after = checksum(graph.as_ref()).await?;
    let differ = before
        .tables
        .iter()
        .filter(|(name, table)| after.tables.get(*name) != Some(table));
    let differ: Vec<&str> = differ.map(|(name, _)| name.as_str()).collect();
    if differ.is_empty() {
        output.talk("the rebuilt graph is the one that was there before");
        return Ok(code);
    }
    output.talk(&format!(
        "the graph that was there differed in {}",
        differ.join(", ")
    ));
    Ok(exit::finding())
}

fn print(summary: &Summary, verb: &str, format: Format, output: &Output) -> Result<ExitCode, Fault> {
    match format {
        Format::Json => output.json(summary)?,
        Format::Table => print_tables(summary, verb, output)?,
    }
    Ok(if summary.rejected_count == 0 {
        ExitCode::SUCCESS
    } else {
        exit::finding()
    })
}

fn print_tables(summary: &Summary, verb: &str, output: &Output) -> Result<(), Fault> {
    let mut table = output.table(["kind", "generation", "read", verb, "already known"]);
    let numbers =
        |read: u64, ingested: u64, known: u64| [read, ingested, known].map(|count| count.to_string());
    for ((kind, generation), counts) in &summary.forms.0 {
        let names = [kind.as_str().to_owned(), generation.clone()];
        let counts = numbers(counts.read, counts.ingested, counts.already_known);
        table.add_row(names.into_iter().chain(counts));
    }
    let total = numbers(summary.read, summary.ingested, summary.already_known);
    table.add_row(["all".to_owned(), String::new()].into_iter().chain(total));
    output.print(&table)?;
    if !summary.passed_over.is_empty() {
        let endings = summary.passed_over.iter().map(|(ending, files)| {
            let ending = if ending.is_empty() { "no ending" } else { ending };
            format!("{files} {ending}")
        });
        output.data(&format!(
            "files passed over, which hold no documents: {}\n",
            endings.collect::<Vec<_>>().join(", ")
        ))?;
    }
    if summary.rejected_count > 0 {
        let mut table = output.table(["rejected", "code", "such as"]);
        for reason in &summary.reasons {
            table.add_row([
                reason.count.to_string(),
                reason.code.to_string(),
                reason.examples.join(", "),
            ]);
        }
        output.print(&table)?;
    }
    print_rejected(&summary.rejected, summary.rejected_count, output)
}

/// The first of what was rejected, with the reasons in words.
pub(super) fn print_rejected(rejected: &[Rejected], count: u64, output: &Output) -> Result<(), Fault> {
    if rejected.is_empty() {
        return Ok(());
    }
    let mut table = output.table(["rejected at", "code", "why"]);
    for one in rejected.iter().take(REJECTED_SHOWN) {
        table.add_row([one.place.as_str(), one.code.code(), one.message.as_str()]);
    }
    output.print(&table)?;
    if count > REJECTED_SHOWN as u64 {
        output.talk(&format!("and {} more", count - REJECTED_SHOWN as u64));
    }
    Ok(())
}
