//! `should_include`: for which requests a unit counts.

use std::str::FromStr;

use serde_json::Value;
use thoth_schema::name;
use thoth_schema::rules::RuleKind;
use thoth_schema::versions::VersionSet;

use super::FindingKind;
use super::at::{At, Findings};
use super::pattern::{satisfiable, specifiers};
use crate::model::RecommendationType;
use crate::rules::context::RpmPackage;
use crate::rules::include::{
    Choice, Dependency, Hardware, Include, Location, Place, PythonPattern, Software, Symbol, Versions,
};

const KEYS: &[&str] = &[
    "times",
    "adviser_pipeline",
    "dependency_monkey_pipeline",
    "recommendation_types",
    "decision_types",
    "authenticated",
    "labels",
    "library_usage",
    "dependencies",
    "runtime_environments",
];

pub(super) fn read(at: At<'_>, namespace: &str, findings: &mut Findings) -> Include {
    let Some(stated) = at.mapping(KEYS, findings) else {
        return Include::default();
    };
    let times_at = at.key("times");
    let times = match times_at.value {
        Value::Null => None,
        Value::Number(number) if matches!(number.as_u64(), Some(0 | 1)) => number.as_u64(),
        _ => {
            times_at.invalid(findings, "must be 0 or 1");
            None
        }
    };
    let adviser = at.key("adviser_pipeline").truth(findings);
    let monkey = at.key("dependency_monkey_pipeline").truth(findings);
    decision_types(&at.key("decision_types"), findings);
    let authenticated = at.key("authenticated").truth(findings);
    let labels_at = at.key("labels");
    let labels = labels(&labels_at, findings);
    let usage_at = at.key("library_usage");
    let library_usage = library_usage(&usage_at, findings);
    for (key, is_empty) in [
        ("labels", labels.is_empty()),
        ("library_usage", library_usage.is_empty()),
    ] {
        if stated.contains_key(key) && !at.key(key).is_null() && is_empty {
            at.key(key).invalid(findings, "names nothing");
        }
    }
    Include {
        // What names no pipeline is meant for advice; what names another one alone is not.
        off: times == Some(0) || adviser == Some(false) || (adviser.is_none() && monkey == Some(true)),
        recommendation_types: recommendation_types(&at.key("recommendation_types"), findings),
        authenticated,
        labels,
        library_usage,
        dependencies: dependencies(&at.key("dependencies"), namespace, findings),
        runtime: place(&at.key("runtime_environments"), findings),
    }
}

/// A list, or `{not: list}`, of what `item` reads.
fn choice<'a, T>(
    at: &'a At<'a>,
    findings: &mut Findings,
    mut item: impl FnMut(&At<'_>, &mut Findings) -> Option<T>,
) -> Option<Choice<T>> {
    if at.is_null() {
        return None;
    }
    let mut read = |at: &At<'_>, findings: &mut Findings| -> Vec<T> {
        at.list(findings)
            .iter()
            .filter_map(|one| item(one, findings))
            .collect()
    };
    if at.value.is_object() {
        at.mapping(&["not"], findings);
        return Some(Choice::Except(read(&at.key("not"), findings)));
    }
    Some(Choice::Among(read(at, findings)))
}

/// A text or number, or nothing at all.
fn nullable(at: &At<'_>, findings: &mut Findings) -> Option<Option<String>> {
    if at.is_null() {
        return Some(None);
    }
    at.scalar(findings).map(Some)
}

fn recommendation_types<'a>(at: &'a At<'a>, findings: &mut Findings) -> Option<Choice<RecommendationType>> {
    choice(at, findings, |item, findings| {
        let text = item.wanted_text(findings)?;
        match RecommendationType::from_str(text) {
            Ok(kind) => Some(kind),
            Err(fault) => {
                item.invalid(findings, fault.message);
                None
            }
        }
    })
}

/// They are of dependency monkey, and asked of no advice.
fn decision_types<'a>(at: &'a At<'a>, findings: &mut Findings) {
    choice(at, findings, |item, findings| {
        let text = item.wanted_text(findings)?;
        if !matches!(text, "all" | "random") {
            item.invalid(findings, format!("`{text}` is not all or random"));
        }
        Some(())
    });
}

fn labels<'a>(at: &'a At<'a>, findings: &mut Findings) -> Vec<(String, String)> {
    let Value::Object(entries) = at.value else {
        if !at.is_null() {
            at.invalid(findings, "must be a mapping");
        }
        return Vec::new();
    };
    let pair = |key: &String| Some((key.clone(), at.key_text(key, findings)?));
    entries.keys().filter_map(pair).collect()
}

impl<'a> At<'a> {
    fn key_text(&'a self, key: &str, findings: &mut Findings) -> Option<String> {
        match self.value.get(key) {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Bool(truth)) => Some(truth.to_string()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => {
                self.invalid(findings, format!("`{key}` must be a text"));
                None
            }
        }
    }
}

fn library_usage<'a>(at: &'a At<'a>, findings: &mut Findings) -> Vec<Symbol> {
    let Value::Object(entries) = at.value else {
        if !at.is_null() {
            at.invalid(findings, "must be a mapping from libraries to symbols");
        }
        return Vec::new();
    };
    let mut symbols = Vec::new();
    for library in entries.keys() {
        let list_at = at.key(library);
        for item in &list_at.list(findings) {
            let Some(text) = item.wanted_text(findings) else {
                continue;
            };
            let (name, below) = match text.strip_suffix(".*") {
                Some(name) => (name, true),
                None => (text, false),
            };
            let rest = name.strip_prefix(library.as_str());
            if rest.is_none_or(|rest| !rest.is_empty() && !rest.starts_with('.')) {
                item.invalid(findings, format!("`{text}` is no symbol of `{library}`"));
            }
            symbols.push(Symbol {
                name: name.to_owned(),
                below,
            });
        }
    }
    symbols
}

fn dependencies<'a>(at: &'a At<'a>, namespace: &str, findings: &mut Findings) -> Vec<Dependency> {
    let kinds = RuleKind::ALL.map(RuleKind::as_str);
    if at.mapping(&kinds, findings).is_none() {
        return Vec::new();
    }
    let mut dependencies = Vec::new();
    for kind in RuleKind::ALL {
        let list_at = at.key(kind.as_str());
        for item in &list_at.list(findings) {
            let Some(text) = item.wanted_text(findings) else {
                continue;
            };
            let (namespace, name) = text.split_once('.').unwrap_or((namespace, text));
            dependencies.push(Dependency {
                kind,
                namespace: namespace.to_owned(),
                name: name.to_owned(),
            });
        }
    }
    dependencies
}

const SOFTWARE: [(&str, Software); 6] = [
    ("python_version", Software::Python),
    ("cuda_version", Software::Cuda),
    ("cudnn_version", Software::Cudnn),
    ("mkl_version", Software::Mkl),
    ("openblas_version", Software::Openblas),
    ("openmpi_version", Software::Openmpi),
];

fn place<'a>(at: &'a At<'a>, findings: &mut Findings) -> Place {
    let mut keys = vec![
        "operating_systems",
        "hardware",
        "platforms",
        "base_images",
        "abi",
        "rpm_packages",
        "python_packages",
    ];
    keys.extend(SOFTWARE.map(|(key, _)| key));
    if at.mapping(&keys, findings).is_none() {
        return Place::default();
    }
    let mut place = Place {
        platforms: choice(&at.key("platforms"), findings, nullable),
        base_images: choice(&at.key("base_images"), findings, nullable),
        symbols: choice(&at.key("abi"), findings, |item, findings| item.scalar(findings)),
        rpm_packages: choice(&at.key("rpm_packages"), findings, rpm),
        python_packages: choice(&at.key("python_packages"), findings, python),
        ..Place::default()
    };
    let systems_at = at.key("operating_systems");
    for item in &systems_at.list(findings) {
        item.mapping(&["name", "version"], findings);
        let name = item.key("name").text(findings).map(str::to_owned);
        place
            .operating_systems
            .push((name, item.key("version").scalar(findings)));
    }
    let hardware_at = at.key("hardware");
    for item in &hardware_at.list(findings) {
        place.hardware.push(hardware(item, findings));
    }
    for (key, software) in SOFTWARE.iter().filter(|(key, _)| at.has(key)) {
        if let Some(wanted) = versions(&at.key(key), *software, findings) {
            place.versions.push((*software, wanted));
        }
    }
    place
}

/// Null means that there must be none, as the format's documentation has it; its code took it for no condition.
fn versions(at: &At<'_>, software: Software, findings: &mut Findings) -> Option<Versions> {
    if at.is_null() {
        if software == Software::Python {
            findings.add(FindingKind::Never, at.pointer(), "there is always a Python");
        }
        return Some(Versions::Absent);
    }
    let specifiers = specifiers(at, findings)?;
    let patches = specifiers.iter().any(|one| one.version().release().len() > 2);
    let set = satisfiable(at, &specifiers, findings);
    Some(Versions::Within { set, patches })
}

fn hardware<'a>(at: &'a At<'a>, findings: &mut Findings) -> Hardware {
    at.mapping(
        &["cpu_families", "cpu_models", "gpu_models", "cpu_flags"],
        findings,
    );
    Hardware {
        cpu_families: choice(&at.key("cpu_families"), findings, nullable),
        cpu_models: choice(&at.key("cpu_models"), findings, nullable),
        gpu_models: choice(&at.key("gpu_models"), findings, nullable),
        cpu_flags: choice(&at.key("cpu_flags"), findings, |item, findings| {
            item.scalar(findings)
        }),
    }
}

fn rpm(at: &At<'_>, findings: &mut Findings) -> Option<RpmPackage> {
    const KEYS: &[&str] = &[
        "package_name",
        "arch",
        "epoch",
        "package_identifier",
        "package_version",
        "release",
        "src",
    ];
    at.mapping(KEYS, findings)?;
    let mut field = |key: &str| at.key(key).scalar(findings);
    let package = RpmPackage {
        version: field("package_version"),
        arch: field("arch"),
        epoch: field("epoch"),
        release: field("release"),
        identifier: field("package_identifier"),
        name: field("package_name").unwrap_or_default(),
        src: at.key("src").truth(findings),
    };
    if package.name.is_empty() {
        at.invalid(findings, "package_name is missing");
    }
    Some(package)
}

fn python(at: &At<'_>, findings: &mut Findings) -> Option<PythonPattern> {
    at.mapping(&["name", "version", "location"], findings)?;
    let name_at = at.key("name");
    let name = match name::package(name_at.wanted_text(findings)?) {
        Ok(name) => name.to_string(),
        Err(fault) => {
            name_at.invalid(findings, fault.message);
            return None;
        }
    };
    let version_at = at.key("version");
    let versions = match specifiers(&version_at, findings) {
        Some(specifiers) => satisfiable(&version_at, &specifiers, findings),
        None => VersionSet::all(),
    };
    let location_at = at.key("location");
    let location = location_at.text(findings).map(location);
    if let Some(location) = &location
        && location
            .text
            .contains(['*', '+', '?', '[', '(', '|', '\\', '^', '$'])
    {
        let message = "of regular expressions, a location knows ^ and $ at its ends and .* there";
        findings.add(FindingKind::NotApplicable, location_at.pointer(), message);
    }
    Some(PythonPattern {
        name,
        versions,
        location,
    })
}

/// A regular expression that says how a path begins or ends, as the format's are matched: from the start.
fn location(text: &str) -> Location {
    let text = text.strip_prefix('^').unwrap_or(text);
    let (text, from_start) = match text.strip_prefix(".*") {
        Some(rest) => (rest, false),
        None => (text, true),
    };
    let (text, to_end) = match text.strip_suffix('$') {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let (text, to_end) = match text.strip_suffix(".*") {
        Some(rest) => (rest, false),
        None => (text, to_end),
    };
    Location {
        text: text.to_owned(),
        from_start,
        to_end,
    }
}
