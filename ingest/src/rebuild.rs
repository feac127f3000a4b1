//! The graph anew from the document store.

use crate::direct::{Batcher, Progress, Summary};
use crate::store::{DocumentStore, StoreKey};
use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};
use std::collections::BTreeSet;
use std::time::Duration;
use thoth_cypher::{Graph, READ_DOCUMENTS_KNOWN, WRITE_WIPE, fail_point, migrate, params};
use thoth_schema::error::Fault;

/// Documents fetched from the store at the same time.
const FETCHES_AT_ONCE: usize = 16;
/// Keys that the graph is asked for at once: what it states already is not fetched.
const KEYS_ASKED: usize = 1_000;
/// Nodes removed in one transaction by [`wipe`].
pub const WIPE_NODES: i64 = 5_000;
/// Nodes removed in one transaction after all larger ones failed.
const WIPE_NODES_AT_LEAST: i64 = 50;
/// How often in a row [`wipe`] is tried before the caller hears of it.
const WIPE_ATTEMPTS: u32 = 8;

/// Streams every document of the store into the graph, in the order of their keys, after migrating the graph.
///
/// Interrupted it is simply run again: what the graph states is passed over without being fetched. It ends at the first
/// document that is damaged or that this program cannot read, so that a rebuilt graph is never silently poorer than the
/// store.
///
/// # Errors
/// Faults of graph and store; `STORE_CORRUPT` and those of reading a document with its key.
pub async fn rebuild(
    graph: &dyn Graph,
    store: &DocumentStore,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Summary, Fault> {
    migrate(graph).await?;
    let total = store
        .list()
        .try_fold(0, |total, _| async move { Ok(total + 1) })
        .await?;
    ingest_keys(graph, store, store.list(), total, progress).await
}

/// Brings stored documents into the graph. The graph must be migrated.
///
/// # Errors
/// As [`rebuild`].
pub async fn ingest_stored(
    graph: &dyn Graph,
    store: &DocumentStore,
    keys: &[StoreKey],
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Summary, Fault> {
    let listed: Vec<Result<StoreKey, Fault>> = keys.iter().cloned().map(Ok).collect();
    ingest_keys(
        graph,
        store,
        stream::iter(listed).boxed(),
        keys.len() as u64,
        progress,
    )
    .await
}

async fn ingest_keys(
    graph: &dyn Graph,
    store: &DocumentStore,
    keys: BoxStream<'static, Result<StoreKey, Fault>>,
    total: u64,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Summary, Fault> {
    let mut batcher = Batcher::new(graph, None);
    batcher.progress.documents_total = total;
    progress(batcher.progress.clone());
    let mut chunks = keys.try_chunks(KEYS_ASKED);
    while let Some(chunk) = chunks.try_next().await.map_err(|error| error.1)? {
        let unknown = unknown(graph, &chunk).await?;
        batcher.pass_over((chunk.len() - unknown.len()) as u64, progress);
        let fetches: Vec<_> = unknown.iter().map(|key| store.get(key)).collect();
        let mut documents = stream::iter(fetches).buffered(FETCHES_AT_ONCE);
        // One at a time: the batcher bounds what is held by rows, and one document may have many.
        while let Some(document) = documents.try_next().await? {
            batcher.add(vec![document], progress).await?;
        }
        fail_point!(RebuildMid)?;
    }
    batcher.finish(progress).await
}

/// Those of the documents that the graph does not state.
async fn unknown<'keys>(graph: &dyn Graph, keys: &'keys [StoreKey]) -> Result<Vec<&'keys StoreKey>, Fault> {
    let ids: Vec<&str> = keys.iter().map(StoreKey::id).collect();
    let rows = graph
        .read(&READ_DOCUMENTS_KNOWN, params! { "keys" => ids })
        .await?;
    let known: BTreeSet<&str> = rows.iter().map(|row| row.text("key")).collect();
    Ok(keys.iter().filter(|key| !known.contains(key.id())).collect())
}

/// Removes everything from the graph, the records of its migrations included, and gives the number of nodes. In batches:
/// after an interruption the rest is removed by the next call.
///
/// # Errors
/// Faults of the graph.
pub async fn wipe(graph: &dyn Graph, progress: &mut (dyn FnMut(u64) + Send)) -> Result<u64, Fault> {
    let (mut removed, mut nodes, mut attempt) = (0, WIPE_NODES, 0);
    loop {
        match wipe_some(graph, nodes).await {
            Ok(0) => {
                tracing::info!(nodes = removed, "the graph is empty");
                return Ok(removed);
            }
            Ok(count) => {
                attempt = 0;
                removed += count;
                progress(removed);
            }
            // A server may be out of time or memory for so many, or busy with others: fewer, and a little later.
            Err(fault) if attempt < WIPE_ATTEMPTS && may_pass(&fault) => {
                attempt += 1;
                nodes = (nodes / 2).max(WIPE_NODES_AT_LEAST);
                tracing::warn!(attempt, nodes, error = %fault, "emptying the graph is tried again");
                tokio::time::sleep(Duration::from_millis(50 << attempt)).await;
            }
            Err(fault) => return Err(fault),
        }
    }
}

async fn wipe_some(graph: &dyn Graph, nodes: i64) -> Result<u64, Fault> {
    let mut transaction = graph.begin().await?;
    let rows = transaction.run(&WRITE_WIPE, params! { "nodes" => nodes }).await?;
    let count = rows.iter().next().map_or(0, |row| row.int("removed"));
    transaction.commit().await?;
    Ok(u64::try_from(count).unwrap_or_default())
}

/// Whether the same may succeed later: the table of codes says so, or the engine ran out of time.
fn may_pass(fault: &Fault) -> bool {
    let message = fault.message.to_lowercase();
    fault.code.retryable() || message.contains("timed out") || message.contains("timeout")
}
