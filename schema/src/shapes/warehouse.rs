//! What an index answers about a project: the JSON API of Warehouse, `{"info", "releases", "urls"}`.
//!
//! Descriptive metadata and requirements are those of one release, `info.version`; of the others only files are listed. Pages
//! from before 2019 do not say what is yanked. The index the page is of is not named in it.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::parts;
use crate::document::Parts;
use crate::error::Fault;
use crate::json::{pointer, sorted, unknown_keys, violation};
use crate::legacy::tree::{list, text};
use crate::name::{self, PackageName};
use crate::release::{Artifact, ArtifactKind, Release, is_sha256};
use crate::solver::Skipped;
use crate::time::sortable;
use crate::version::{self, Version};

const PAGE_KEYS: &[&str] = &[
    "info",
    "last_serial",
    "releases",
    "urls",
    "vulnerabilities",
    "ownership",
];

/// Reads a page. It was made when the newest file on it was there.
pub(crate) fn read(value: &Value) -> Result<Parts, Fault> {
    let page = Page::of(value)?;
    let mut skipped = Vec::new();
    let mut releases = Vec::new();
    for (stated, place, files) in page.listed()? {
        match version::parse(&stated) {
            Ok(version) => releases.push(release(&page.name, version, files, &place, &mut skipped)?),
            Err(fault) => skipped.push(Skipped {
                pointer: place,
                reason: fault.message,
            }),
        }
    }
    let described = match releases
        .iter()
        .position(|release| release.version == page.version)
    {
        Some(position) => position,
        None => {
            let mut alone = Release::named(page.name.clone(), page.version.clone());
            alone.yank_unknown = true;
            releases.push(alone);
            releases.len() - 1
        }
    };
    if let Some(release) = releases.get_mut(described) {
        describe(page.info, release);
        release.skipped = skipped;
        release.unknown_keys = unknown_keys(value, PAGE_KEYS);
    }
    let uploads = releases.iter().flat_map(|release| &release.artifacts);
    let uploads = uploads.filter_map(|artifact| artifact.upload_time.clone());
    let newest = uploads.max_by_key(|time| sortable(time));
    Ok(parts("warehouse json", "warehouse", newest, releases))
}

/// One release of a page: the version as written, the place of its files, the files.
type Listed<'value> = (String, String, &'value [Value]);

struct Page<'value> {
    info: &'value Map<String, Value>,
    name: PackageName,
    version: Version,
    releases: Option<&'value Value>,
    urls: Option<&'value Value>,
}

impl<'value> Page<'value> {
    fn of(value: &'value Value) -> Result<Page<'value>, Fault> {
        let info = value
            .get("info")
            .and_then(Value::as_object)
            .ok_or_else(|| violation("`info` must be an object", "/info"))?;
        let stated = |key: &str| {
            text(info, &[key]).ok_or_else(|| violation("a text is missing", &pointer(&["info", key])))
        };
        let (name, version) = (stated("name")?, stated("version")?);
        Ok(Page {
            info,
            name: name::package(&name).map_err(|fault| violation(fault.message, "/info/name"))?,
            version: version::parse(&version).map_err(|fault| violation(fault.message, "/info/version"))?,
            releases: value.get("releases").filter(|releases| !releases.is_null()),
            urls: value.get("urls").filter(|urls| !urls.is_null()),
        })
    }

    /// Every release with its files and the place of them; `urls` are those of the release described.
    fn listed(&self) -> Result<Vec<Listed<'value>>, Fault> {
        let files = |stated: &'value Value, place: &str| {
            let files = stated.as_array().map(Vec::as_slice);
            files.ok_or_else(|| violation("files must be a list", place))
        };
        let releases = match self.releases {
            Some(releases) => releases
                .as_object()
                .ok_or_else(|| violation("`releases` must be an object", "/releases"))?,
            None => {
                let urls = self.urls.map_or(Ok(&[][..]), |urls| files(urls, "/urls"))?;
                return Ok(vec![(self.version.to_string(), "/urls".to_owned(), urls)]);
            }
        };
        let listed = sorted(releases).into_iter().map(|(version, stated)| {
            let place = pointer(&["releases", version]);
            Ok((version.clone(), place.clone(), files(stated, &place)?))
        });
        listed.collect()
    }
}

fn release(
    name: &PackageName,
    version: Version,
    files: &[Value],
    place: &str,
    skipped: &mut Vec<Skipped>,
) -> Result<Release, Fault> {
    let mut release = Release::named(name.clone(), version);
    release.metadata_source = Some("warehouse-json".to_owned());
    let says_yanked = |file: &Value| file.get("yanked").is_some_and(Value::is_boolean);
    release.yank_unknown = files.is_empty() || !files.iter().any(says_yanked);
    // A release is yanked when all its files are (PEP 592).
    release.yanked = !files.is_empty()
        && files
            .iter()
            .all(|file| file.get("yanked") == Some(&Value::Bool(true)));
    let mut named = BTreeSet::new();
    for (position, stated) in files.iter().enumerate() {
        let place = format!("{place}/{position}");
        let file = stated
            .as_object()
            .ok_or_else(|| violation("a file must be an object", &place))?;
        if release.yanked && release.yanked_reason.is_none() {
            release.yanked_reason = text(file, &["yanked_reason"]);
        }
        match artifact(file, &place)? {
            Some(artifact) if named.insert(artifact.filename.clone()) => release.artifacts.push(artifact),
            Some(artifact) => {
                return Err(violation(
                    format!("the file {} is listed twice", artifact.filename),
                    &format!("{place}/filename"),
                ));
            }
            None => skipped.push(Skipped {
                pointer: place,
                reason: "the file has no name or no sha256".to_owned(),
            }),
        }
    }
    let uploads = release
        .artifacts
        .iter()
        .filter_map(|artifact| artifact.upload_time.clone());
    release.upload_time = uploads.min_by_key(|time| sortable(time));
    Ok(release)
}

/// `None` for a file that cannot be told from others.
fn artifact(file: &Map<String, Value>, place: &str) -> Result<Option<Artifact>, Fault> {
    let digests = file.get("digests").and_then(Value::as_object);
    let sha256 = digests.and_then(|digests| text(digests, &["sha256"]));
    let sha256 = sha256
        .map(|hash| hash.to_ascii_lowercase())
        .filter(|hash| is_sha256(hash));
    let (Some(filename), Some(sha256)) = (text(file, &["filename"]), sha256) else {
        return Ok(None);
    };
    let time = |stated: String| {
        crate::time::normalise(&stated).ok_or_else(|| {
            violation(
                format!("`{stated}` is not a time"),
                &format!("{place}/upload_time"),
            )
        })
    };
    Ok(Some(Artifact {
        filename,
        kind: match text(file, &["packagetype"]).as_deref() {
            Some("bdist_wheel") => ArtifactKind::Wheel,
            Some("sdist") => ArtifactKind::Sdist,
            _ => ArtifactKind::Other,
        },
        sha256,
        size: file.get("size").and_then(Value::as_u64),
        url: text(file, &["url"]),
        requires_python: text(file, &["requires_python"]),
        yanked: file.get("yanked").and_then(Value::as_bool).unwrap_or(false),
        upload_time: text(file, &["upload_time_iso_8601", "upload_time"])
            .map(time)
            .transpose()?,
    }))
}

/// Fills in what `info` says of its release; empty texts stand for nothing there.
fn describe(info: &Map<String, Value>, release: &mut Release) {
    let texts = |key: &str| {
        let items = list(info, key)?.iter();
        Some(
            items
                .filter_map(|item| item.as_str().map(str::to_owned))
                .collect::<Vec<String>>(),
        )
    };
    release.summary = text(info, &["summary"]);
    release.license = text(info, &["license"]);
    release.classifiers = texts("classifiers").unwrap_or_default();
    release.requires_python = text(info, &["requires_python"]);
    release.requires_dist = texts("requires_dist");
    release.provides_extra = texts("provides_extra").unwrap_or_default();
    if let Some(yanked) = info.get("yanked").and_then(Value::as_bool) {
        release.yank_unknown = false;
        release.yanked = yanked;
        release.yanked_reason = text(info, &["yanked_reason"]).filter(|_| yanked);
    }
}
