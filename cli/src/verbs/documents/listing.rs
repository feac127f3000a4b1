//! `thoth documents list`.

use std::collections::BTreeSet;
use std::process::ExitCode;

use futures::TryStreamExt;
use serde::Serialize;
use serde_json::json;
use thoth_cypher::{Graph, READ_DOCUMENTS_KNOWN, params};
use thoth_ingest::store::{DocumentStore, StoreKey};
use thoth_schema::document::Document;
use thoth_schema::error::Fault;

use super::args::{Answer, ListArgs};
use crate::args::Format;
use crate::knowledge;
use crate::output::Output;
use crate::settings::Settings;

/// Keys that the graph is asked for at once.
const KEYS_ASKED: usize = 1_000;
/// Digits of an id that the table shows: enough to name a document to `show` and `delete`.
const ID_SHOWN: usize = 12;

/// A line of the list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    id: String,
    key: String,
    kind: &'static str,
    generation: String,
    produced_at: String,
    producer: String,
    producer_version: String,
    origin: Option<String>,
    bytes: usize,
}

impl Line {
    fn of(key: &StoreKey, document: Document) -> Line {
        let bytes = document.canonical_bytes().len();
        Line {
            id: document.id,
            key: key.to_string(),
            kind: document.kind.as_str(),
            generation: document.generation,
            produced_at: document.produced_at,
            producer: document.producer.name,
            producer_version: document.producer.version,
            origin: document.origin,
            bytes,
        }
    }
}

/// Lists one page.
///
/// # Errors
/// Faults of the store, and of the graph where it is asked.
pub(super) async fn run(args: &ListArgs, settings: &Settings, output: &Output) -> Result<ExitCode, Fault> {
    let store = DocumentStore::open(&settings.store())?;
    let graph = match args.graph_has {
        Some(answer) => Some((knowledge::open(&settings.graph()?).await?, answer)),
        None => None,
    };
    // One more than wanted tells whether there is a next page.
    let wanted = usize::from(args.first);
    let mut keys = Vec::new();
    let mut chunks = store.select(&args.selection()).try_chunks(KEYS_ASKED);
    while keys.len() <= wanted {
        let Some(mut chunk) = chunks.try_next().await.map_err(|error| error.1)? else {
            break;
        };
        if let Some((graph, answer)) = &graph {
            let known = known(graph.as_ref(), &chunk).await?;
            chunk.retain(|key| known.contains(key.id()) == (*answer == Answer::Yes));
        }
        keys.extend(chunk);
    }
    let is_last = keys.len() <= wanted;
    keys.truncate(wanted);
    let mut lines = Vec::with_capacity(keys.len());
    for key in &keys {
        lines.push(Line::of(key, store.get(key).await?));
    }
    let next = keys.last().filter(|_| !is_last).map(ToString::to_string);
    match args.format.format {
        Format::Json => output.json(&json!({"documents": lines, "next": next}))?,
        Format::Table => print(&lines, next.as_deref(), output)?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn known(graph: &dyn Graph, keys: &[StoreKey]) -> Result<BTreeSet<String>, Fault> {
    let ids: Vec<&str> = keys.iter().map(StoreKey::id).collect();
    let rows = graph
        .read(&READ_DOCUMENTS_KNOWN, params! { "keys" => ids })
        .await?;
    Ok(rows.iter().map(|row| row.text("key").to_owned()).collect())
}

fn print(lines: &[Line], next: Option<&str>, output: &Output) -> Result<(), Fault> {
    let mut table = output.table([
        "id",
        "kind",
        "generation",
        "produced at",
        "producer",
        "origin",
        "bytes",
    ]);
    for line in lines {
        table.add_row([
            line.id.get(..ID_SHOWN).unwrap_or(&line.id),
            line.kind,
            &line.generation,
            &line.produced_at,
            &format!("{} {}", line.producer, line.producer_version),
            line.origin.as_deref().unwrap_or("-"),
            &line.bytes.to_string(),
        ]);
    }
    output.print(&table)?;
    if let Some(next) = next {
        output.talk(&format!("more: --after {next}"));
    }
    Ok(())
}
