//! What a project wants, as Pipenv has it (`Pipfile` as JSON), in the words of PEP 508.

use serde_json::{Map, Value};

use crate::json::{pointer, sorted};
use crate::legacy::tree::{list, text};
use crate::requirement::Requirement;
use crate::solver::Skipped;

/// Marker variables that a Pipfile may give an entry as keys of their own.
const MARKER_KEYS: &[&str] = &[
    "os_name",
    "sys_platform",
    "platform_machine",
    "platform_python_implementation",
    "platform_system",
    "python_version",
    "python_full_version",
    "implementation_name",
];

/// The requirements of one section (`packages`, `dev-packages`); what cannot be said as a requirement is added to `skipped`.
/// From which of several sources an entry wants its package has no words in PEP 508 and stays in the document.
pub(crate) fn requirements(
    pipfile: &Map<String, Value>,
    section: &str,
    base: &str,
    skipped: &mut Vec<Skipped>,
) -> Vec<String> {
    let mut wanted = Vec::new();
    let stated = pipfile.get(section).and_then(Value::as_object);
    for (name, stated) in stated.map(sorted).unwrap_or_default() {
        match requirement(name, stated) {
            Ok(text) => wanted.push(text),
            Err(reason) => skipped.push(Skipped {
                pointer: format!("{base}{}", pointer(&[section, name])),
                reason,
            }),
        }
    }
    wanted
}

/// URLs of the sources, in their order.
pub(crate) fn sources(pipfile: &Map<String, Value>) -> Vec<String> {
    let sources = list(pipfile, "source").into_iter().flatten();
    sources
        .filter_map(|source| text(source.as_object()?, &["url"]))
        .collect()
}

fn requirement(name: &str, stated: &Value) -> Result<String, String> {
    let none = Map::new();
    let (stated, specifier) = match stated {
        Value::String(specifier) => (&none, Some(specifier.clone())),
        Value::Object(stated) => (stated, text(stated, &["version"])),
        _ => return Err(format!("`{name}` is neither a specifier nor an object")),
    };
    let foreign = |key: &&&str| stated.contains_key(**key);
    if let Some(foreign) = ["git", "hg", "svn", "bzr", "path", "file"].iter().find(foreign) {
        return Err(format!("`{name}` comes from `{foreign}`, not from an index"));
    }
    let mut written = name.to_owned();
    let extras: Vec<&str> = list(stated, "extras")
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if !extras.is_empty() {
        written.push_str(&format!("[{}]", extras.join(",")));
    }
    written.push_str(
        specifier
            .as_deref()
            .map(str::trim)
            .filter(|text| *text != "*")
            .unwrap_or_default(),
    );
    let markers: Vec<String> = markers(stated);
    if !markers.is_empty() {
        written.push_str("; ");
        written.push_str(&markers.join(" and "));
    }
    Requirement::parse(&written)
        .map(|_| written)
        .map_err(|fault| fault.to_string())
}

fn markers(stated: &Map<String, Value>) -> Vec<String> {
    let mut markers: Vec<String> = MARKER_KEYS
        .iter()
        .filter_map(|key| Some(format!("{key} {}", text(stated, &[key])?)))
        .collect();
    if let Some(marker) = text(stated, &["markers"]) {
        markers.push(if markers.is_empty() {
            marker
        } else {
            format!("({marker})")
        });
    }
    markers
}
