//! What an advisory affects: per package the union of its ranges and of the versions it lists.

use std::collections::BTreeMap;

use super::{Affected, AffectedName, Event, Range, Severity};
use crate::purl;
use crate::solver::Skipped;
use crate::version::{self, MAX_ORDER, order_key};
use crate::versions::{Interval, VersionSet, after, point};

/// The ecosystem whose versions are understood.
const PYPI: &str = "PyPI";

/// Types of package URLs, with the namespace of a distribution, for ecosystems of records without package URLs.
const PURL_TYPES: &[(&str, &str)] = &[
    ("AlmaLinux", "rpm/almalinux"),
    ("Alpine", "apk/alpine"),
    ("crates.io", "cargo"),
    ("Debian", "deb/debian"),
    ("Go", "golang"),
    ("Hex", "hex"),
    ("Maven", "maven"),
    ("npm", "npm"),
    ("NuGet", "nuget"),
    ("openSUSE", "rpm/opensuse"),
    ("Packagist", "composer"),
    ("Pub", "pub"),
    ("Red Hat", "rpm/redhat"),
    ("RubyGems", "gem"),
    ("SUSE", "rpm/suse"),
    ("Ubuntu", "deb/ubuntu"),
];

/// A package that is affected, and which of its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AffectedPackage {
    /// Package URL without a version.
    pub key: String,
    /// Type of the package URL, such as `pypi`.
    pub ecosystem: String,
    /// The name: normalised for `pypi`, elsewhere as the key has it.
    pub name: String,
    /// The versions; `None` for an ecosystem whose versions are not understood.
    pub versions: Option<VersionSet>,
    /// The versions that were listed one by one, as stated.
    pub listed: Vec<String>,
    /// The versions that fix it, lowest first; as stated where they are not understood.
    pub fixed_in: Vec<String>,
    /// The events of ranges whose versions are not understood, such as `fixed 1.2-3`, as stated.
    pub events: Vec<String>,
    /// Severities for this package as `TYPE:score`.
    pub severity: Vec<String>,
}

/// The packages of a record, each once, by key; and what could not be used.
pub(super) fn packages(affected: &[Affected], base: &str) -> (Vec<AffectedPackage>, Vec<Skipped>) {
    let mut found: BTreeMap<String, AffectedPackage> = BTreeMap::new();
    let mut skipped = Vec::new();
    for (position, part) in affected.iter().enumerate() {
        let place = format!("{base}/affected/{position}");
        let named = match named(part.package.as_ref()) {
            Ok(named) => named,
            Err(reason) => {
                skipped.push(Skipped {
                    pointer: place,
                    reason,
                });
                continue;
            }
        };
        let package = found.entry(named.key.clone()).or_insert(named);
        add_new(&mut package.severity, part.severity.iter().map(Severity::text));
        add_new(&mut package.listed, part.versions.iter().cloned());
        if package.versions.is_some() {
            understood(package, part, &place, &mut skipped);
        } else {
            as_stated(package, part, &place, &mut skipped);
        }
    }
    (found.into_values().collect(), skipped)
}

fn named(package: Option<&AffectedName>) -> Result<AffectedPackage, String> {
    let package = package.ok_or("only commits are named, no package")?;
    let empty = |key: String, ecosystem: &str, name: String, versions: Option<VersionSet>| AffectedPackage {
        key,
        ecosystem: ecosystem.to_owned(),
        name,
        versions,
        listed: Vec::new(),
        fixed_in: Vec::new(),
        events: Vec::new(),
        severity: Vec::new(),
    };
    let ecosystem = package.ecosystem.split(':').next().unwrap_or_default();
    if ecosystem.eq_ignore_ascii_case(PYPI) {
        let name = crate::name::package(&package.name).map_err(|fault| fault.message)?;
        let key = purl::package_key(&name);
        return Ok(empty(key, "pypi", name.to_string(), Some(VersionSet::none())));
    }
    let (kind, path) = package
        .purl
        .as_deref()
        .and_then(purl_path)
        .or_else(|| made_up(ecosystem, &package.name))
        .ok_or_else(|| {
            format!(
                "there is no package URL for the ecosystem `{}`",
                package.ecosystem
            )
        })?;
    let segments: Vec<String> = path.iter().map(|segment| purl::encode(segment)).collect();
    // What a package is called follows from its key: documents of other kinds name it too. The path of a distribution's
    // package begins with the distribution.
    let name = match kind.as_str() {
        "apk" | "deb" | "rpm" => path.last().cloned().unwrap_or_default(),
        _ => path.join("/"),
    };
    let key = format!("pkg:{kind}/{}", segments.join("/"));
    Ok(empty(key, &kind, name, None))
}

/// Type and decoded path of a package URL, without version, qualifiers and subpath.
fn purl_path(text: &str) -> Option<(String, Vec<String>)> {
    let path = text.split(['?', '#']).next().unwrap_or_default();
    let (kind, path) = path.strip_prefix("pkg:")?.split_once('/')?;
    let mut path: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    // A version comes after the name; an `@` in a name is written as %40.
    if let Some(name) = path.last_mut() {
        *name = name.split('@').next().unwrap_or_default();
    }
    let path: Vec<String> = path.into_iter().map(purl::decode).collect::<Option<_>>()?;
    let named = path.last().is_some_and(|name| !name.is_empty());
    (named && !kind.is_empty()).then(|| (kind.to_ascii_lowercase(), path))
}

fn made_up(ecosystem: &str, name: &str) -> Option<(String, Vec<String>)> {
    let (_, kind) = PURL_TYPES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(ecosystem))?;
    let (kind, distribution) = kind.split_once('/').unwrap_or((*kind, ""));
    let name = match kind {
        "maven" => name.replace(':', "/"),
        "apk" | "deb" => name.to_lowercase(),
        _ => name.to_owned(),
    };
    let segments = distribution.split('/').chain(name.split('/'));
    let path: Vec<String> = segments
        .filter(|segment| !segment.is_empty())
        .map(str::to_owned)
        .collect();
    (!name.trim_matches('/').is_empty()).then(|| (kind.to_owned(), path))
}

/// Adds what a part says in versions that are understood.
fn understood(package: &mut AffectedPackage, part: &Affected, place: &str, skipped: &mut Vec<Skipped>) {
    let mut versions = package.versions.take().unwrap_or_default();
    for (position, range) in part.ranges.iter().enumerate() {
        match range_set(range) {
            Ok(set) => versions = versions.union(&set),
            Err(reason) => skipped.push(Skipped {
                pointer: format!("{place}/ranges/{position}"),
                reason,
            }),
        }
    }
    for (position, stated) in part.versions.iter().enumerate() {
        match version::parse(stated) {
            Ok(version) => versions = versions.union(&point(&order_key(&version))),
            Err(fault) => skipped.push(Skipped {
                pointer: format!("{place}/versions/{position}"),
                reason: fault.message,
            }),
        }
    }
    package.versions = Some(versions);
    let fixed = part
        .ranges
        .iter()
        .filter(|range| range.r#type == "ECOSYSTEM")
        .flat_map(|range| &range.events)
        .filter_map(|event| version::parse(event.fixed.as_deref()?).ok());
    let mut fixed: Vec<_> = fixed
        .chain(
            package
                .fixed_in
                .iter()
                .filter_map(|text| version::parse(text).ok()),
        )
        .collect();
    fixed.sort();
    fixed.dedup();
    package.fixed_in = fixed.iter().map(ToString::to_string).collect();
}

/// Adds what a part says in versions that are not understood, word for word.
fn as_stated(package: &mut AffectedPackage, part: &Affected, place: &str, skipped: &mut Vec<Skipped>) {
    for (position, range) in part.ranges.iter().enumerate() {
        if range.r#type == "GIT" {
            skipped.push(Skipped {
                pointer: format!("{place}/ranges/{position}"),
                reason: COMMITS.to_owned(),
            });
            continue;
        }
        for event in &range.events {
            let stated = [
                ("introduced", &event.introduced),
                ("fixed", &event.fixed),
                ("last_affected", &event.last_affected),
                ("limit", &event.limit),
            ];
            let stated = stated
                .into_iter()
                .filter_map(|(name, version)| Some(format!("{name} {}", version.as_deref()?)));
            add_new(&mut package.events, stated);
            add_new(&mut package.fixed_in, event.fixed.iter().cloned());
        }
    }
}

const COMMITS: &str = "a range of commits says nothing of releases";

/// Where the state of being affected changes on the line of versions.
struct Change {
    at: String,
    affected: bool,
}

/// The versions of one range; why it cannot be used where one of its events cannot: with a hole it would claim too much
/// or too little.
fn range_set(range: &Range) -> Result<VersionSet, String> {
    match range.r#type.as_str() {
        "ECOSYSTEM" => {}
        "GIT" => return Err(COMMITS.to_owned()),
        other => return Err(format!("ranges of type `{other}` are not of this ecosystem")),
    }
    let mut changes = Vec::new();
    let mut limits = Vec::new();
    for event in &range.events {
        read_event(event, &mut changes, &mut limits)?;
    }
    // Where two events name one version the later one of the record holds.
    changes.sort_by(|left, right| left.at.cmp(&right.at));
    let (mut intervals, mut since) = (Vec::new(), None);
    for change in changes {
        match (change.affected, since.take()) {
            (true, None) => since = Some(change.at),
            (true, open) => since = open,
            (false, Some(from)) => intervals.push(Interval {
                from,
                until: change.at,
            }),
            (false, None) => {}
        }
    }
    intervals.extend(since.map(|from| Interval {
        from,
        until: MAX_ORDER.to_owned(),
    }));
    let set = VersionSet::from_intervals(intervals);
    let Some(limit) = limits.into_iter().max() else {
        return Ok(set);
    };
    Ok(set.intersection(&VersionSet::from_intervals([Interval {
        from: String::new(),
        until: limit,
    }])))
}

fn read_event(event: &Event, changes: &mut Vec<Change>, limits: &mut Vec<String>) -> Result<(), String> {
    let order = |text: &String| {
        version::parse(text)
            .map(|version| order_key(&version))
            .map_err(|fault| fault.message)
    };
    if let Some(text) = &event.introduced {
        let at = if text == "0" { String::new() } else { order(text)? };
        changes.push(Change { at, affected: true });
    }
    if let Some(text) = &event.fixed {
        changes.push(Change {
            at: order(text)?,
            affected: false,
        });
    }
    if let Some(text) = &event.last_affected {
        changes.push(Change {
            at: after(&order(text)?),
            affected: false,
        });
    }
    if let Some(text) = &event.limit {
        limits.push(if text == "*" {
            MAX_ORDER.to_owned()
        } else {
            order(text)?
        });
    }
    Ok(())
}

fn add_new(list: &mut Vec<String>, items: impl Iterator<Item = String>) {
    for item in items {
        if !list.contains(&item) {
            list.push(item);
        }
    }
}
