//! The document store: every accepted document, compressed, under a name made of its content.
//!
//! A folder (`file:///abs/path`) or an S3 bucket (`s3://bucket/prefix`, Ceph and MinIO included). It is the durable
//! truth: the graph can be thrown away and rebuilt from here.

mod config;
mod reserved;

use self::config::{Location, bucket};
use crate::apart::apart;
use crate::lines::decompress;
use crate::metrics;
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use std::fmt;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;
use thoth_cypher::fail_point;
use thoth_schema::document::{
    Document, DocumentKind, Limits, MAX_DOCUMENT_BYTES, MAX_DOCUMENT_DEPTH, MAX_HEAVY_DOCUMENT_BYTES,
    sha256_hex,
};
use thoth_schema::error::{ErrorCode, Fault};

pub use crate::store_key::StoreKey;
pub use config::StoreConfig;
pub use reserved::RESERVED;

/// Largest stored document in bytes once unpacked, of kinds that are not heavy. Canonical bytes may be longer than what
/// was received (`1e20` is written out), by less than this factor.
pub const MAX_STORED_BYTES: usize = 8 * MAX_DOCUMENT_BYTES;
/// As [`MAX_STORED_BYTES`], of heavy kinds: these hold texts and hashes, hardly a number, and so hardly grow.
pub const MAX_STORED_HEAVY_BYTES: usize = 2 * MAX_HEAVY_DOCUMENT_BYTES;
/// Documents written at the same time by [`DocumentStore::put_all`].
pub const PUTS_AT_ONCE: usize = 32;
/// zstd level: documents are written once and are small.
const COMPRESSION_LEVEL: i32 = 3;
const TOO_LARGE: &str = "is larger than any document";

/// The document store. Cheap to clone.
#[derive(Clone)]
pub struct DocumentStore {
    pub(crate) objects: Arc<dyn ObjectStore>,
    /// The folder, of a store that is one.
    folder: Option<Arc<std::path::Path>>,
    /// For messages; never holds a secret.
    url: Arc<str>,
}

impl fmt::Debug for DocumentStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DocumentStore")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

impl DocumentStore {
    /// Opens a store; a folder is created when absent. A bucket is not asked yet: see [`DocumentStore::ping`].
    ///
    /// # Errors
    /// `INVALID_CONFIGURATION`, `STORE_UNREACHABLE`.
    pub fn open(config: &StoreConfig) -> Result<DocumentStore, Fault> {
        let mut config = config.clone();
        let url: Arc<str> = config.url.as_str().into();
        let mut folder_of_store = None;
        let objects: Arc<dyn ObjectStore> = match config.read_url()? {
            Location::Folder(path) => {
                std::fs::create_dir_all(&path).map_err(|error| unreachable(&url, &error))?;
                let folder =
                    LocalFileSystem::new_with_prefix(&path).map_err(|error| unreachable(&url, &error))?;
                folder_of_store = Some(path.into());
                // A put returns when file and folder entry are on the disk, not in its cache.
                Arc::new(folder.with_fsync(true))
            }
            Location::Bucket { name, prefix } => {
                let bucket = bucket(&config, name).map_err(|error| {
                    Fault::new(ErrorCode::InvalidConfiguration, error.to_string()).at("store.url")
                })?;
                match prefix {
                    Some(prefix) => Arc::new(PrefixStore::new(bucket, prefix)),
                    None => Arc::new(bucket),
                }
            }
        };
        Ok(DocumentStore {
            objects,
            folder: folder_of_store,
            url,
        })
    }

    /// The address of the store.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Asks the store for any one object, to see whether it answers.
    ///
    /// # Errors
    /// `STORE_UNREACHABLE`.
    pub async fn ping(&self) -> Result<(), Fault> {
        match self.objects.head(&Path::from("ping")).await {
            Ok(_) | Err(object_store::Error::NotFound { .. }) => self.present(),
            Err(error) => Err(unreachable(&self.url, &error)),
        }
    }

    /// A folder that is gone, such as one of a disk that is not mounted, is a store that does not answer. Without this
    /// all of its documents would count as absent, and the next put would begin another store in its place.
    fn present(&self) -> Result<(), Fault> {
        match &self.folder {
            Some(folder) if !folder.is_dir() => Err(unreachable(&self.url, &"its folder is gone")),
            _ => Ok(()),
        }
    }

    /// Keeps a document; durable when this returns. A document that is kept already is left as it is, unless its object
    /// is damaged: then it is written anew.
    ///
    /// # Errors
    /// `STORE_UNREACHABLE`, `DOCUMENT_TOO_LARGE`.
    pub async fn put(&self, document: &Document) -> Result<StoreKey, Fault> {
        let began = Instant::now();
        let key = self.put_unless_there(document).await?;
        metrics::stored(document, began.elapsed());
        Ok(key)
    }

    async fn put_unless_there(&self, document: &Document) -> Result<StoreKey, Fault> {
        let key = StoreKey::of(document);
        let bytes = document.canonical_bytes();
        let most = key.most_bytes();
        if bytes.len() > most {
            return Err(Fault::new(
                ErrorCode::DocumentTooLarge,
                format!(
                    "a document of {} bytes is larger than the {most} the store keeps",
                    bytes.len()
                ),
            )
            .remedy("split the document"));
        }
        match self.bytes(&key).await {
            Ok(_) => return Ok(key),
            Err(fault) if fault.code == ErrorCode::NotFound => {}
            Err(fault) if fault.code == ErrorCode::StoreCorrupt => {
                tracing::warn!(store.key = key.as_str(), error = %fault, "a damaged document is written anew");
            }
            Err(fault) => return Err(fault),
        }
        fail_point!(StorePut, key.id())?;
        // Whoever writes the same key at the same time writes the same document.
        self.write(&key, document.shared_bytes()).await?;
        Ok(key)
    }

    /// Writes canonical bytes under the key that is made of them, over whatever lies there.
    pub(crate) async fn write(&self, key: &StoreKey, bytes: Arc<[u8]>) -> Result<(), Fault> {
        let packed = apart(bytes.len(), move || {
            zstd::bulk::compress(&bytes, COMPRESSION_LEVEL).map_err(|error| {
                let message = format!("a document cannot be compressed: {error}");
                Fault::new(ErrorCode::Internal, message)
            })
        });
        let packed = packed.await?;
        self.present()?;
        let written = self.objects.put(&key.path(), PutPayload::from(packed)).await;
        written.map(drop).map_err(|error| unreachable(&self.url, &error))
    }

    /// Keeps several documents, [`PUTS_AT_ONCE`] at a time; the keys are in the order of the documents.
    ///
    /// # Errors
    /// As [`DocumentStore::put`].
    pub async fn put_all(&self, documents: &[Document]) -> Result<Vec<StoreKey>, Fault> {
        // The futures are made beforehand: a closure over borrowed documents would not be general enough for a task.
        let puts: Vec<_> = documents.iter().map(|document| self.put(document)).collect();
        stream::iter(puts).buffered(PUTS_AT_ONCE).try_collect().await
    }

    /// The canonical bytes of a document, verified against the hash that it is named by.
    ///
    /// # Errors
    /// `NOT_FOUND`, `STORE_CORRUPT`, `STORE_UNREACHABLE`.
    pub async fn bytes(&self, key: &StoreKey) -> Result<Vec<u8>, Fault> {
        fail_point!(StoreGet, key.id())?;
        let packed = match &self.folder {
            Some(folder) => self.read_file(folder.join(key.as_str()), key).await?,
            None => self.read_object(key).await?,
        };
        let key = key.clone();
        // Of what is packed small there may be much.
        let unpacking = apart(packed.len().saturating_mul(8), move || {
            let bytes =
                decompress(&packed, key.most_bytes()).map_err(|fault| corrupt(&key, &fault.message))?;
            if sha256_hex(&bytes) != key.id() {
                return Err(corrupt(&key, "does not have the hash it is named by"));
            }
            Ok(bytes)
        });
        unpacking.await
    }

    async fn read_object(&self, key: &StoreKey) -> Result<Bytes, Fault> {
        let found = match self.objects.get(&key.path()).await {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => return Err(self.absent(key)),
            Err(error) => return Err(unreachable(&self.url, &error)),
        };
        if found.meta.size > key.most_bytes() as u64 {
            return Err(corrupt(key, TOO_LARGE));
        }
        let bytes = found.bytes().await;
        bytes.map_err(|error| unreachable(&self.url, &error))
    }

    /// A small file is read where it is asked for: a hop to a thread that may wait for the disk costs more than the read.
    async fn read_file(&self, path: PathBuf, key: &StoreKey) -> Result<Bytes, Fault> {
        let failed = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => self.absent(key),
            _ => unreachable(&self.url, &error),
        };
        let mut file = std::fs::File::open(path).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        if size > key.most_bytes() {
            return Err(corrupt(key, TOO_LARGE));
        }
        let reading = apart(size, move || {
            let mut packed = Vec::with_capacity(size);
            Ok(file.read_to_end(&mut packed).map(|_| packed))
        });
        reading.await?.map(Bytes::from).map_err(failed)
    }

    fn absent(&self, key: &StoreKey) -> Fault {
        let absent = Fault::new(ErrorCode::NotFound, "the document store has no such document");
        let absent = absent.at(key.as_str());
        self.present()
            .err()
            .unwrap_or_else(|| absent.remedy("send the document again, or correct store.url"))
    }

    /// A document by its key, verified and read.
    ///
    /// # Errors
    /// As [`DocumentStore::bytes`]; those of [`Document::from_json_bytes`] for what an older program accepted and this
    /// one does not.
    pub async fn get(&self, key: &StoreKey) -> Result<Document, Fault> {
        let bytes = self.bytes(key).await?;
        fail_point!(IngestAfterFetch, key.id())?;
        let (owned, limits) = (key.clone(), stored_limits());
        let reading = apart(bytes.len(), move || {
            Document::from_canonical_bytes(bytes, owned.id(), &limits)
        });
        reading.await.map_err(|fault| {
            let place = fault.pointer.clone().unwrap_or_default();
            fault.at(format!("{key}{place}"))
        })
    }

    /// A document by its id. The key holds the day too, so this looks through the listing: for people, not for loops.
    ///
    /// # Errors
    /// As [`DocumentStore::get`].
    pub async fn get_by_id(&self, id: &str) -> Result<Document, Fault> {
        let mut keys = self.list();
        while let Some(key) = keys.try_next().await? {
            if key.id() == id {
                return self.get(&key).await;
            }
        }
        Err(Fault::new(
            ErrorCode::NotFound,
            "the document store has no document of this id",
        )
        .at(id))
    }

    /// Whether a document is kept, without reading it.
    ///
    /// # Errors
    /// `STORE_UNREACHABLE`.
    pub async fn contains(&self, key: &StoreKey) -> Result<bool, Fault> {
        match self.objects.head(&key.path()).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => self.present().map(|()| false),
            Err(error) => Err(unreachable(&self.url, &error)),
        }
    }

    /// Removes a document; one that is not there is no fault.
    ///
    /// # Errors
    /// `STORE_UNREACHABLE`.
    pub async fn delete(&self, key: &StoreKey) -> Result<(), Fault> {
        match self.objects.delete(&key.path()).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(unreachable(&self.url, &error)),
        }
    }

    /// The keys of all documents in their order, listed folder by folder: memory holds one day of one kind.
    /// Objects that are no documents are passed over and logged; [`RESERVED`] folders are not looked into.
    pub fn list(&self) -> BoxStream<'static, Result<StoreKey, Fault>> {
        self.list_below(None)
    }

    /// As [`DocumentStore::list`], of one kind where one is given.
    pub(crate) fn list_below(
        &self,
        kind: Option<DocumentKind>,
    ) -> BoxStream<'static, Result<StoreKey, Fault>> {
        let folder = kind.map_or_else(Path::default, |kind| Path::from(kind.as_str()));
        self.objects_below(folder)
            .try_filter_map(|place| std::future::ready(Ok(read_key(&place))))
            .boxed()
    }

    /// The places of all objects in a folder, in their order.
    pub(crate) fn objects_below(&self, folder: Path) -> BoxStream<'static, Result<String, Fault>> {
        let store = self.clone();
        // A stack of folders, the next one last; each visit replaces a folder by its folders or yields its objects.
        let walk = stream::try_unfold(vec![folder], move |mut folders| {
            let store = store.clone();
            async move {
                let Some(folder) = folders.pop() else {
                    return Ok(None);
                };
                store.present()?;
                let mut found = store
                    .objects
                    .list_with_delimiter(Some(&folder))
                    .await
                    .map_err(|error| unreachable(&store.url, &error))?;
                found
                    .common_prefixes
                    .retain(|folder| !reserved::is_reserved(folder));
                found.common_prefixes.sort();
                folders.extend(found.common_prefixes.into_iter().rev());
                let places = found.objects.into_iter();
                let mut places: Vec<String> = places.map(|object| object.location.to_string()).collect();
                places.sort();
                Ok::<_, Fault>(Some((stream::iter(places.into_iter().map(Ok)), folders)))
            }
        });
        walk.try_flatten().boxed()
    }
}

impl StoreKey {
    /// Most bytes that the document of this key may unpack to.
    fn most_bytes(&self) -> usize {
        let kind = self.as_str().split('/').next().map(DocumentKind::parse);
        match kind {
            Some(Ok(kind)) => stored_limits().bytes_of(kind),
            // A kind of another program: it is passed over or refused when it is read.
            _ => MAX_STORED_BYTES,
        }
    }
}

/// Limits for what was accepted once, under limits that held then.
fn stored_limits() -> Limits {
    Limits {
        document_bytes: MAX_STORED_BYTES,
        heavy_document_bytes: MAX_STORED_HEAVY_BYTES,
        depth: MAX_DOCUMENT_DEPTH,
    }
}

fn read_key(location: &str) -> Option<StoreKey> {
    let key = StoreKey::parse(location).ok();
    if key.is_none() {
        tracing::warn!(
            store.object = location,
            "an object of the store is no document and is passed over"
        );
    }
    key
}

pub(crate) fn unreachable(url: &str, error: &dyn fmt::Display) -> Fault {
    Fault::new(
        ErrorCode::StoreUnreachable,
        format!("the document store does not answer: {error}"),
    )
    .at(url)
    .remedy("see that the store runs, has space and lets this user in, or correct store.url")
}

fn corrupt(key: &StoreKey, what: &str) -> Fault {
    Fault::new(ErrorCode::StoreCorrupt, format!("a stored document {what}"))
        .at(key.as_str())
        .remedy("delete the object and ingest the document again from its source")
}
