//! What a solver sees of one release that it installed, without the run around it.

use serde_json::{Map, Value};

use super::parts;
use crate::document::Parts;
use crate::error::Fault;
use crate::json::{unknown_keys, violation};
use crate::legacy::tree::{solved_release, text};
use crate::release::Release;

/// A release in the tree of a solver document, on its own.
pub(crate) fn read_tree_item(value: &Value) -> Result<Parts, Fault> {
    let release = installed(value, ["/package_name", "/package_version"])?;
    let produced_at = release.upload_time.clone();
    Ok(parts(
        "solver tree item",
        "thoth-solver",
        produced_at,
        vec![release],
    ))
}

/// What `importlib.metadata` knows of an installed distribution.
pub(crate) fn read_distribution(value: &Value) -> Result<Parts, Fault> {
    const KEYS: &[&str] = &["entry_points", "files", "metadata", "requires", "version"];
    let none = Map::new();
    let headers = value.get("metadata").and_then(Value::as_object).unwrap_or(&none);
    let mut item = Map::new();
    for (key, header) in [("package_name", "Name"), ("package_version", "Version")] {
        let stated = text(headers, &[header])
            .ok_or_else(|| violation("a text is missing", &format!("/metadata/{header}")))?;
        item.insert(key.to_owned(), Value::String(stated));
    }
    for (key, is_right) in [
        ("requires", Value::is_array as fn(&Value) -> bool),
        ("version", Value::is_string),
    ] {
        if value
            .get(key)
            .is_some_and(|stated| !stated.is_null() && !is_right(stated))
        {
            return Err(violation(
                format!("`{key}` is of a wrong type"),
                &format!("/{key}"),
            ));
        }
    }
    item.insert("importlib_metadata".to_owned(), value.clone());
    let mut release = installed(&Value::Object(item), ["/metadata/Name", "/metadata/Version"])?;
    release.metadata_source = Some("importlib-metadata".to_owned());
    release.unknown_keys = unknown_keys(value, KEYS);
    Ok(parts(
        "importlib-metadata",
        "importlib-metadata",
        None,
        vec![release],
    ))
}

/// The release of a tree item. It was installed, so nothing is known of whether it is yanked.
fn installed(item: &Value, places: [&str; 2]) -> Result<Release, Fault> {
    let mut skipped = Vec::new();
    let solved = solved_release(item, "", &mut skipped).map_err(|unusable| {
        let nameless = item
            .get("package_name")
            .and_then(Value::as_str)
            .is_none_or(|name| crate::name::package(name).is_err());
        violation(unusable.reason, places[usize::from(!nameless)])
    })?;
    Ok(Release {
        yank_unknown: item.get("is_yanked").is_none(),
        file_hashes: solved.sha256,
        modules: solved.packages.unwrap_or_default(),
        skipped,
        ..solved.release
    })
}
