//! Configuration in two stages: read from file, environment and flags into named values, then validated into one struct
//! per concern. Nothing else in the program reads a variable of its own.

mod keys;
mod layers;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use thoth_cypher::GraphAddress;
use thoth_ingest::broker::BrokerConfig;
use thoth_ingest::reader::ReadOptions;
use thoth_ingest::store::StoreConfig;
use thoth_ingest::worker::WorkerOptions;
use thoth_schema::document::Limits;
use thoth_schema::error::{ErrorCode, Fault};
use thoth_server::ServerConfig;

pub(crate) use keys::near_matches;
use keys::{Key, Preset, Shape};
pub(crate) use layers::Process;

/// A value set by a flag: key, value, how the flag is written.
pub(crate) type Override = (&'static str, String, &'static str);

/// Every value in effect, with its origin.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    values: BTreeMap<&'static str, Effective>,
}

/// One value in effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Effective {
    /// The value; `None` where nothing sets it.
    pub(crate) value: Option<String>,
    /// `default`, the file, the variable or the flag.
    pub(crate) origin: String,
}

/// Where the graph is.
#[derive(Clone)]
pub(crate) struct GraphSettings {
    /// For people, without a password.
    pub(crate) shown: String,
    /// For [`thoth_cypher::connect`].
    pub(crate) address: GraphAddress,
}

/// What is logged, and how.
#[derive(Debug, Clone)]
pub(crate) struct LogSettings {
    /// Least severity, where one is set.
    pub(crate) level: Option<String>,
    /// One JSON object a line.
    pub(crate) json: bool,
}

impl Settings {
    /// Reads every layer and validates every value.
    ///
    /// # Errors
    /// `INVALID_CONFIGURATION` naming the key and where it was set; `IO_ERROR` for a `--config` that cannot be read.
    pub(crate) fn read(
        file: Option<&Path>,
        flags: &[Override],
        process: &Process,
    ) -> Result<Settings, Fault> {
        let set = layers::collect(file, flags, process)?;
        let mut settings = Settings {
            values: BTreeMap::new(),
        };
        for key in keys::KEYS {
            let effective = match set.get(key.name) {
                Some(effective) => effective.clone(),
                None => Effective {
                    value: settings.preset(key, process)?,
                    origin: "default".to_owned(),
                },
            };
            validate(key, &effective)?;
            settings.values.insert(key.name, effective);
        }
        settings.graph()?;
        settings.store().validate()?;
        settings.server()?;
        settings.broker().map_or(Ok(()), |broker| broker.validate())?;
        Ok(settings)
    }

    fn preset(&self, key: &Key, process: &Process) -> Result<Option<String>, Fault> {
        Ok(match key.preset {
            Preset::Absent | Preset::Described(_) => None,
            Preset::Text(text) => Some(text.to_owned()),
            Preset::DataFolder => Some(process.data_folder()?.display().to_string()),
            Preset::Below(prefix, name) => {
                let path = self.data_folder().join(name);
                // A store is named by a URL, which needs the path from the root.
                let path = if prefix.ends_with("//") {
                    process.absolute(&path)
                } else {
                    path
                };
                Some(format!("{prefix}{}", path.display()))
            }
        })
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.values
            .get(name)
            .and_then(|effective| effective.value.as_deref())
    }

    fn text(&self, name: &str) -> &str {
        self.value(name).unwrap_or_default()
    }

    /// A number that was validated before.
    fn number<Number: std::str::FromStr + Default>(&self, name: &str) -> Number {
        self.text(name).parse().unwrap_or_default()
    }

    /// Folder of everything that is kept on this machine.
    pub(crate) fn data_folder(&self) -> PathBuf {
        PathBuf::from(self.text("data.folder"))
    }

    /// The graph.
    ///
    /// # Errors
    /// `INVALID_CONFIGURATION` for a URL that names no graph.
    pub(crate) fn graph(&self) -> Result<GraphSettings, Fault> {
        let url = self.text("graph.url");
        let (user, password) = (self.text("graph.user"), self.text("graph.password"));
        let address = GraphAddress::parse(url, user, password, self.number("graph.connections"))?;
        Ok(GraphSettings {
            shown: masked_url(url),
            address,
        })
    }

    /// The document store.
    pub(crate) fn store(&self) -> StoreConfig {
        let some = |name: &str| {
            self.value(name)
                .filter(|value| !value.is_empty())
                .map(str::to_owned)
        };
        StoreConfig {
            url: self.text("store.url").to_owned(),
            endpoint: some("store.endpoint"),
            region: some("store.region"),
            allow_http: self.text("store.allow_http") == "true",
            access_key: some("store.access_key"),
            secret_key: some("store.secret_key"),
        }
    }

    /// The document store, where advices are to be kept.
    pub(crate) fn advice_store(&self) -> Option<StoreConfig> {
        (self.text("advise.keep") == "true").then(|| self.store())
    }

    /// The broker, where one is configured.
    pub(crate) fn broker(&self) -> Option<BrokerConfig> {
        let url = self.value("broker.url")?.to_owned();
        let (prefetch, max_attempts) = (self.number("broker.prefetch"), self.number("broker.max_attempts"));
        Some(BrokerConfig {
            url,
            prefetch,
            max_attempts,
        })
    }

    /// The broker.
    ///
    /// # Errors
    /// `INVALID_CONFIGURATION` where none is configured.
    pub(crate) fn broker_wanted(&self) -> Result<BrokerConfig, Fault> {
        self.broker().ok_or_else(|| {
            Fault::new(ErrorCode::InvalidConfiguration, "no broker is configured")
                .at("broker.url")
                .remedy(
                    "give --broker, set THOTH_BROKER_URL, or write url in the section [broker] of thoth.toml",
                )
        })
    }

    /// How a worker works.
    pub(crate) fn worker(&self) -> WorkerOptions {
        WorkerOptions {
            concurrency: self.number("worker.concurrency"),
            stop_deadline: Duration::from_secs(self.number("worker.stop_seconds")),
            ..WorkerOptions::default()
        }
    }

    /// How the server is set up.
    ///
    /// # Errors
    /// `INVALID_CONFIGURATION` for settings that are not safe or cannot work together.
    pub(crate) fn server(&self) -> Result<ServerConfig, Fault> {
        let usual = ServerConfig::default();
        let flag = |name: &str| self.text(name) == "true";
        let count = |name: &str, usual: usize| self.value(name).map_or(usual, |_| self.number(name));
        let server = ServerConfig {
            listen: self.text("server.listen").parse().unwrap_or(usual.listen),
            allow_beyond_loopback: flag("server.allow_beyond_loopback"),
            introspection: flag("server.introspection"),
            graphiql: flag("server.graphiql"),
            concurrent_advises: count("server.concurrent_advises", usual.concurrent_advises),
            workers: count("server.workers", usual.workers),
            stop_seconds: self.number("server.stop_seconds"),
            keep_advices: flag("advise.keep"),
            advise_cache_bytes: self.number("advise.cache_bytes"),
            ..usual
        };
        server.validate()?;
        Ok(server)
    }

    /// How files are read; `graceful` sets bad lines aside.
    pub(crate) fn reading(&self, graceful: bool) -> ReadOptions {
        ReadOptions {
            limits: self.limits(),
            decompressed_bytes: self.number("ingest.decompressed_bytes"),
            graceful,
            ..ReadOptions::default()
        }
    }

    /// The limits of documents.
    fn limits(&self) -> Limits {
        Limits {
            document_bytes: self.number("ingest.document_bytes"),
            heavy_document_bytes: self.number("ingest.heavy_document_bytes"),
            depth: self.number("ingest.document_depth"),
        }
    }

    /// Logging.
    pub(crate) fn log(&self) -> LogSettings {
        LogSettings {
            level: self.value("log.level").map(str::to_owned),
            json: self.text("log.format") == "json",
        }
    }

    /// Every value as it may be shown, secrets masked.
    pub(crate) fn shown(&self) -> Vec<Shown<'_>> {
        let shown = |key: &'static Key| {
            let effective = self.values.get(key.name)?;
            let value = effective.value.as_deref().map(|value| masked(key, value));
            Some(Shown {
                key,
                value,
                origin: &effective.origin,
            })
        };
        keys::KEYS.iter().filter_map(shown).collect()
    }
}

/// One value as it may be shown.
#[derive(Debug)]
pub(crate) struct Shown<'settings> {
    /// The key.
    pub(crate) key: &'static Key,
    /// The value, `***` for a secret; `None` where nothing sets it.
    pub(crate) value: Option<String>,
    /// Where it comes from.
    pub(crate) origin: &'settings str,
}

fn validate(key: &Key, effective: &Effective) -> Result<(), Fault> {
    let Some(value) = effective.value.as_deref() else {
        return Ok(());
    };
    let allowed = match key.shape {
        Shape::Secret => true,
        Shape::Text | Shape::Url => !value.trim().is_empty(),
        Shape::Number(least, most) => value
            .parse::<u64>()
            .is_ok_and(|number| (least..=most).contains(&number)),
        Shape::Flag => matches!(value, "true" | "false"),
        Shape::Choice(choices) => choices.contains(&value),
        Shape::Socket => value.parse::<SocketAddr>().is_ok(),
    };
    if allowed {
        return Ok(());
    }
    let shown = masked(key, value);
    Err(Fault::new(
        ErrorCode::InvalidConfiguration,
        format!("`{shown}` is no value for {}", key.name),
    )
    .at(effective.origin.clone())
    .remedy(format!("{} is {}", key.name, key.wanted())))
}

fn masked(key: &Key, value: &str) -> String {
    match key.shape {
        Shape::Secret if !value.is_empty() => "***".to_owned(),
        Shape::Url => masked_url(value),
        _ => value.to_owned(),
    }
}

/// The URL with `***` for the password inside it.
pub(crate) fn masked_url(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // The last `@` ends the credentials: a password that was not encoded may hold one.
    let Some((credentials, host)) = authority.rsplit_once('@') else {
        return url.to_owned();
    };
    let user = credentials.split(':').next().unwrap_or_default();
    format!("{scheme}://{user}:***@{host}{}", &rest[authority.len()..])
}
