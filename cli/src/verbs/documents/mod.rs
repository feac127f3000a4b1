//! `thoth documents`: what lies in the store, and what the graph knows of it.

pub(crate) mod args;
mod listing;

use std::process::ExitCode;

use args::{ArchivesArgs, CopyArgs, DeleteArgs, DocumentsVerb, RestoreArgs, ShowArgs};
use futures::TryStreamExt;
use serde_json::json;
use thoth_cypher::{Graph, READ_DOCUMENTS, READ_DOCUMENTS_KNOWN, params};
use thoth_ingest::archive::ArchiveName;
use thoth_ingest::copy::{self, Copied};
use thoth_ingest::purge::{self, Fate};
use thoth_ingest::rebuild;
use thoth_ingest::retract::retract;
use thoth_ingest::store::{DocumentStore, StoreConfig, StoreKey};
use thoth_schema::error::{ErrorCode, Fault};

use crate::args::Format;
use crate::output::Output;
use crate::progress::CountBar;
use crate::settings::Settings;
use crate::{exit, knowledge};

/// Digits of an id that name a document, at least.
const MIN_ID_DIGITS: usize = 8;
/// Documents that an ambiguous id is said to mean.
const AMBIGUOUS_SHOWN: usize = 5;

/// Runs one of the verbs.
///
/// # Errors
/// Faults of arguments, store and graph.
pub(super) async fn run(
    verb: &DocumentsVerb,
    settings: &Settings,
    output: &Output,
) -> Result<ExitCode, Fault> {
    match verb {
        DocumentsVerb::List(args) => listing::run(args, settings, output).await,
        DocumentsVerb::Show(args) => show(args, settings, output).await,
        DocumentsVerb::Copy(args) => copy_documents(args, settings, output).await,
        DocumentsVerb::Delete(args) => delete(args, settings, output).await,
        DocumentsVerb::Archives(args) => archives(args, settings, output).await,
        DocumentsVerb::Restore(args) => restore(args, settings, output).await,
    }
}

/// The one stored document whose id starts so; `None` where there is none.
async fn stored(store: &DocumentStore, id: &str) -> Result<Option<StoreKey>, Fault> {
    let digits = id.to_ascii_lowercase();
    let is_id = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_id || !(MIN_ID_DIGITS..=64).contains(&digits.len()) {
        return Err(Fault::new(
            ErrorCode::InvalidArgument,
            format!("`{id}` is no id of a document"),
        )
        .remedy(format!(
            "give at least {MIN_ID_DIGITS} of its 64 hexadecimal digits; `thoth documents list` shows them"
        )));
    }
    let mut keys = store.keys_by_id(&digits, AMBIGUOUS_SHOWN).await?;
    if keys.len() > 1 {
        let ids: Vec<&str> = keys.iter().map(StoreKey::id).collect();
        return Err(Fault::new(
            ErrorCode::InvalidArgument,
            format!("`{id}` begins the ids of several documents"),
        )
        .remedy(format!("write more digits of one of {}", ids.join(", "))));
    }
    Ok(keys.pop())
}

fn absent(id: &str) -> Fault {
    Fault::new(ErrorCode::NotFound, "there is no document of this id")
        .at(id)
        .remedy("`thoth documents list` shows the ids; `thoth documents archives` what was set aside")
}

async fn show(args: &ShowArgs, settings: &Settings, output: &Output) -> Result<ExitCode, Fault> {
    let store = DocumentStore::open(&settings.store())?;
    let key = stored(&store, &args.id).await?.ok_or_else(|| absent(&args.id))?;
    if args.raw {
        let bytes = store.bytes(&key).await?;
        output.data(&String::from_utf8_lossy(&bytes))?;
        return Ok(ExitCode::SUCCESS);
    }
    let document = store.get(&key).await?;
    // A graph that somebody else holds is no reason to show nothing.
    let known = match graph_knows(settings, key.id()).await {
        Ok(known) => if known { "yes" } else { "no" }.to_owned(),
        Err(fault) => format!("not asked: {fault}"),
    };
    let facts = json!({
        "id": document.id, "key": key.as_str(), "kind": document.kind, "generation": document.generation,
        "schemaVersion": document.schema_version, "producedAt": document.produced_at,
        "producer": document.producer.name, "producerVersion": document.producer.version,
        "origin": document.origin, "upstreamId": document.upstream_id, "bytes": document.canonical_bytes().len(),
        "unknownKeys": document.unknown_keys, "inGraph": known,
    });
    match args.format.format {
        Format::Json => output.json(&facts)?,
        Format::Table => {
            let mut table = output.table(["fact", "value"]);
            for (name, value) in facts.as_object().into_iter().flatten() {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                table.add_row([name.as_str(), if value.is_null() { "-" } else { &text }]);
            }
            output.print(&table)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn graph_knows(settings: &Settings, id: &str) -> Result<bool, Fault> {
    let graph = knowledge::open(&settings.graph()?).await?;
    let keys = params! { "keys" => vec![id.to_owned()] };
    Ok(!graph.read(&READ_DOCUMENTS_KNOWN, keys).await?.is_empty())
}

async fn copy_documents(args: &CopyArgs, settings: &Settings, output: &Output) -> Result<ExitCode, Fault> {
    let from = DocumentStore::open(&settings.store())?;
    let to = DocumentStore::open(&StoreConfig {
        url: args.to.clone(),
        ..settings.store()
    })?;
    to.ping().await?;
    let selection = args.selection.selection();
    let total = count(&from, &selection, output).await?;
    let bar = CountBar::new(output, "documents", total);
    let done = copy::copy(&from, &to, &selection, &mut |state: &Copied| bar.show(state.read)).await?;
    bar.finish();
    match args.format.format {
        Format::Json => output.json(&done)?,
        Format::Table => {
            let mut table = output.table(["read", "copied", "already there", "rejected"]);
            let counts = [done.read, done.copied, done.already_there, done.rejected_count];
            table.add_row(counts.map(|count| count.to_string()));
            output.print(&table)?;
            super::ingest::print_rejected(&done.rejected, done.rejected_count, output)?;
        }
    }
    Ok(if done.rejected_count == 0 {
        ExitCode::SUCCESS
    } else {
        exit::finding()
    })
}

/// How many documents a bar is to count; not looked for where no bar is drawn.
async fn count(
    store: &DocumentStore,
    selection: &thoth_ingest::selection::Selection,
    output: &Output,
) -> Result<u64, Fault> {
    if !output.draws_progress() {
        return Ok(0);
    }
    store
        .select(selection)
        .try_fold(0, |total, _| async move { Ok(total + 1) })
        .await
}

async fn delete(args: &DeleteArgs, settings: &Settings, output: &Output) -> Result<ExitCode, Fault> {
    let store = DocumentStore::open(&settings.store())?;
    let graph = knowledge::open(&settings.graph()?).await?;
    // All ids are looked up before the first document goes.
    let (mut keys, mut lost) = (Vec::new(), Vec::new());
    for id in &args.ids {
        match stored(&store, id).await? {
            Some(key) => keys.push(key),
            None => lost.push(in_graph(graph.as_ref(), id).await?.ok_or_else(|| absent(id))?),
        }
    }
    keys.sort();
    keys.dedup();
    let archive = ArchiveName::now();
    let mut done = retract(graph.as_ref(), &store, &lost, &mut |_| ()).await?;
    let fate = Fate::Archive(archive.clone());
    let removed = purge::remove(graph.as_ref(), &store, &keys, &fate, &mut |_| ()).await?;
    done.retracted += removed.retracted;
    let archive = (!keys.is_empty()).then(|| archive.to_string());
    match args.format.format {
        Format::Json => output.json(&json!({
            "retracted": done.retracted, "archived": keys.len(), "archive": archive,
        }))?,
        Format::Table => output.data(&format!(
            "{} out of the graph, {} set aside in {}\n",
            done.retracted,
            keys.len(),
            archive.as_deref().unwrap_or("no archive")
        ))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The one document of the graph whose id starts so, for what the store has lost.
async fn in_graph(graph: &dyn Graph, id: &str) -> Result<Option<String>, Fault> {
    let digits = id.to_ascii_lowercase();
    // The greatest text that stands before every id that starts so: its last digit one lower, then more than any digit.
    let mut before = digits.clone().into_bytes();
    if let Some(last) = before.last_mut() {
        *last = last.saturating_sub(1);
    }
    let before = format!("{}~", String::from_utf8_lossy(&before));
    let page = params! { "after" => before, "limit" => 2_i64 };
    let rows = graph.read(&READ_DOCUMENTS, page).await?;
    let keys = rows.iter().map(|row| row.text("key").to_owned());
    let mut found: Vec<String> = keys.filter(|key| key.starts_with(&digits)).collect();
    if found.len() > 1 {
        return Err(Fault::new(
            ErrorCode::InvalidArgument,
            format!("`{id}` begins the ids of several documents"),
        )
        .remedy("write more of its digits"));
    }
    Ok(found.pop())
}

async fn archives(args: &ArchivesArgs, settings: &Settings, output: &Output) -> Result<ExitCode, Fault> {
    let store = DocumentStore::open(&settings.store())?;
    let mut rows = Vec::new();
    for archive in store.archives().await? {
        let documents = store
            .archived(&archive)
            .try_fold(0_u64, |total, _| async move { Ok(total + 1) })
            .await?;
        rows.push((archive.to_string(), documents));
    }
    match args.format.format {
        Format::Json => {
            let rows = rows
                .iter()
                .map(|(archive, documents)| json!({"archive": archive, "documents": documents}));
            output.json(&rows.collect::<Vec<_>>())?;
        }
        Format::Table => {
            let mut table = output.table(["archive", "documents"]);
            for (archive, documents) in &rows {
                table.add_row([archive.clone(), documents.to_string()]);
            }
            output.print(&table)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn restore(args: &RestoreArgs, settings: &Settings, output: &Output) -> Result<ExitCode, Fault> {
    let store = DocumentStore::open(&settings.store())?;
    let graph = knowledge::open(&settings.graph()?).await?;
    if !store.archives().await?.contains(&args.archive) {
        return Err(Fault::new(ErrorCode::NotFound, "there is no such archive")
            .at(args.archive.to_string())
            .remedy("`thoth documents archives` lists them"));
    }
    let keys = purge::restore(&store, &args.archive).await?;
    let bar = CountBar::new(output, "documents", keys.len() as u64);
    let summary =
        rebuild::ingest_stored(graph.as_ref(), &store, &keys, &mut |state| bar.show(state.done)).await?;
    bar.finish();
    match args.format.format {
        Format::Json => output.json(&json!({"restored": keys.len(), "ingested": summary.ingested}))?,
        Format::Table => output.data(&format!(
            "{} back in the store, {} into the graph\n",
            keys.len(),
            summary.ingested
        ))?,
    }
    Ok(ExitCode::SUCCESS)
}
