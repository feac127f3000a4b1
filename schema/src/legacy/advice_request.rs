//! What an adviser of the predecessor was asked.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::advice::{AdviceEnvironment, AdvicePin, AdviceRequest};
use crate::error::Fault;
use crate::json::{sorted, violation};
use crate::legacy::pipfile;
use crate::legacy::pipfile_lock::{self, PinnedEntry, PipfileLock};
use crate::legacy::tree::{integer, list, text};
use crate::solver::Skipped;

/// Parameters that are kept by name only.
const FURTHER: &[&str] = &[
    "beam_width",
    "dev",
    "limit_latest_versions",
    "pipeline",
    "predictor_config",
    "requirements_format",
    "user_stack_scoring",
];

/// Reads the request: from `parameters.project`, in older documents from `input`.
pub(crate) fn request(
    metadata: &Map<String, Value>,
    result: &Map<String, Value>,
    skipped: &mut Vec<Skipped>,
) -> Result<AdviceRequest, Fault> {
    let none = Map::new();
    let parameters = match result.get("parameters") {
        None | Some(Value::Null) => &none,
        Some(Value::Object(parameters)) => parameters,
        Some(_) => return Err(violation("`parameters` must be an object", "/result/parameters")),
    };
    let (project, place) = match (object(parameters, "project"), object(result, "input")) {
        (Some(project), _) => (project, "/result/parameters/project"),
        (None, Some(input)) => (input, "/result/input"),
        (None, None) => (&none, ""),
    };
    let environment =
        object(project, "runtime_environment").or_else(|| object(parameters, "runtime_environment"));
    let asker = metadata
        .get("arguments")
        .and_then(|arguments| arguments.get("thoth-adviser")?.get("metadata")?.as_object());
    let further = FURTHER
        .iter()
        .filter_map(|key| Some(((*key).to_owned(), plain(parameters.get(*key)?)?)));
    let mut request = AdviceRequest {
        environment: environment.map(runtime_environment),
        recommendation_type: text(parameters, &["recommendation_type"]).map(|name| name.to_lowercase()),
        predictor: text(parameters, &["predictor"]),
        seed: integer(parameters, "seed"),
        count: integer(parameters, "count"),
        limit: integer(parameters, "limit"),
        labels: plain_entries(object(parameters, "labels")),
        library_usage: library_usage(parameters),
        parameters: further.collect(),
        origin: asker.and_then(|asker| text(asker, &["origin"])),
        source_type: asker.and_then(|asker| text(asker, &["source_type"])),
        ..AdviceRequest::default()
    };
    read_project(project, place, &mut request, skipped);
    Ok(request)
}

fn read_project(
    project: &Map<String, Value>,
    place: &str,
    request: &mut AdviceRequest,
    skipped: &mut Vec<Skipped>,
) {
    let at = format!("{place}/requirements");
    match project.get("requirements") {
        None | Some(Value::Null) => {}
        Some(Value::Object(pipfile)) => {
            request.requirements = pipfile::requirements(pipfile, "packages", &at, skipped);
            request.develop_requirements = pipfile::requirements(pipfile, "dev-packages", &at, skipped);
            request.indexes = pipfile::sources(pipfile);
        }
        Some(_) => skipped.push(Skipped {
            pointer: at,
            reason: "the requirements are not a Pipfile as an object".to_owned(),
        }),
    }
    let constraints = list(project, "constraints").into_iter().flatten().enumerate();
    for (position, constraint) in constraints {
        match constraint.as_str() {
            Some(constraint) => request.constraints.push(constraint.to_owned()),
            None => skipped.push(Skipped {
                pointer: format!("{place}/constraints/{position}"),
                reason: "the constraint is not a text".to_owned(),
            }),
        }
    }
    let lock = project.get("requirements_locked").filter(|lock| !lock.is_null());
    match lock.map(|lock| pipfile_lock::read(lock, &format!("{place}/requirements_locked"))) {
        Some(Ok(lock)) => request.lock = Some(pins(lock)),
        Some(Err(unusable)) => skipped.push(unusable),
        None => {}
    }
}

/// The entries of a lock, those for development last.
pub(crate) fn pins(lock: PipfileLock) -> Vec<AdvicePin> {
    let pin = |entry: PinnedEntry, develop: bool| AdvicePin {
        name: entry.name,
        version: entry.version,
        index: entry.index,
        extras: entry.extras,
        hashes: entry.hashes,
        score: None,
        reasons: Vec::new(),
        marker: entry.marker,
        develop,
    };
    let develop = lock.develop.into_iter().map(|entry| pin(entry, true));
    let default = lock.pins.into_iter().map(|entry| pin(entry, false));
    default.chain(develop).collect()
}

fn runtime_environment(stated: &Map<String, Value>) -> AdviceEnvironment {
    let system = object(stated, "operating_system");
    let of_system = |key: &str| system.and_then(|system| plain(system.get(key)?));
    let software = ["cuda", "cudnn", "mkl", "openblas", "openmpi"];
    let software = software
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), plain(stated.get(&format!("{name}_version"))?)?)));
    let hardware = [
        ("cpu_family", "cpuFamily"),
        ("cpu_model", "cpuModel"),
        ("gpu_model", "gpuModel"),
    ];
    let of_hardware = object(stated, "hardware");
    let hardware = hardware
        .into_iter()
        .filter_map(|(key, name)| Some((name.to_owned(), plain(of_hardware?.get(key)?)?)));
    AdviceEnvironment {
        name: text(stated, &["name"]),
        os_name: of_system("name"),
        os_version: of_system("version"),
        python_version: text(stated, &["python_version"]),
        platform: text(stated, &["platform"]),
        base_image: text(stated, &["base_image"]),
        variables: BTreeMap::new(),
        software: software.collect(),
        hardware: hardware.collect(),
    }
}

/// `{"report": {library: [symbol]}}` as one list of symbols.
fn library_usage(parameters: &Map<String, Value>) -> Vec<String> {
    let report =
        object(parameters, "library_usage").and_then(|usage| object(usage, "report").or(Some(usage)));
    let symbols = report.map(sorted).unwrap_or_default().into_iter();
    let symbols = symbols.filter_map(|(_, symbols)| symbols.as_array()).flatten();
    symbols
        .filter_map(|symbol| symbol.as_str().map(str::to_owned))
        .collect()
}

fn object<'value>(parent: &'value Map<String, Value>, key: &str) -> Option<&'value Map<String, Value>> {
    parent.get(key)?.as_object()
}

/// A value as text: a text as it is, a number, a truth value or anything with content as JSON.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Object(entries) if entries.is_empty() => None,
        other => Some(other.to_string()),
    }
}

fn plain_entries(entries: Option<&Map<String, Value>>) -> BTreeMap<String, String> {
    let entries = entries.into_iter().flatten();
    entries
        .filter_map(|(key, value)| Some((key.clone(), plain(value)?)))
        .collect()
}
