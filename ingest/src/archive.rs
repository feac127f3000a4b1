//! Documents set aside: moved under `archive/<yyyymmdd-hhmmss>/` of the same store, neither listed nor rebuilt.

use crate::store::{DocumentStore, StoreKey, unreachable};
use futures::stream::{BoxStream, StreamExt, TryStreamExt};
use object_store::ObjectStoreExt;
use object_store::path::Path;
use std::fmt;
use thoth_schema::error::{ErrorCode, Fault};

/// The folder of archives in a store.
pub(crate) const FOLDER: &str = "archive";

/// The name of an archive: when it was begun, `yyyymmdd-hhmmss` UTC.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ArchiveName(String);

impl ArchiveName {
    /// The archive that is begun now.
    pub fn now() -> ArchiveName {
        ArchiveName(jiff::Timestamp::now().strftime("%Y%m%d-%H%M%S").to_string())
    }

    /// Reads a name that came from outside: nothing but this exact form passes.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT`.
    pub fn parse(text: &str) -> Result<ArchiveName, Fault> {
        let is_name = text.len() == 15
            && text.bytes().enumerate().all(|(place, byte)| match place {
                8 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if is_name {
            return Ok(ArchiveName(text.to_owned()));
        }
        let shown: String = text.chars().take(60).collect();
        Err(Fault::new(
            ErrorCode::InvalidArgument,
            format!("`{shown}` is no name of an archive"),
        )
        .remedy("`thoth documents archives` lists them"))
    }

    fn place_of(&self, key: &StoreKey) -> Path {
        Path::from(format!("{FOLDER}/{self}/{key}"))
    }
}

impl fmt::Display for ArchiveName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl DocumentStore {
    /// Moves a document into an archive; one that is not there is no fault.
    ///
    /// # Errors
    /// `STORE_UNREACHABLE`.
    pub async fn archive(&self, key: &StoreKey, archive: &ArchiveName) -> Result<(), Fault> {
        self.rename(&key.path(), &archive.place_of(key)).await
    }

    /// Moves a document of an archive back to its place; one that is not there is no fault.
    ///
    /// # Errors
    /// `STORE_UNREACHABLE`.
    pub async fn restore(&self, key: &StoreKey, archive: &ArchiveName) -> Result<(), Fault> {
        self.rename(&archive.place_of(key), &key.path()).await
    }

    async fn rename(&self, from: &Path, to: &Path) -> Result<(), Fault> {
        match self.objects.rename(from, to).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(unreachable(self.url(), &error)),
        }
    }

    /// The archives of this store, oldest first.
    ///
    /// # Errors
    /// `STORE_UNREACHABLE`.
    pub async fn archives(&self) -> Result<Vec<ArchiveName>, Fault> {
        let found = self.objects.list_with_delimiter(Some(&Path::from(FOLDER))).await;
        let found = found.map_err(|error| unreachable(self.url(), &error))?;
        let names = found.common_prefixes.iter().filter_map(Path::filename);
        let mut names: Vec<ArchiveName> = names.filter_map(|name| ArchiveName::parse(name).ok()).collect();
        names.sort();
        // A folder keeps the empty shell of an archive that was brought back.
        let mut archives = Vec::with_capacity(names.len());
        for name in names {
            if self.archived(&name).try_next().await?.is_some() {
                archives.push(name);
            }
        }
        Ok(archives)
    }

    /// The keys that the documents of an archive had, in their order.
    pub fn archived(&self, archive: &ArchiveName) -> BoxStream<'static, Result<StoreKey, Fault>> {
        let prefix = format!("{FOLDER}/{archive}/");
        let keys = self.objects_below(Path::from(prefix.as_str()));
        keys.try_filter_map(move |place| {
            let key = place
                .strip_prefix(&prefix)
                .and_then(|key| StoreKey::parse(key).ok());
            std::future::ready(Ok(key))
        })
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_name_is_a_time_and_leads_nowhere_else() {
        let now = ArchiveName::now();
        assert_eq!(ArchiveName::parse(&now.to_string()).unwrap(), now);
        for bad in [
            "",
            "2020",
            "../../../../x",
            "20200101_000000",
            "20200101-00000a",
            "20200101-0000000",
        ] {
            assert_eq!(
                ArchiveName::parse(bad).unwrap_err().code,
                ErrorCode::InvalidArgument,
                "{bad}"
            );
        }
    }
}
