//! One release in the tree of a solver document of the predecessor.

use serde_json::{Map, Value};

use crate::release::{Release, is_sha256};
use crate::requirement::Requirement;
use crate::solver::{Skipped, SolvedRelease};

/// What the predecessor's metadata says where it knows nothing.
const UNKNOWN: &str = "UNKNOWN";

const ITEM_KEYS: &[&str] = &[
    "dependencies",
    "importlib_metadata",
    "index",
    "index_url",
    "is_yanked",
    "package",
    "package_license",
    "package_name",
    "package_version",
    "package_version_requested",
    "packages",
    "sha256",
    "upload_time",
    "version",
    "yanked_reason",
];

/// The first of these keys that holds a text.
pub(crate) fn text(object: &Map<String, Value>, keys: &[&str]) -> Option<String> {
    keys.iter()
        .find_map(|key| object.get(*key)?.as_str())
        .map(str::to_owned)
        .filter(|text| !text.trim().is_empty())
}

pub(crate) fn integer(object: &Map<String, Value>, key: &str) -> Option<i64> {
    object.get(key)?.as_i64()
}

pub(crate) fn list<'value>(object: &'value Map<String, Value>, key: &str) -> Option<&'value Vec<Value>> {
    object.get(key)?.as_array()
}

fn texts(items: &[Value]) -> Vec<String> {
    items
        .iter()
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

/// Reads one item of `/result/tree`; what of it cannot be used is added to `skipped`.
pub(crate) fn solved_release(
    item: &Value,
    pointer: &str,
    skipped: &mut Vec<Skipped>,
) -> Result<SolvedRelease, Skipped> {
    let skip = |reason: String| Skipped {
        pointer: pointer.to_owned(),
        reason,
    };
    let item = item
        .as_object()
        .ok_or_else(|| skip("the entry is not an object".to_owned()))?;
    let name = text(item, &["package_name", "package"])
        .ok_or_else(|| skip("the entry does not name a package".to_owned()))?;
    let version = text(item, &["package_version", "version"])
        .ok_or_else(|| skip(format!("the entry does not say which version of {name}")))?;
    let name = crate::name::package(&name).map_err(|fault| skip(fault.message))?;
    let version = crate::version::parse(&version).map_err(|fault| skip(fault.message))?;

    let mut release = Release::named(name, version);
    release.index = text(item, &["index_url", "index"]);
    release.upload_time = text(item, &["upload_time"]).and_then(|time| crate::time::normalise(&time));
    release.yanked = item.get("is_yanked").and_then(Value::as_bool).unwrap_or(false);
    release.yanked_reason = text(item, &["yanked_reason"]);
    release.metadata_source = Some("solver".to_owned());
    release.unknown_keys = item
        .keys()
        .filter(|key| !ITEM_KEYS.contains(&key.as_str()))
        .count();
    let distribution = item.get("importlib_metadata").and_then(Value::as_object);
    let headers = distribution
        .and_then(|found| found.get("metadata"))
        .and_then(Value::as_object);
    if let Some(headers) = headers {
        read_headers(headers, &mut release);
    }
    release.requires_dist = requirements(item, distribution, headers, pointer, skipped);

    let mut sha256: Vec<String> = list(item, "sha256")
        .map(|hashes| texts(hashes))
        .unwrap_or_default()
        .iter()
        .map(|stated| hash(stated))
        .collect();
    let stated = sha256.len();
    sha256.retain(|hash| is_sha256(hash));
    if sha256.len() < stated {
        skipped.push(Skipped {
            pointer: format!("{pointer}/sha256"),
            reason: format!(
                "{} of {stated} hashes are not 64 hexadecimal digits",
                stated - sha256.len()
            ),
        });
    }
    sha256.sort();
    sha256.dedup();
    Ok(SolvedRelease {
        release,
        sha256,
        requested_version: text(item, &["package_version_requested"]),
        packages: list(item, "packages").map(|packages| texts(packages)),
        license_identifier: license_identifier(item),
    })
}

fn hash(stated: &str) -> String {
    stated
        .strip_prefix("sha256:")
        .unwrap_or(stated)
        .to_ascii_lowercase()
}

fn known(value: Option<String>) -> Option<String> {
    value.filter(|text| text.trim() != UNKNOWN)
}

fn read_headers(headers: &Map<String, Value>, release: &mut Release) {
    let several = |key: &str| match headers.get(key) {
        Some(Value::Array(items)) => texts(items),
        // A header that may be given several times was a plain text where it was given once.
        Some(Value::String(one)) => vec![one.clone()],
        _ => Vec::new(),
    };
    release.requires_python = known(text(headers, &["Requires-Python"]));
    release.provides_extra = several("Provides-Extra");
    release.summary = known(text(headers, &["Summary"]));
    release.license = known(text(headers, &["License"]));
    release.classifiers = several("Classifier")
        .into_iter()
        .filter(|line| line != UNKNOWN)
        .collect();
    release.metadata_version = text(headers, &["Metadata-Version"]);
}

/// SPDX identifier, else the name, of the licence the solver recognised.
fn license_identifier(item: &Map<String, Value>) -> Option<String> {
    let license = item
        .get("package_license")?
        .as_object()?
        .get("license")?
        .as_object()?;
    known(text(license, &["identifier_spdx", "identifier", "full_name"])).filter(|name| name != "UNDETECTED")
}

/// The requirements as published where the document holds them, else put together from its dependencies.
fn requirements(
    item: &Map<String, Value>,
    distribution: Option<&Map<String, Value>>,
    headers: Option<&Map<String, Value>>,
    pointer: &str,
    skipped: &mut Vec<Skipped>,
) -> Option<Vec<String>> {
    // A header that stands several times was kept once by early solvers: the longer of the two lists is whole.
    let raw = [(distribution, "requires"), (headers, "Requires-Dist")]
        .into_iter()
        .filter_map(|(object, key)| list(object?, key))
        .map(|items| texts(items))
        .filter(|items| !items.is_empty())
        .max_by_key(Vec::len);
    if raw.is_some() {
        return raw;
    }
    let dependencies = match list(item, "dependencies") {
        Some(dependencies) => dependencies,
        // The metadata of an installed distribution lists all it requires: nothing listed is nothing required.
        None => return headers.map(|_| Vec::new()),
    };
    let mut rebuilt = Vec::with_capacity(dependencies.len());
    for (position, dependency) in dependencies.iter().enumerate() {
        match requirement_text(dependency) {
            Ok(text) => rebuilt.push(text),
            Err(reason) => {
                skipped.push(Skipped {
                    pointer: format!("{pointer}/dependencies/{position}"),
                    reason,
                });
                // A list with a hole would claim too little.
                return None;
            }
        }
    }
    Some(rebuilt)
}

/// `name[extras]specifier; marker` of one dependency.
fn requirement_text(dependency: &Value) -> Result<String, String> {
    let dependency = dependency.as_object().ok_or("the dependency is not an object")?;
    let mut requirement = text(
        dependency,
        &["package_name", "package", "normalized_package_name"],
    )
    .ok_or("the dependency does not name a package")?;
    let extras = list(dependency, "extras")
        .map(|extras| texts(extras))
        .unwrap_or_default();
    if !extras.is_empty() {
        requirement.push_str(&format!("[{}]", extras.join(",")));
    }
    if let Some(specifier) = text(dependency, &["specifier", "required_version", "version_spec"]) {
        requirement.push_str(&specifier_text(specifier.trim()));
    }
    if let Some(marker) = marker_text(dependency) {
        requirement.push_str("; ");
        requirement.push_str(&marker);
    }
    Requirement::parse(&requirement)
        .map(|_| requirement)
        .map_err(|fault| fault.to_string())
}

/// Early documents wrote `Any` or `*` for every version.
fn specifier_text(specifier: &str) -> String {
    match specifier {
        "*" | "Any" | "any" => String::new(),
        specifier => specifier.to_owned(),
    }
}

/// The marker as stated; where only the extras that activate the requirement are, a marker of those.
fn marker_text(dependency: &Map<String, Value>) -> Option<String> {
    if let Some(marker) = text(dependency, &["marker"]) {
        return Some(marker);
    }
    let extras = list(dependency, "extra")
        .map(|extras| texts(extras))
        .unwrap_or_default();
    let alternatives: Vec<String> = extras
        .iter()
        .map(|extra| format!("extra == \"{extra}\""))
        .collect();
    (!alternatives.is_empty()).then(|| alternatives.join(" or "))
}
