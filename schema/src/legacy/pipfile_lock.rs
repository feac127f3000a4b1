//! Locks as Pipenv writes them (`Pipfile.lock`, JSON), inside documents of the predecessor.

use serde_json::{Map, Value};

use crate::json::{pointer, sorted};
use crate::legacy::tree::{list, text};
use crate::name::{self, PackageName};
use crate::solver::Skipped;
use crate::version::{self, Version};

/// What makes an entry something else than a release of an index.
const FOREIGN: &[&str] = &["git", "hg", "svn", "bzr", "path", "file"];

/// A lock.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct PipfileLock {
    /// The `default` section, by name.
    pub(crate) pins: Vec<PinnedEntry>,
    /// The `develop` section, by name.
    pub(crate) develop: Vec<PinnedEntry>,
    /// URLs of the sources, in their order.
    pub(crate) indexes: Vec<String>,
    /// Python as the lock demands it, such as `3.8`.
    pub(crate) python_version: Option<String>,
}

/// One entry of a lock.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PinnedEntry {
    pub(crate) name: PackageName,
    pub(crate) version: Version,
    /// URL of the source that the entry names, or of the only source; else absent.
    pub(crate) index: Option<String>,
    pub(crate) extras: Vec<String>,
    pub(crate) marker: Option<String>,
    /// `sha256:…`
    pub(crate) hashes: Vec<String>,
}

/// Reads a lock at a JSON pointer. A lock with an entry that is no release of an index is refused whole: without the entry
/// it would be another set of releases.
pub(crate) fn read(value: &Value, base: &str) -> Result<PipfileLock, Skipped> {
    let lock = value
        .as_object()
        .ok_or_else(|| skip(base, "the lock is not an object".to_owned()))?;
    let head = lock.get("_meta").and_then(Value::as_object);
    let sources = head.and_then(|head| list(head, "sources"));
    let sources: Vec<&Map<String, Value>> = sources
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .collect();
    let requires = head.and_then(|head| head.get("requires")?.as_object());
    Ok(PipfileLock {
        pins: section(lock, "default", &sources, base)?,
        develop: section(lock, "develop", &sources, base)?,
        indexes: sources
            .iter()
            .filter_map(|source| text(source, &["url"]))
            .collect(),
        python_version: requires
            .and_then(|requires| text(requires, &["python_version", "python_full_version"])),
    })
}

fn section(
    lock: &Map<String, Value>,
    key: &str,
    sources: &[&Map<String, Value>],
    base: &str,
) -> Result<Vec<PinnedEntry>, Skipped> {
    let entries = match lock.get(key) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Object(entries)) => entries,
        Some(_) => {
            let place = format!("{base}{}", pointer(&[key]));
            return Err(skip(&place, format!("`{key}` is not an object")));
        }
    };
    sorted(entries)
        .into_iter()
        .map(|(name, stated)| {
            entry(name, stated, sources)
                .map_err(|reason| skip(&format!("{base}{}", pointer(&[key, name])), reason))
        })
        .collect()
}

fn entry(name: &str, stated: &Value, sources: &[&Map<String, Value>]) -> Result<PinnedEntry, String> {
    let none = Map::new();
    let (stated, pinned) = match stated {
        Value::String(pinned) => (&none, Some(pinned.clone())),
        Value::Object(stated) => (stated, text(stated, &["version"])),
        _ => return Err("the entry is not an object".to_owned()),
    };
    if let Some(foreign) = FOREIGN.iter().find(|key| stated.contains_key(**key)) {
        return Err(format!("`{name}` comes from `{foreign}`, not from an index"));
    }
    let pinned = pinned.ok_or_else(|| format!("`{name}` is not locked to a version"))?;
    let bare = pinned
        .trim()
        .strip_prefix("==")
        .ok_or_else(|| format!("`{name}` is locked to `{pinned}`, which is not one version"))?;
    let texts = |key: &str| {
        let items = list(stated, key).into_iter().flatten();
        items
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect()
    };
    Ok(PinnedEntry {
        name: name::package(name).map_err(|fault| fault.message)?,
        version: version::parse(bare.trim_start_matches('=').trim()).map_err(|fault| fault.message)?,
        index: index(stated, sources),
        extras: texts("extras"),
        marker: text(stated, &["markers"]),
        hashes: texts("hashes"),
    })
}

/// The URL of the source an entry names; a name that no source has stands for itself.
fn index(stated: &Map<String, Value>, sources: &[&Map<String, Value>]) -> Option<String> {
    let url = |source: &&Map<String, Value>| text(source, &["url"]);
    match text(stated, &["index"]) {
        Some(named) => {
            let same = |source: &&&Map<String, Value>| text(source, &["name"]).as_ref() == Some(&named);
            sources.iter().find(same).and_then(url).or(Some(named))
        }
        None if sources.len() == 1 => sources.first().and_then(url),
        None => None,
    }
}

fn skip(pointer: &str, reason: String) -> Skipped {
    Skipped {
        pointer: pointer.to_owned(),
        reason,
    }
}
