//! The graph anew from the document store.

use crate::direct::{BATCH_DOCUMENTS, Batcher, Progress, Summary};
use crate::store::DocumentStore;
use futures::stream::{StreamExt, TryStreamExt};
use thoth_cypher::{Graph, WRITE_WIPE, fail_point, migrate, params};
use thoth_schema::error::Fault;

/// Documents fetched from the store at the same time.
const FETCHES_AT_ONCE: usize = 16;
/// Nodes removed in one transaction by [`wipe`].
pub const WIPE_NODES: i64 = 5_000;

/// Streams every document of the store into the graph, in the order of their keys, after migrating the graph.
///
/// Interrupted it is simply run again: what the graph has is passed over. It ends at the first document that is damaged
/// or that this program cannot read, so that a rebuilt graph is never silently poorer than the store.
///
/// # Errors
/// Faults of graph and store; `STORE_CORRUPT` and those of reading a document with its key.
pub async fn rebuild(
    graph: &dyn Graph,
    store: &DocumentStore,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Summary, Fault> {
    migrate(graph).await?;
    let mut batcher = Batcher::new(graph, None);
    let fetching = store.clone();
    let documents = store
        .list()
        .map_ok(move |key| {
            let store = fetching.clone();
            async move { store.get(&key).await }
        })
        .try_buffered(FETCHES_AT_ONCE);
    let mut documents = documents.try_chunks(BATCH_DOCUMENTS).boxed();
    while let Some(chunk) = documents.next().await {
        let chunk = chunk.map_err(|error| error.1)?;
        batcher.add(chunk, progress).await?;
        fail_point!(RebuildMid)?;
    }
    batcher.finish(progress).await
}

/// Removes everything from the graph, the records of its migrations included, and gives the number of nodes. In batches:
/// after an interruption the rest is removed by the next call.
///
/// # Errors
/// Faults of the graph.
pub async fn wipe(graph: &dyn Graph, progress: &mut (dyn FnMut(u64) + Send)) -> Result<u64, Fault> {
    let mut removed = 0;
    loop {
        let mut transaction = graph.begin().await?;
        let rows = transaction
            .run(&WRITE_WIPE, params! { "nodes" => WIPE_NODES })
            .await?;
        let count = rows.iter().next().map_or(0, |row| row.int("removed"));
        transaction.commit().await?;
        removed += u64::try_from(count).unwrap_or_default();
        progress(removed);
        if count == 0 {
            tracing::info!(nodes = removed, "the graph is empty");
            return Ok(removed);
        }
    }
}
