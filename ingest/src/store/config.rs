//! Where the document store is, and how it is reached.

use object_store::aws::AmazonS3Builder;
use object_store::path::Path;
use object_store::{BackoffConfig, ClientOptions, RetryConfig};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;
use thoth_schema::error::{ErrorCode, Fault};
use url::Url;

/// Longest wait for a connection to an object store, in seconds.
const CONNECT_SECONDS: u64 = 5;
/// Longest request to an object store, in seconds.
const REQUEST_SECONDS: u64 = 60;
/// How long a request is tried again by itself, in seconds; callers with more patience wait on `STORE_UNREACHABLE`.
const RETRY_SECONDS: u64 = 10;

/// Where documents are kept.
#[derive(Clone, PartialEq, Eq)]
pub struct StoreConfig {
    /// `file:///abs/path` or `s3://bucket/prefix`; the latter may carry `?endpoint=…&region=…&allow_http=true`.
    pub url: String,
    /// Address of an S3 service that is not Amazon's, such as `http://minio:9000`.
    pub endpoint: Option<String>,
    /// Region of the bucket.
    pub region: Option<String>,
    /// Whether the endpoint may be plain HTTP.
    pub allow_http: bool,
    /// Access key; without it what the environment says (`AWS_ACCESS_KEY_ID` and its kin).
    pub access_key: Option<String>,
    /// Secret key; never logged.
    pub secret_key: Option<String>,
}

impl fmt::Debug for StoreConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StoreConfig")
            .field("url", &self.url)
            .field("endpoint", &self.endpoint)
            .field("region", &self.region)
            .field("allow_http", &self.allow_http)
            .field("access_key", &self.access_key.as_ref().map(|_| "***"))
            .field("secret_key", &self.secret_key.as_ref().map(|_| "***"))
            .finish()
    }
}

pub(super) enum Location {
    Folder(PathBuf),
    Bucket { name: String, prefix: Option<Path> },
}

impl StoreConfig {
    /// A store at this URL, everything else by its query or by default.
    pub fn new(url: impl Into<String>) -> StoreConfig {
        let url = url.into();
        StoreConfig {
            url,
            endpoint: None,
            region: None,
            allow_http: false,
            access_key: None,
            secret_key: None,
        }
    }

    /// Checks the configuration without touching the store.
    ///
    /// # Errors
    /// `INVALID_CONFIGURATION` naming the forms that are understood.
    pub fn validate(&self) -> Result<(), Fault> {
        self.clone().read_url().map(drop)
    }

    /// Splits the URL; what its query says is taken where the fields say nothing.
    pub(super) fn read_url(&mut self) -> Result<Location, Fault> {
        let url = Url::parse(&self.url).map_err(|_| self.invalid("is no URL"))?;
        for (key, value) in url.query_pairs() {
            match key.as_ref() {
                "endpoint" => drop(self.endpoint.get_or_insert_with(|| value.into_owned())),
                "region" => drop(self.region.get_or_insert_with(|| value.into_owned())),
                "allow_http" => self.allow_http |= value == "true",
                other => return Err(self.invalid(&format!("has the unknown option {other}"))),
            }
        }
        match url.scheme() {
            "file" => {
                let path = url
                    .to_file_path()
                    .map_err(|()| self.invalid("names no absolute path"))?;
                Ok(Location::Folder(path))
            }
            "s3" => {
                let name = url.host_str().filter(|name| !name.is_empty());
                let name = name.ok_or_else(|| self.invalid("names no bucket"))?.to_owned();
                let prefix = url.path().trim_matches('/');
                let prefix = match prefix {
                    "" => None,
                    text => {
                        Some(Path::parse(text).map_err(|_| self.invalid("has a prefix that is no path"))?)
                    }
                };
                if self
                    .endpoint
                    .as_deref()
                    .is_some_and(|endpoint| endpoint.starts_with("http:"))
                    && !self.allow_http
                {
                    return Err(self.invalid("has a plain HTTP endpoint, which needs allow_http=true"));
                }
                Ok(Location::Bucket { name, prefix })
            }
            _ => Err(self.invalid("is of no kind that is understood")),
        }
    }

    fn invalid(&self, what: &str) -> Fault {
        Fault::new(
            ErrorCode::InvalidConfiguration,
            format!("the store URL `{}` {what}", self.url),
        )
        .at("store.url")
        .remedy("use file:///ABSOLUTE/PATH or s3://BUCKET/PREFIX?endpoint=URL&region=NAME&allow_http=true")
    }
}

pub(super) fn bucket(
    config: &StoreConfig,
    name: String,
) -> Result<object_store::aws::AmazonS3, object_store::Error> {
    let retry = RetryConfig {
        backoff: BackoffConfig::default(),
        max_retries: 3,
        retry_timeout: Duration::from_secs(RETRY_SECONDS),
    };
    let client = ClientOptions::new()
        .with_connect_timeout(Duration::from_secs(CONNECT_SECONDS))
        .with_timeout(Duration::from_secs(REQUEST_SECONDS))
        .with_allow_http(config.allow_http);
    let mut builder = AmazonS3Builder::from_env()
        .with_bucket_name(name)
        .with_retry(retry)
        .with_client_options(client);
    if let Some(endpoint) = &config.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    if let Some(region) = &config.region {
        builder = builder.with_region(region);
    }
    if let Some(access_key) = &config.access_key {
        builder = builder.with_access_key_id(access_key);
    }
    if let Some(secret_key) = &config.secret_key {
        builder = builder.with_secret_access_key(secret_key);
    }
    builder.build()
}
