//! Which stored documents are meant.

use crate::store::{DocumentStore, StoreKey};
use futures::stream::{BoxStream, StreamExt, TryStreamExt};
use std::cmp::Ordering;
use thoth_schema::document::{Document, DocumentKind};
use thoth_schema::error::{ErrorCode, Fault};

/// Documents read at the same time to look at who made them.
const READS_AT_ONCE: usize = 16;

/// A day of the calendar, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(jiff::civil::Date);

impl Day {
    /// Reads `2020-02-29`.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT`.
    pub fn parse(text: &str) -> Result<Day, Fault> {
        text.parse().map(Day).map_err(|_| {
            Fault::new(ErrorCode::InvalidArgument, format!("`{text}` is no day"))
                .remedy("write it as 2020-02-29; it is taken in UTC")
        })
    }

    /// How the day of a key stands to this one; years beyond the calendar compare too.
    fn compare(self, key: &StoreKey) -> Ordering {
        let (year, month, day) = key.day();
        let own = (
            i64::from(self.0.year()),
            i64::from(self.0.month()),
            i64::from(self.0.day()),
        );
        (year, month, day).cmp(&own)
    }
}

/// A filter over documents: every part that is set must hold.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Of this kind.
    pub kind: Option<DocumentKind>,
    /// Produced before this day.
    pub before: Option<Day>,
    /// Produced on this day or later.
    pub since: Option<Day>,
    /// Made by the producer of this name.
    pub producer: Option<String>,
    /// From this origin.
    pub origin: Option<String>,
    /// Made by the producer of this name, or from this origin.
    pub source: Option<String>,
    /// Behind this key in the order of keys.
    pub after: Option<StoreKey>,
}

impl Selection {
    /// Whether nothing is filtered.
    pub fn is_everything(&self) -> bool {
        self.kind.is_none()
            && self.before.is_none()
            && self.since.is_none()
            && !self.asks_who()
            && self.after.is_none()
    }

    /// Whether documents must be read to tell, because their key does not say who made them.
    fn asks_who(&self) -> bool {
        self.producer.is_some() || self.origin.is_some() || self.source.is_some()
    }

    fn holds_for_key(&self, key: &StoreKey) -> bool {
        self.kind.is_none_or(|kind| key.kind() == kind.as_str())
            && self.before.is_none_or(|day| day.compare(key).is_lt())
            && self.since.is_none_or(|day| day.compare(key).is_ge())
            && self.after.as_ref().is_none_or(|after| key > after)
    }

    fn holds_for(&self, document: &Document) -> bool {
        let producer = document.producer.name.as_str();
        let origin = document.origin.as_deref();
        self.producer.as_deref().is_none_or(|wanted| producer == wanted)
            && self.origin.as_deref().is_none_or(|wanted| origin == Some(wanted))
            && self
                .source
                .as_deref()
                .is_none_or(|wanted| producer == wanted || origin == Some(wanted))
    }
}

impl DocumentStore {
    /// The keys of the selected documents in their order. Documents are read only where the selection asks who made them.
    ///
    /// # Errors
    /// In the stream: `STORE_UNREACHABLE`, and where documents are read those of [`DocumentStore::get`].
    pub fn select(&self, selection: &Selection) -> BoxStream<'static, Result<StoreKey, Fault>> {
        let by_key = selection.clone();
        let keys = self
            .list_below(selection.kind)
            .try_filter(move |key| std::future::ready(by_key.holds_for_key(key)));
        if !selection.asks_who() {
            return keys.boxed();
        }
        let (store, selection) = (self.clone(), selection.clone());
        let looked_at = keys.map_ok(move |key| {
            let (store, selection) = (store.clone(), selection.clone());
            async move {
                let document = store.get(&key).await?;
                Ok(selection.holds_for(&document).then_some(key))
            }
        });
        looked_at
            .try_buffered(READS_AT_ONCE)
            .try_filter_map(|key| std::future::ready(Ok(key)))
            .boxed()
    }

    /// The keys of documents whose id starts so, at most `most` of them.
    ///
    /// # Errors
    /// `STORE_UNREACHABLE`.
    pub async fn keys_by_id(&self, prefix: &str, most: usize) -> Result<Vec<StoreKey>, Fault> {
        let prefix = prefix.to_owned();
        self.list()
            .try_filter(move |key| std::future::ready(key.id().starts_with(&prefix)))
            .take(most)
            .try_collect()
            .await
    }
}
