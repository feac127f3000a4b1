//! Documents from one store into another.

use crate::direct::MAX_REJECTED_LISTED;
use crate::reader::Rejected;
use crate::selection::Selection;
use crate::store::{DocumentStore, StoreKey};
use futures::stream::StreamExt;
use serde::Serialize;
use thoth_schema::error::{ErrorCode, Fault};

/// Documents copied at the same time.
pub const COPIES_AT_ONCE: usize = 16;

/// How far a copy is, or what it did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Copied {
    /// Documents looked at.
    pub read: u64,
    /// Documents written to the other store.
    pub copied: u64,
    /// Documents that the other store held whole already.
    pub already_there: u64,
    /// Documents that are damaged here and absent there, the first of them.
    pub rejected: Vec<Rejected>,
    /// How many were damaged.
    pub rejected_count: u64,
}

/// Copies the selected documents, [`COPIES_AT_ONCE`] at a time. Both ends are verified by hash: what lies whole in the
/// other store is passed over, what lies there damaged is written anew. Interrupted it is simply run again.
///
/// # Errors
/// `STORE_UNREACHABLE` of either store; a document that is damaged here is listed and the rest is copied.
pub async fn copy(
    from: &DocumentStore,
    to: &DocumentStore,
    selection: &Selection,
    progress: &mut (dyn FnMut(&Copied) + Send),
) -> Result<Copied, Fault> {
    let (source, target) = (from.clone(), to.clone());
    let mut copies = from
        .select(selection)
        .map(move |key| {
            let (source, target) = (source.clone(), target.clone());
            async move { copy_one(&source, &target, &key?).await }
        })
        .buffer_unordered(COPIES_AT_ONCE);
    let mut done = Copied::default();
    while let Some(outcome) = copies.next().await {
        done.read += 1;
        match outcome {
            Ok(true) => done.copied += 1,
            Ok(false) => done.already_there += 1,
            Err(fault) if fault.code == ErrorCode::StoreCorrupt => {
                done.rejected_count += 1;
                if done.rejected.len() < MAX_REJECTED_LISTED {
                    done.rejected.push(fault.into());
                }
            }
            Err(fault) => return Err(fault),
        }
        progress(&done);
    }
    Ok(done)
}

/// Whether the document had to be written.
async fn copy_one(from: &DocumentStore, to: &DocumentStore, key: &StoreKey) -> Result<bool, Fault> {
    match to.bytes(key).await {
        Ok(_) => return Ok(false),
        Err(fault) if matches!(fault.code, ErrorCode::NotFound | ErrorCode::StoreCorrupt) => {}
        Err(fault) => return Err(fault),
    }
    let bytes = from.bytes(key).await?;
    to.write(key, bytes.into()).await?;
    Ok(true)
}
