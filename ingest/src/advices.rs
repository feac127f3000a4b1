//! Advices that were given, each with the knowledge it rests on, so that it can be given again when the graph has moved on.
//!
//! They lie beside the documents, in a folder that no listing of documents enters: an advice that was given is no
//! statement about packages, and a graph that is rebuilt does not have it. The record is a document of the kind `advice`
//! all the same, and `thoth ingest` takes it. What it rests on is kept once for all advices that rest on the same. Beside them
//! lie the values that searches learnt, for later searches of the same.

use crate::apart::apart;
use crate::store::DocumentStore;
use std::io::Read;
use thoth_schema::document::{Document, Limits, sha256_hex};
use thoth_schema::error::{ErrorCode, Fault};

/// The folder in the store.
pub const FOLDER: &str = "advices";
const COMPRESSION_LEVEL: i32 = 3;
/// Bytes of a record or of its knowledge, packed, at most.
const MOST_PACKED: usize = 64 << 20;
/// Bytes of either, unpacked, at most.
const MOST_BYTES: u64 = 1 << 30;

/// Keeps what advices rest on, and gives the name under which it lies: the SHA-256 of the bytes.
///
/// # Errors
/// `STORE_UNREACHABLE`.
pub async fn keep_knowledge(store: &DocumentStore, bytes: Vec<u8>) -> Result<String, Fault> {
    let digest = sha256_hex(&bytes);
    let name = knowledge_name(&digest);
    if !store.has_object(&name).await? {
        store.put_object(&name, packed(bytes).await?).await?;
    }
    Ok(digest)
}

/// Keeps the record of an advice under its id. What it rests on must be kept before.
///
/// # Errors
/// `STORE_UNREACHABLE`.
pub async fn keep(store: &DocumentStore, record: &Document) -> Result<(), Fault> {
    let bytes = packed(record.canonical_bytes().to_vec()).await?;
    store.put_object(&record_name(&record.id), bytes).await
}

/// Keeps what a search learnt, in the place of what was learnt of the same before. `of` is the SHA-256 of what it is of.
///
/// # Errors
/// `INVALID_ARGUMENT` where `of` is no hash, `STORE_UNREACHABLE`.
pub async fn keep_values(store: &DocumentStore, of: &str, bytes: Vec<u8>) -> Result<(), Fault> {
    let name = values_name(checked(of)?);
    store.put_object(&name, packed(bytes).await?).await
}

/// What was learnt of the same before, if anything.
///
/// # Errors
/// `INVALID_ARGUMENT` where `of` is no hash, `STORE_CORRUPT`, `STORE_UNREACHABLE`.
pub async fn values(store: &DocumentStore, of: &str) -> Result<Option<Vec<u8>>, Fault> {
    let name = values_name(checked(of)?);
    match store.object(&name, MOST_PACKED).await? {
        Some(bytes) => Ok(Some(plain(bytes, &name).await?)),
        None => Ok(None),
    }
}

/// The record of an advice.
///
/// # Errors
/// `NOT_FOUND` for an id under which nothing is kept, `STORE_CORRUPT`, `STORE_UNREACHABLE`.
pub async fn record(store: &DocumentStore, id: &str) -> Result<Document, Fault> {
    let bytes = unpacked(store, &record_name(checked(id)?), id).await?;
    let limits = Limits {
        document_bytes: usize::try_from(MOST_BYTES).unwrap_or(usize::MAX),
        ..Limits::default()
    };
    Document::from_json_bytes(&bytes, &limits)
}

/// What an advice rests on, by the name that its record gives.
///
/// # Errors
/// As [`record`].
pub async fn knowledge(store: &DocumentStore, digest: &str) -> Result<Vec<u8>, Fault> {
    unpacked(store, &knowledge_name(checked(digest)?), digest).await
}

/// Now, as documents state times.
pub fn now() -> String {
    jiff::Timestamp::now().to_string()
}

fn record_name(id: &str) -> String {
    format!("{FOLDER}/{id}.json.zst")
}

fn knowledge_name(digest: &str) -> String {
    format!("{FOLDER}/knowledge/{digest}.json.zst")
}

fn values_name(of: &str) -> String {
    format!("{FOLDER}/values/{of}.json.zst")
}

/// Only what is a hash may become part of a path.
fn checked(id: &str) -> Result<&str, Fault> {
    let is_hash = id.len() == 64 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    is_hash.then_some(id).ok_or_else(|| {
        let message = format!("{id:?} is not the id of an advice");
        Fault::new(ErrorCode::InvalidArgument, message).remedy("give the 64 digits of `id` in the answer")
    })
}

async fn packed(bytes: Vec<u8>) -> Result<Vec<u8>, Fault> {
    let packing = apart(bytes.len(), move || {
        zstd::bulk::compress(&bytes, COMPRESSION_LEVEL).map_err(|error| {
            Fault::new(
                ErrorCode::Internal,
                format!("an advice cannot be compressed: {error}"),
            )
        })
    });
    packing.await
}

async fn unpacked(store: &DocumentStore, name: &str, digest: &str) -> Result<Vec<u8>, Fault> {
    let Some(bytes) = store.object(name, MOST_PACKED).await? else {
        let message = "the document store keeps nothing of that advice";
        return Err(Fault::new(ErrorCode::NotFound, message)
            .at(name)
            .remedy("correct the id or store.url"));
    };
    let bytes = plain(bytes, name).await?;
    if sha256_hex(&bytes) != digest {
        return Err(corrupt(name, "its bytes are not those that it is named by"));
    }
    Ok(bytes)
}

async fn plain(packed: Vec<u8>, name: &str) -> Result<Vec<u8>, Fault> {
    let unpacked = apart(packed.len(), move || {
        let mut unpacked = Vec::new();
        let decoder = zstd::Decoder::new(packed.as_slice());
        let read = decoder.and_then(|decoder| decoder.take(MOST_BYTES).read_to_end(&mut unpacked));
        Ok(read.map(|_| unpacked))
    });
    unpacked
        .await?
        .map_err(|error| corrupt(name, &format!("it cannot be unpacked: {error}")))
}

fn corrupt(name: &str, message: &str) -> Fault {
    Fault::new(ErrorCode::StoreCorrupt, message)
        .at(name)
        .remedy("restore the object from a backup")
}
