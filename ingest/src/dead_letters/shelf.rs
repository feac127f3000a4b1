//! The dead letters in the document store, `dead-letters/<key>.json`.

use super::record::DeadLetter;
use crate::store::DocumentStore;
use futures::stream::{self, StreamExt};
use std::time::Duration;
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::release::is_sha256;

/// The folder of the store.
const FOLDER: &str = "dead-letters";
const ENDING: &str = ".json";
/// Largest record in bytes: the largest body, every byte of it escaped, and its headers.
const MAX_RECORD_BYTES: usize = 8 * super::record::MAX_BODY_BYTES;
/// Records read at the same time.
const READS_AT_ONCE: usize = 16;
/// How often it is looked whether a record that somebody requeues is free again.
const LOOK: Duration = Duration::from_millis(200);

/// Which dead letters are wanted.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// At most so many; 0 is all.
    pub first: usize,
    /// Only those behind this key, in the order of the keys.
    pub after: Option<String>,
    /// Only those of this error code.
    pub code: Option<String>,
    /// Only those of this kind of documents.
    pub kind: Option<String>,
}

impl Selection {
    fn takes(&self, letter: &DeadLetter) -> bool {
        let is = |wanted: &Option<String>, given: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| given == Some(wanted))
        };
        is(&self.code, Some(&letter.code)) && is(&self.kind, letter.kind.as_deref())
    }
}

/// Some dead letters in the order of their keys.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// They.
    pub letters: Vec<DeadLetter>,
    /// Whether there are more behind them.
    pub has_more: bool,
}

/// The dead letters of a store. Cheap to clone.
#[derive(Debug, Clone)]
pub struct DeadLetters {
    store: DocumentStore,
}

impl DeadLetters {
    /// Those of this store.
    pub fn of(store: DocumentStore) -> DeadLetters {
        DeadLetters { store }
    }

    /// Every key, sorted.
    ///
    /// # Errors
    /// `STORE_UNREACHABLE`.
    pub async fn keys(&self) -> Result<Vec<String>, Fault> {
        let names = self.store.object_names(FOLDER).await?;
        let keys = names.iter().filter_map(|name| name.strip_suffix(ENDING));
        Ok(keys.filter(|key| is_sha256(key)).map(str::to_owned).collect())
    }

    /// The record of this key, where there is one.
    ///
    /// # Errors
    /// `STORE_CORRUPT`, `STORE_UNREACHABLE`.
    pub async fn find(&self, key: &str) -> Result<Option<DeadLetter>, Fault> {
        match is_sha256(key) {
            true => self.read(key).await,
            false => Ok(None),
        }
    }

    /// The record of this key.
    ///
    /// # Errors
    /// `NOT_FOUND`, `STORE_CORRUPT`, `STORE_UNREACHABLE`.
    pub async fn get(&self, key: &str) -> Result<DeadLetter, Fault> {
        self.find(key).await?.ok_or_else(|| {
            let shown: String = key.chars().take(80).collect();
            Fault::new(
                ErrorCode::NotFound,
                format!("no dead letter has the key `{shown}`"),
            )
            .remedy("take a key of `thoth dead-letters list`")
        })
    }

    /// The wanted ones. Without conditions only the records shown are read, else all behind `after` until there are
    /// enough. What cannot be read as a record is passed over and logged.
    ///
    /// # Errors
    /// `STORE_UNREACHABLE`.
    pub async fn list(&self, selection: &Selection) -> Result<Shown, Fault> {
        let mut keys = self.keys().await?;
        keys.retain(|key| selection.after.as_ref().is_none_or(|after| key > after));
        let mut reads = stream::iter(keys)
            .map(|key| async move { (self.read(&key).await, key) })
            .buffered(READS_AT_ONCE);
        let mut shown = Shown::default();
        while let Some((read, key)) = reads.next().await {
            let letter = match read {
                // Requeued or discarded meanwhile.
                Ok(None) => continue,
                Ok(Some(letter)) => letter,
                Err(fault) if fault.code == ErrorCode::StoreCorrupt => {
                    tracing::warn!(key, error = %fault, "a damaged dead letter is passed over");
                    continue;
                }
                Err(fault) => return Err(fault),
            };
            if !selection.takes(&letter) {
                continue;
            }
            if selection.first > 0 && shown.letters.len() == selection.first {
                shown.has_more = true;
                break;
            }
            shown.letters.push(letter);
        }
        Ok(shown)
    }

    /// How many there are of the wanted ones on all pages together.
    ///
    /// # Errors
    /// `STORE_UNREACHABLE`.
    pub async fn count(&self, code: Option<&str>, kind: Option<&str>) -> Result<usize, Fault> {
        if code.is_none() && kind.is_none() {
            return Ok(self.keys().await?.len());
        }
        let selection = Selection {
            code: code.map(str::to_owned),
            kind: kind.map(str::to_owned),
            ..Selection::default()
        };
        Ok(self.list(&selection).await?.letters.len())
    }

    /// Forgets a dead letter, and gives what it was.
    ///
    /// # Errors
    /// As [`DeadLetters::get`].
    pub async fn discard(&self, key: &str) -> Result<DeadLetter, Fault> {
        let letter = self.get(key).await?;
        self.remove(key).await?;
        crate::metrics::discarded(&letter);
        tracing::info!(key, code = letter.code, "a dead letter was discarded");
        Ok(letter)
    }

    /// Keeps a death, joined to those of the same message before it; durable when this returns. Telling the same death
    /// again changes nothing.
    ///
    /// # Errors
    /// `STORE_UNREACHABLE`.
    pub(crate) async fn record(&self, letter: DeadLetter) -> Result<(), Fault> {
        // A second message of the document with another body must not push out the first.
        for key in [letter.key.clone(), letter.body_sha256.clone()] {
            let letter = DeadLetter {
                key,
                ..letter.clone()
            };
            if self.record_under(letter).await? {
                return Ok(());
            }
        }
        Err(Fault::new(
            ErrorCode::Internal,
            "a dead letter is named by the hash of another body",
        ))
    }

    /// False where the key belongs to another body.
    async fn record_under(&self, letter: DeadLetter) -> Result<bool, Fault> {
        loop {
            let kept = match self.read(&letter.key).await {
                Ok(kept) => kept,
                Err(fault) if fault.code == ErrorCode::StoreCorrupt => {
                    tracing::warn!(key = letter.key, error = %fault, "a damaged dead letter is written anew");
                    self.put(&letter).await?;
                    return Ok(true);
                }
                Err(fault) => return Err(fault),
            };
            match kept {
                // Somebody else may do the same at this moment: then this one is joined to his.
                None if self.create(&letter).await? => return Ok(true),
                None => {}
                Some(kept) if kept.body_sha256 != letter.body_sha256 => return Ok(false),
                // Whoever requeues it removes the record afterwards, and this death with it.
                Some(kept) if kept.is_being_requeued() => tokio::time::sleep(LOOK).await,
                Some(kept) => {
                    self.put(&kept.and(letter)).await?;
                    return Ok(true);
                }
            }
        }
    }

    async fn read(&self, key: &str) -> Result<Option<DeadLetter>, Fault> {
        let name = name_of(key);
        let Some(bytes) = self.store.object(&name, MAX_RECORD_BYTES).await? else {
            return Ok(None);
        };
        let letter = serde_json::from_slice(&bytes);
        letter.map(Some).map_err(|error| {
            Fault::new(
                ErrorCode::StoreCorrupt,
                format!("a dead letter cannot be read: {error}"),
            )
            .at(name)
            .remedy("look at the object, then delete it")
        })
    }

    async fn create(&self, letter: &DeadLetter) -> Result<bool, Fault> {
        self.store
            .create_object(&name_of(&letter.key), written(letter)?)
            .await
    }

    pub(crate) async fn put(&self, letter: &DeadLetter) -> Result<(), Fault> {
        self.store
            .put_object(&name_of(&letter.key), written(letter)?)
            .await
    }

    pub(crate) async fn remove(&self, key: &str) -> Result<(), Fault> {
        self.store.delete_object(&name_of(key)).await
    }
}

fn name_of(key: &str) -> String {
    format!("{FOLDER}/{key}{ENDING}")
}

fn written(letter: &DeadLetter) -> Result<Vec<u8>, Fault> {
    serde_json::to_vec_pretty(letter).map_err(|error| {
        Fault::new(
            ErrorCode::Internal,
            format!("a dead letter cannot be written: {error}"),
        )
    })
}
