//! Documents out of graph and store, and back.

use crate::archive::ArchiveName;
use crate::retract::{RETRACT_DOCUMENTS, Retracted, retract};
use crate::store::{DocumentStore, StoreKey};
use futures::stream::{self, StreamExt, TryStreamExt};
use thoth_cypher::Graph;
use thoth_schema::error::Fault;

/// Objects of the store that are moved or removed at the same time.
const MOVES_AT_ONCE: usize = 16;

/// What becomes of a document in the store once the graph has forgotten it.
#[derive(Debug, Clone)]
pub enum Fate {
    /// It is moved into this archive.
    Archive(ArchiveName),
    /// It is removed for good.
    Erase,
}

/// Takes documents out of the graph and then out of the store, batch by batch. What remains is the graph of the other
/// documents, exactly.
///
/// Interrupted or failed it is simply run again: a document leaves the store only after it left the graph.
///
/// # Errors
/// As [`retract`], and faults of the store.
pub async fn remove(
    graph: &dyn Graph,
    store: &DocumentStore,
    keys: &[StoreKey],
    fate: &Fate,
    progress: &mut (dyn FnMut(u64) + Send),
) -> Result<Retracted, Fault> {
    let (mut done, mut removed) = (Retracted::default(), 0);
    for chunk in keys.chunks(RETRACT_DOCUMENTS) {
        let ids: Vec<String> = chunk.iter().map(|key| key.id().to_owned()).collect();
        let batch = retract(graph, store, &ids, &mut |_| ()).await?;
        done.retracted += batch.retracted;
        done.unknown += batch.unknown;
        done.read_again += batch.read_again;
        let moves: Vec<_> = chunk.iter().map(|key| set_aside(store, key, fate)).collect();
        stream::iter(moves)
            .buffer_unordered(MOVES_AT_ONCE)
            .try_collect::<Vec<()>>()
            .await?;
        removed += chunk.len() as u64;
        progress(removed);
    }
    Ok(done)
}

async fn set_aside(store: &DocumentStore, key: &StoreKey, fate: &Fate) -> Result<(), Fault> {
    match fate {
        Fate::Archive(archive) => store.archive(key, archive).await,
        Fate::Erase => store.delete(key).await,
    }
}

/// Moves every document of an archive back into the store and gives their keys; the graph is another matter.
///
/// # Errors
/// Faults of the store.
pub async fn restore(store: &DocumentStore, archive: &ArchiveName) -> Result<Vec<StoreKey>, Fault> {
    let keys: Vec<StoreKey> = store.archived(archive).try_collect().await?;
    let moves: Vec<_> = keys.iter().map(|key| store.restore(key, archive)).collect();
    stream::iter(moves)
        .buffer_unordered(MOVES_AT_ONCE)
        .try_collect::<Vec<()>>()
        .await?;
    Ok(keys)
}
