//! What operators tell all workers of a store: queues to leave alone for a while.
//!
//! It lies in the store, `control/paused/<queue>`, so that it outlives workers and broker and reaches every worker.

use crate::metrics;
use crate::store::DocumentStore;
use crate::topology::work_queues;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use thoth_schema::error::{ErrorCode, Fault};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How often a worker looks.
pub const LOOK: Duration = Duration::from_secs(2);
/// The folder of the store.
const FOLDER: &str = "control/paused";
/// Largest note in bytes.
const MAX_NOTE_BYTES: usize = 64 * 1024;

/// The queues that are paused, by their names at the broker.
pub type Paused = BTreeSet<&'static str>;

/// When and by whom a queue was paused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// RFC 3339 in UTC; empty where a stranger wrote the object.
    #[serde(default)]
    pub since: String,
}

/// The last word of a queue's name, as operators say it: `light`, `heavy`.
pub fn short_name(queue: &str) -> &str {
    queue.rsplit('.').next().unwrap_or(queue)
}

/// The work queue that an operator means, by its short or its whole name.
///
/// # Errors
/// `INVALID_ARGUMENT` naming those there are.
pub fn queue_named(name: &str) -> Result<&'static str, Fault> {
    let found = work_queues().find(|queue| *queue == name || short_name(queue) == name);
    found.ok_or_else(|| {
        let known: Vec<&str> = work_queues().map(short_name).collect();
        let shown: String = name.chars().take(80).collect();
        Fault::new(
            ErrorCode::InvalidArgument,
            format!("there is no work queue `{shown}`"),
        )
        .remedy(format!("name one of {}", known.join(", ")))
    })
}

/// Tells all workers of the store to leave a queue alone; durable when this returns. Paused again it keeps its first time.
///
/// # Errors
/// `STORE_UNREACHABLE`.
pub async fn pause(store: &DocumentStore, queue: &'static str) -> Result<(), Fault> {
    let since = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let note = serde_json::to_vec(&Note { since })
        .map_err(|error| Fault::new(ErrorCode::Internal, format!("no note can be written: {error}")))?;
    store.create_object(&name_of(queue), note).await.map(drop)
}

/// Tells them to consume it again; a queue that is not paused stays as it is.
///
/// # Errors
/// `STORE_UNREACHABLE`.
pub async fn resume(store: &DocumentStore, queue: &'static str) -> Result<(), Fault> {
    store.delete_object(&name_of(queue)).await
}

/// The queues that are paused now.
///
/// # Errors
/// `STORE_UNREACHABLE`.
pub async fn paused(store: &DocumentStore) -> Result<Paused, Fault> {
    let mut paused = Paused::new();
    for queue in work_queues() {
        if store.has_object(&name_of(queue)).await? {
            paused.insert(queue);
        }
    }
    Ok(paused)
}

/// Every work queue, with the note of its pause where it is paused.
///
/// # Errors
/// `STORE_UNREACHABLE`.
pub async fn notes(store: &DocumentStore) -> Result<BTreeMap<&'static str, Option<Note>>, Fault> {
    let mut notes = BTreeMap::new();
    for queue in work_queues() {
        let note = store.object(&name_of(queue), MAX_NOTE_BYTES).await?;
        // Whatever the object holds: that it is there pauses the queue.
        let read =
            |bytes: Vec<u8>| serde_json::from_slice(&bytes).unwrap_or_else(|_| Note { since: String::new() });
        notes.insert(queue, note.map(read));
    }
    Ok(notes)
}

/// The paused queues as they change, looked at every `period`. While the store is away they stay as they were.
pub struct Watch {
    /// What is paused; `None` until the store has answered for the first time, when nobody may consume yet.
    pub paused: watch::Receiver<Option<Paused>>,
    task: JoinHandle<()>,
}

impl Watch {
    /// Begins to look.
    pub fn start(store: DocumentStore, period: Duration) -> Watch {
        let (sender, paused) = watch::channel(None);
        let task = tokio::spawn(async move {
            loop {
                match self::paused(&store).await {
                    Ok(now) => tell(&sender, now),
                    Err(fault) => {
                        tracing::warn!(error = %fault, "it cannot be seen which queues are paused; nothing changes");
                    }
                }
                tokio::time::sleep(period).await;
            }
        });
        Watch { paused, task }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn tell(sender: &watch::Sender<Option<Paused>>, now: Paused) {
    for queue in work_queues() {
        metrics::paused(queue, now.contains(queue));
    }
    sender.send_if_modified(|before| {
        if before.as_ref() == Some(&now) {
            return false;
        }
        if before.is_some() || !now.is_empty() {
            tracing::info!(paused = ?now, "the paused queues changed");
        }
        *before = Some(now);
        true
    });
}

/// Whether a queue may be consumed now.
pub(crate) fn may_consume(paused: &watch::Receiver<Option<Paused>>, queue: &str) -> bool {
    paused
        .borrow()
        .as_ref()
        .is_some_and(|paused| !paused.contains(queue))
}

/// Waits until something changes; for ever once nobody looks any more.
pub(crate) async fn changed(paused: &mut watch::Receiver<Option<Paused>>) {
    if paused.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

fn name_of(queue: &str) -> String {
    format!("{FOLDER}/{}", short_name(queue))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::store::StoreConfig;
    use crate::topology::{HEAVY, LIGHT};
    use futures::TryStreamExt;

    fn store(folder: &tempfile::TempDir) -> DocumentStore {
        DocumentStore::open(&StoreConfig::new(format!("file://{}", folder.path().display()))).unwrap()
    }

    #[tokio::test]
    async fn a_pause_outlives_who_made_it_and_ends_when_told() {
        let folder = tempfile::tempdir().unwrap();
        assert!(paused(&store(&folder)).await.unwrap().is_empty());
        pause(&store(&folder), HEAVY).await.unwrap();
        let since = notes(&store(&folder)).await.unwrap()[HEAVY]
            .clone()
            .unwrap()
            .since;
        assert!(since.ends_with('Z'), "{since}");
        pause(&store(&folder), HEAVY).await.unwrap();
        assert_eq!(paused(&store(&folder)).await.unwrap(), Paused::from([HEAVY]));
        let notes = notes(&store(&folder)).await.unwrap();
        assert_eq!(
            (&notes[LIGHT], notes[HEAVY].as_ref().unwrap().since.clone()),
            (&None, since)
        );
        let documents: Vec<_> = store(&folder).list().try_collect().await.unwrap();
        assert!(documents.is_empty(), "a note is listed as a document");
        resume(&store(&folder), HEAVY).await.unwrap();
        resume(&store(&folder), HEAVY).await.unwrap();
        assert!(paused(&store(&folder)).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn the_watch_tells_each_change_and_outlives_an_absence_of_the_store() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder);
        let mut watch = Watch::start(store.clone(), Duration::from_millis(10));
        let is = |wanted: Paused| move |now: &Option<Paused>| now.as_ref() == Some(&wanted);
        watch.paused.wait_for(is(Paused::new())).await.unwrap();
        assert!(may_consume(&watch.paused, LIGHT));
        pause(&store, LIGHT).await.unwrap();
        watch.paused.wait_for(is(Paused::from([LIGHT]))).await.unwrap();
        assert!(!may_consume(&watch.paused, LIGHT) && may_consume(&watch.paused, HEAVY));
        // A file where the folder was: the store answers with errors, and what was paused stays paused.
        let control = folder.path().join("control");
        std::fs::rename(&control, folder.path().join("aside")).unwrap();
        std::fs::write(&control, "").unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        let kept = watch.paused.borrow().clone();
        std::fs::remove_file(&control).unwrap();
        std::fs::rename(folder.path().join("aside"), &control).unwrap();
        assert_eq!(kept, Some(Paused::from([LIGHT])));
        resume(&store, LIGHT).await.unwrap();
        watch.paused.wait_for(is(Paused::new())).await.unwrap();
    }

    #[test]
    fn queues_go_by_their_short_and_their_whole_names() {
        assert_eq!(queue_named("light").unwrap(), LIGHT);
        assert_eq!(queue_named(HEAVY).unwrap(), HEAVY);
        let fault = queue_named("middle").unwrap_err();
        assert_eq!(fault.code, ErrorCode::InvalidArgument);
        assert!(fault.remedy.unwrap().contains("light, heavy"));
    }
}
