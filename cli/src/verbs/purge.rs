//! `thoth purge`: documents out of graph and store, by a filter.

use std::collections::BTreeMap;
use std::process::ExitCode;

use futures::TryStreamExt;
use serde_json::json;
use thoth_ingest::archive::ArchiveName;
use thoth_ingest::purge::{self, Fate};
use thoth_ingest::store::{DocumentStore, StoreKey};
use thoth_schema::error::{ErrorCode, Fault};

use super::documents::args::PurgeArgs;
use crate::args::Format;
use crate::knowledge;
use crate::output::Output;
use crate::progress::CountBar;
use crate::settings::Settings;

/// Counts what the filter means, and takes it away where that is wanted.
///
/// # Errors
/// `INVALID_ARGUMENT` without `--yes` where something would go; faults of store and graph.
pub(super) async fn run(args: &PurgeArgs, settings: &Settings, output: &Output) -> Result<ExitCode, Fault> {
    let store = DocumentStore::open(&settings.store())?;
    let selection = args.selection.selection();
    let keys: Vec<StoreKey> = store.select(&selection).try_collect().await?;
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    for key in &keys {
        *kinds.entry(key.kind()).or_default() += 1;
    }
    if args.dry_run || keys.is_empty() {
        print(&kinds, None, args.format.format, output)?;
        return Ok(ExitCode::SUCCESS);
    }
    if !args.yes {
        let counts: Vec<String> = kinds
            .iter()
            .map(|(kind, count)| format!("{count} {kind}"))
            .collect();
        return Err(Fault::new(
            ErrorCode::InvalidArgument,
            format!("{} would go, and nothing was changed", counts.join(", ")),
        )
        .remedy("add --yes to do it, or --dry-run to see the counts alone"));
    }
    let graph = knowledge::open(&settings.graph()?).await?;
    let archive = ArchiveName::now();
    let fate = if args.erase {
        Fate::Erase
    } else {
        Fate::Archive(archive.clone())
    };
    let bar = CountBar::new(output, "documents", keys.len() as u64);
    let done = purge::remove(graph.as_ref(), &store, &keys, &fate, &mut |removed| {
        bar.show(removed)
    })
    .await?;
    bar.finish();
    let archive = (!args.erase).then(|| archive.to_string());
    print(
        &kinds,
        Some((done.retracted, archive)),
        args.format.format,
        output,
    )?;
    Ok(ExitCode::SUCCESS)
}

/// What goes by kind; with how many the graph stated and where they lie now, what went.
fn print(
    kinds: &BTreeMap<&str, u64>,
    done: Option<(u64, Option<String>)>,
    format: Format,
    output: &Output,
) -> Result<(), Fault> {
    let total: u64 = kinds.values().sum();
    if format == Format::Json {
        let (retracted, archive) = done.clone().unzip();
        return output.json(&json!({
            "kinds": kinds, "documents": total, "changed": done.is_some(), "retracted": retracted.unwrap_or(0),
            "archive": archive.flatten(),
        }));
    }
    let mut table = output.table(["kind", "documents"]);
    for (kind, count) in kinds {
        table.add_row([(*kind).to_owned(), count.to_string()]);
    }
    output.print(&table)?;
    output.data(&match done {
        None => format!("{total} documents; nothing was changed\n"),
        Some((retracted, Some(archive))) => {
            format!("{total} documents set aside in {archive}, {retracted} of them out of the graph\n")
        }
        Some((retracted, None)) => {
            format!("{total} documents erased, {retracted} of them out of the graph\n")
        }
    })
}
