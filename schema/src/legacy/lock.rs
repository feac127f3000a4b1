//! The locked half of a Pipfile, as JSON: the stack that an inspection was built from.

use std::collections::BTreeMap;

use crate::error::Fault;
use crate::inspection::Pin;
use crate::legacy::cursor::Cursor;
use crate::solver::Skipped;

/// The releases of the default section. Development packages are not installed in an inspection, so they are not of the
/// stack. A package names its index by a source of `_meta`; where there is one source, it is that one for all.
///
/// A stack of which one release cannot be told is not a known stack: then there is none, and `skipped` says why.
pub(crate) fn pins(lock: &Cursor<'_>, skipped: &mut Vec<Skipped>) -> Result<Option<Vec<Pin>>, Fault> {
    let Some(packages) = lock.object("default")? else {
        return Ok(None);
    };
    let sources = sources(lock)?;
    let mut pins = Vec::new();
    let before = skipped.len();
    for (name, _) in packages.entries() {
        let Some(entry) = packages.object(name)? else {
            continue;
        };
        match pin(name, &entry, &sources)? {
            Ok(pin) => pins.push(pin),
            Err(reason) => skipped.push(Skipped {
                pointer: packages.place(name),
                reason,
            }),
        }
    }
    if skipped.len() > before {
        let left_out = skipped.len() - before;
        skipped.push(Skipped {
            pointer: lock.place("default"),
            reason: format!("the stack is not stated, because {left_out} of its releases cannot be told"),
        });
        return Ok(None);
    }
    Ok(Some(pins))
}

fn sources(lock: &Cursor<'_>) -> Result<BTreeMap<String, String>, Fault> {
    let mut sources = BTreeMap::new();
    let Some(meta) = lock.object("_meta")? else {
        return Ok(sources);
    };
    for source in meta.objects("sources")? {
        if let (Some(name), Some(url)) = (source.text("name")?, source.text("url")?) {
            sources.insert(name, url);
        }
    }
    Ok(sources)
}

fn pin(
    name: &str,
    entry: &Cursor<'_>,
    sources: &BTreeMap<String, String>,
) -> Result<Result<Pin, String>, Fault> {
    let Some(stated) = entry.text("version")? else {
        return Ok(Err(format!("{name} is pinned to no version of an index")));
    };
    let exact = stated.strip_prefix("===").or_else(|| stated.strip_prefix("=="));
    let Some(exact) = exact else {
        return Ok(Err(format!("`{stated}` is not one version")));
    };
    let index = match entry.text("index")? {
        Some(named) => match sources.get(&named) {
            Some(url) => Some(url.clone()),
            None => return Ok(Err(format!("the index `{named}` is not among the sources"))),
        },
        None if sources.len() == 1 => sources.values().next().cloned(),
        None => None,
    };
    let read = crate::name::package(name).and_then(|name| Ok((name, crate::version::parse(exact)?)));
    Ok(match read {
        Ok((name, version)) => Ok(Pin { name, version, index }),
        Err(fault) => Err(fault.message),
    })
}
