//! Objects beside the documents: what operating the ingest has to remember, in the same store, under folders that no
//! listing of documents enters.

use super::{DocumentStore, unreachable};
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutMode, PutOptions, PutPayload};
use thoth_schema::error::{ErrorCode, Fault};

/// Folders at the top of a store that hold no documents in use: what was set aside, orders to workers, dead letters,
/// advices that were given.
pub const RESERVED: [&str; 4] = [
    crate::archive::FOLDER,
    "control",
    "dead-letters",
    crate::advices::FOLDER,
];

pub(super) fn is_reserved(folder: &Path) -> bool {
    RESERVED.contains(&folder.as_ref())
}

impl DocumentStore {
    /// The bytes of an object; `None` where there is none.
    ///
    /// # Errors
    /// `STORE_UNREACHABLE`; `STORE_CORRUPT` for one of more than `most` bytes, which nobody here has written.
    pub(crate) async fn object(&self, name: &str, most: usize) -> Result<Option<Vec<u8>>, Fault> {
        let found = match self.objects.get(&Path::from(name)).await {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(unreachable(&self.url, &error)),
        };
        if found.meta.size > most as u64 {
            let message = format!("an object of the store has more than {most} bytes");
            return Err(Fault::new(ErrorCode::StoreCorrupt, message).at(name));
        }
        let bytes = found
            .bytes()
            .await
            .map_err(|error| unreachable(&self.url, &error))?;
        Ok(Some(bytes.to_vec()))
    }

    /// Whether there is such an object.
    ///
    /// # Errors
    /// `STORE_UNREACHABLE`.
    pub(crate) async fn has_object(&self, name: &str) -> Result<bool, Fault> {
        match self.objects.head(&Path::from(name)).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(unreachable(&self.url, &error)),
        }
    }

    /// Writes an object, over the one that may be there; durable when this returns.
    ///
    /// # Errors
    /// `STORE_UNREACHABLE`.
    pub(crate) async fn put_object(&self, name: &str, bytes: Vec<u8>) -> Result<(), Fault> {
        let written = self.objects.put(&Path::from(name), PutPayload::from(bytes)).await;
        written.map(drop).map_err(|error| unreachable(&self.url, &error))
    }

    /// Writes an object unless there is one already: then gives false. An S3 service that knows no conditional put writes
    /// over it.
    ///
    /// # Errors
    /// `STORE_UNREACHABLE`.
    pub(crate) async fn create_object(&self, name: &str, bytes: Vec<u8>) -> Result<bool, Fault> {
        let options = PutOptions::from(PutMode::Create);
        let payload = PutPayload::from(bytes.clone());
        match self.objects.put_opts(&Path::from(name), payload, options).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::AlreadyExists { .. }) => Ok(false),
            Err(object_store::Error::NotImplemented { .. } | object_store::Error::NotSupported { .. }) => {
                self.put_object(name, bytes).await.map(|()| true)
            }
            Err(error) => Err(unreachable(&self.url, &error)),
        }
    }

    /// Removes an object; one that is not there is no fault.
    ///
    /// # Errors
    /// `STORE_UNREACHABLE`.
    pub(crate) async fn delete_object(&self, name: &str) -> Result<(), Fault> {
        match self.objects.delete(&Path::from(name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(unreachable(&self.url, &error)),
        }
    }

    /// The names of the objects in a folder, sorted, without the folder's own.
    ///
    /// # Errors
    /// `STORE_UNREACHABLE`.
    pub(crate) async fn object_names(&self, folder: &str) -> Result<Vec<String>, Fault> {
        let folder = Path::from(folder);
        let listed = self.objects.list_with_delimiter(Some(&folder)).await;
        let listed = listed.map_err(|error| unreachable(&self.url, &error))?;
        let names = listed.objects.iter();
        let mut names: Vec<String> = names
            .filter_map(|object| object.location.filename().map(str::to_owned))
            .collect();
        names.sort_unstable();
        Ok(names)
    }
}
