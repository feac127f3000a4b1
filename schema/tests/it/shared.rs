//! The recorded data shared between projects, read in place; absent on most machines.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use serde_json::Value;

/// The folder, or `None` after saying that the test is skipped.
pub(crate) fn folder() -> Option<PathBuf> {
    let path = std::env::var_os("THOTH_SHARED_DATA")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"));
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("skipped: the recorded data is not at {}", path.display());
    None
}

pub(crate) fn json(path: &str) -> Option<Value> {
    let text = std::fs::read_to_string(folder()?.join(path)).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

pub(crate) fn lines(path: &str) -> Option<impl Iterator<Item = String> + use<>> {
    let file = std::fs::File::open(folder()?.join(path)).unwrap();
    Some(
        BufReader::new(zstd::Decoder::new(file).unwrap())
            .lines()
            .map(Result::unwrap),
    )
}

/// The vectors of `packaging`.
pub(crate) fn vectors() -> Option<Value> {
    json("cases/pep440-508.json")
}

pub(crate) fn strings(value: &Value) -> Vec<String> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item.as_str().unwrap().to_owned())
        .collect()
}

/// Every distinct version, requirement and specifier of Python in the recorded releases.
pub(crate) struct Corpus {
    pub(crate) versions: Vec<String>,
    pub(crate) requirements: Vec<String>,
    pub(crate) requires_python: Vec<String>,
}

pub(crate) fn corpus() -> Option<Corpus> {
    let mut versions = std::collections::BTreeSet::new();
    let mut requirements = std::collections::BTreeSet::new();
    let mut requires_python = std::collections::BTreeSet::new();
    for file in ["pypi/registry.jsonl.zst", "pypi/corpus.jsonl.zst"] {
        for line in lines(file)? {
            let record: Value = serde_json::from_str(&line).unwrap();
            versions.insert(record["version"].as_str().unwrap().to_owned());
            let wanted = record["requires_dist"].as_array().into_iter().flatten();
            requirements.extend(wanted.map(|text| text.as_str().unwrap().to_owned()));
            requires_python.extend(record["requires_python"].as_str().map(str::to_owned));
            for artifact in record["artifacts"].as_array().unwrap() {
                requires_python.extend(artifact["requires_python"].as_str().map(str::to_owned));
            }
        }
    }
    Some(Corpus {
        versions: versions.into_iter().collect(),
        requirements: requirements.into_iter().collect(),
        requires_python: requires_python.into_iter().collect(),
    })
}
