//! What a batch of documents says, as the rows of the write statements.
//!
//! Every group of a release's facts (requirements, metadata, yanked state) comes from its newest statement: the stamp
//! `producedAt#documentId` orders statements totally, so the graph does not depend on the order in which documents
//! arrive. Files of a release are the union of what was stated, the publication time the earliest stated.

use std::collections::{BTreeMap, BTreeSet};
use thoth_cypher::{Value, map};
use thoth_schema::document::{Document, Payload};
use thoth_schema::marker;
use thoth_schema::name;
use thoth_schema::purl::{self, DEFAULT_INDEX};
use thoth_schema::release::{Artifact, ArtifactKind, Release};
use thoth_schema::requirement::Requirement;
use thoth_schema::solver::SolverRun;
use thoth_schema::tags::ArtifactName;
use thoth_schema::version::{self, Version};
use thoth_schema::versions::{VersionSet, specifier_set};

/// The rows of one transaction, each table keyed and sorted by the key of the node it locks.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) documents: BTreeMap<String, Value>,
    pub(crate) packages: BTreeMap<String, Value>,
    pub(crate) indexes: BTreeMap<String, Value>,
    pub(crate) versions: BTreeMap<String, Value>,
    pub(crate) statements: BTreeSet<(String, String)>,
    pub(crate) published: BTreeMap<String, String>,
    pub(crate) yanks: BTreeMap<String, Stamped>,
    pub(crate) metadata: BTreeMap<String, Stamped>,
    pub(crate) requirements: BTreeMap<String, Stated>,
    pub(crate) artifacts: BTreeSet<(String, String)>,
    pub(crate) artifact_facts: BTreeMap<String, Stamped>,
    pub(crate) environments: BTreeMap<String, Value>,
    pub(crate) observations: BTreeMap<String, Value>,
    pub(crate) modules: BTreeSet<(String, String)>,
}

/// A row with the stamp of the statement it comes from.
#[derive(Debug)]
pub(crate) struct Stamped {
    pub(crate) stamp: String,
    pub(crate) row: Value,
}

/// A release's requirements as one document states them.
#[derive(Debug)]
pub(crate) struct Stated {
    pub(crate) stamp: String,
    pub(crate) head: Value,
    pub(crate) lines: Vec<Value>,
}

/// Orders statements: by time, then by the document. Sixteen digits of its id are enough to tell two documents apart that
/// speak of one release at one instant, and there is one stamp in the graph for every group of facts.
fn stamp(produced_at: &str, document: &str) -> String {
    format!("{produced_at}#{}", document.get(..16).unwrap_or(document))
}

/// A time that compares as a string: always with microseconds.
pub(crate) fn sortable(time: &str) -> String {
    match time.strip_suffix('Z') {
        Some(head) if !head.contains('.') => format!("{head}.000000Z"),
        _ => time.to_owned(),
    }
}

/// A list that is only stored when it says something: an absent one stands for its default, which most have.
fn unless_empty(items: Vec<String>) -> Value {
    if items.is_empty() {
        Value::Null
    } else {
        items.into()
    }
}

/// The bounds of a set, absent where it holds everything.
fn stored_bounds(set: &VersionSet) -> (Value, Value) {
    if set.is_all() {
        return (Value::Null, Value::Null);
    }
    let (from, until): (Vec<String>, Vec<String>) = set
        .intervals()
        .iter()
        .map(|interval| (interval.from.clone(), interval.until.clone()))
        .unzip();
    (from.into(), until.into())
}

fn python_bounds(requires_python: Option<&str>) -> Option<(Value, Value)> {
    let set = match requires_python {
        Some(text) => specifier_set(&version::parse_specifiers(text).ok()?),
        None => VersionSet::all(),
    };
    Some(stored_bounds(&set))
}

fn keep_newest(table: &mut BTreeMap<String, Stamped>, key: &str, stamp: &str, row: Value) {
    match table.get(key) {
        Some(kept) if kept.stamp.as_str() >= stamp => {}
        _ => {
            table.insert(
                key.to_owned(),
                Stamped {
                    stamp: stamp.to_owned(),
                    row,
                },
            );
        }
    }
}

impl Batch {
    /// Adds everything that a document says.
    pub(crate) fn add(&mut self, document: &Document) {
        let produced_at = sortable(&document.produced_at);
        self.documents.insert(
            document.id.clone(),
            map! {
                "key" => &document.id, "kind" => document.kind.as_str(),
                "schemaVersion" => i64::from(document.schema_version), "producedAt" => &produced_at,
                "producer" => &document.producer.name, "producerVersion" => &document.producer.version,
                "origin" => document.origin.as_deref(),
            },
        );
        let source = Source {
            document: &document.id,
            stamp: stamp(&produced_at, &document.id),
        };
        match &document.payload {
            Payload::Release(releases) => {
                for release in releases {
                    let key = self.release(release, &source);
                    self.yanked(release, &key, &source);
                }
            }
            Payload::Solver(run) => self.solver_run(run, &source, &produced_at),
        }
    }

    fn version_node(&mut self, release: &Release) -> String {
        self.version_row(&release.name, &release.version, release.index.as_deref())
    }

    fn version_row(&mut self, name: &name::PackageName, version: &Version, index: Option<&str>) -> String {
        let key = purl::version_key(name, version, index);
        let package = self.package(name);
        let index = index.unwrap_or(DEFAULT_INDEX);
        self.indexes
            .entry(index.to_owned())
            .or_insert_with(|| map! { "key" => index });
        self.versions.entry(key.clone()).or_insert_with(|| {
            map! {
                "key" => &key, "package" => package, "index" => index, "name" => name.to_string(),
                "version" => version.to_string(), "order" => version::order_key(version),
                "prerelease" => version::is_prerelease(version),
            }
        });
        key
    }

    fn package(&mut self, name: &name::PackageName) -> String {
        let key = purl::package_key(name);
        self.packages
            .entry(key.clone())
            .or_insert_with(|| map! { "key" => &key, "name" => name.to_string() });
        key
    }

    fn release(&mut self, release: &Release, source: &Source<'_>) -> String {
        let key = self.version_node(release);
        self.statements.insert((source.document.to_owned(), key.clone()));
        if let Some(time) = &release.upload_time {
            let time = sortable(time);
            let earliest = self.published.entry(key.clone()).or_insert_with(|| time.clone());
            if time < *earliest {
                *earliest = time;
            }
        }
        self.metadata(release, &key, source);
        self.requirements(release, &key, source);
        for artifact in &release.artifacts {
            self.artifact(artifact, &key, source);
        }
        key
    }

    fn yanked(&mut self, release: &Release, key: &str, source: &Source<'_>) {
        let row = map! {
            "key" => key, "stamp" => &source.stamp, "yanked" => release.yanked,
            "reason" => release.yanked_reason.as_deref(),
        };
        keep_newest(&mut self.yanks, key, &source.stamp, row);
    }

    fn metadata(&mut self, release: &Release, key: &str, source: &Source<'_>) {
        let stated = release.summary.is_some()
            || release.license.is_some()
            || release.metadata_version.is_some()
            || !release.classifiers.is_empty();
        if !stated {
            return;
        }
        let row = map! {
            "key" => key, "stamp" => &source.stamp, "summary" => release.summary.as_deref(),
            "license" => release.license.as_deref(), "classifiers" => unless_empty(release.classifiers.clone()),
            "metadataVersion" => release.metadata_version.as_deref(),
        };
        keep_newest(&mut self.metadata, key, &source.stamp, row);
    }

    fn requirements(&mut self, release: &Release, key: &str, source: &Source<'_>) {
        let Some(texts) = &release.requires_dist else {
            return;
        };
        if self
            .requirements
            .get(key)
            .is_some_and(|kept| kept.stamp >= source.stamp)
        {
            // What it names is a package all the same: it would be one had this statement come alone.
            for requirement in texts.iter().filter_map(|text| Requirement::parse(text).ok()) {
                self.package(&requirement.name);
            }
            return;
        }
        let python = python_bounds(release.requires_python.as_deref());
        let mut fault = python.is_none().then(|| {
            format!(
                "requires-python {:?} cannot be read",
                release.requires_python.as_deref().unwrap_or_default()
            )
        });
        let mut lines = Vec::with_capacity(texts.len());
        for (line, text) in texts.iter().enumerate() {
            match Requirement::parse(text) {
                Ok(requirement) => self.requirement_lines(key, line, text, &requirement, &mut lines),
                Err(problem) => fault = fault.or(Some(problem.message)),
            }
        }
        if fault.is_some() {
            lines.clear();
        }
        let (from, until) = python.unwrap_or_default();
        let head = map! {
            "key" => key, "stamp" => &source.stamp, "known" => fault.is_none(), "fault" => fault,
            "requiresPython" => release.requires_python.as_deref(), "pythonFrom" => from, "pythonUntil" => until,
            "providesExtra" => unless_empty(release.provides_extra.clone()),
        };
        self.requirements.insert(
            key.to_owned(),
            Stated {
                stamp: source.stamp.clone(),
                head,
                lines,
            },
        );
    }

    fn requirement_lines(
        &mut self,
        key: &str,
        line: usize,
        text: &str,
        requirement: &Requirement,
        lines: &mut Vec<Value>,
    ) {
        let package = self.package(&requirement.name);
        let reach = marker::reach(&requirement.marker);
        let (from, until) = stored_bounds(&requirement.versions);
        let (python_from, python_until) = stored_bounds(&reach.python);
        let extras = unless_empty(requirement.extras.iter().map(ToString::to_string).collect());
        let specifier = Some(requirement.specifiers.to_string()).filter(|text| !text.is_empty());
        let platforms = unless_empty(reach.platforms);
        let machines = unless_empty(reach.machines);
        let line = i64::try_from(line).unwrap_or(i64::MAX);
        for extra in activating_extras(requirement) {
            lines.push(map! {
                "version" => key, "package" => &package, "line" => line, "text" => text,
                "specifier" => specifier.clone(), "marker" => requirement.marker.try_to_string(),
                "extra" => extra, "extras" => extras.clone(), "from" => from.clone(), "until" => until.clone(),
                "allowsPrereleases" => requirement.names_prerelease().then_some(true),
                "pythonFrom" => python_from.clone(), "pythonUntil" => python_until.clone(),
                "platforms" => platforms.clone(), "machines" => machines.clone(),
                "residualMarker" => reach.residual.then_some(true),
            });
        }
    }

    fn artifact(&mut self, artifact: &Artifact, version: &str, source: &Source<'_>) {
        let name = ArtifactName::parse(&artifact.filename);
        self.artifacts
            .insert((artifact.sha256.clone(), version.to_owned()));
        let row = map! {
            "key" => &artifact.sha256, "stamp" => &source.stamp, "filename" => &artifact.filename,
            "kind" => artifact_kind(artifact, &name),
            "pythonAbiTags" => unless_empty(name.python_abi_tags()),
            "platformTags" => unless_empty(name.platform_tags().to_vec()),
            "size" => artifact.size.and_then(|size| i64::try_from(size).ok()),
            "requiresPython" => artifact.requires_python.as_deref(), "yanked" => artifact.yanked.then_some(true),
            "uploadedAt" => artifact.upload_time.as_deref().map(sortable),
        };
        keep_newest(&mut self.artifact_facts, &artifact.sha256, &source.stamp, row);
    }

    fn solver_run(&mut self, run: &SolverRun, source: &Source<'_>, produced_at: &str) {
        for solved in &run.results {
            let key = self.release(&solved.release, source);
            for sha256 in &solved.sha256 {
                self.artifacts.insert((sha256.clone(), key.clone()));
            }
            for module in solved.packages.iter().flatten() {
                self.modules.insert((module.clone(), key.clone()));
            }
        }
        let environment = self.environment(run);
        let observed_at = run
            .observed_at
            .as_deref()
            .map_or_else(|| produced_at.to_owned(), sortable);
        for observation in run.observations() {
            let (Ok(name), Some(Ok(version))) = (
                name::package(observation.name),
                observation.version.as_deref().map(version::parse),
            ) else {
                continue;
            };
            let version = self.version_row(&name, &version, observation.index);
            self.statements
                .insert((source.document.to_owned(), version.clone()));
            let key = format!("{}/{}", source.document, observation.position);
            let row = map! {
                "key" => &key, "document" => source.document, "version" => version, "environment" => &environment,
                "kind" => "solve", "outcome" => observation.outcome.as_str(),
                "errorClass" => observation.error_class, "message" => observation.message,
                "observedAt" => &observed_at,
            };
            self.observations.insert(key, row);
        }
    }

    fn environment(&mut self, run: &SolverRun) -> String {
        let variable = |name: &str| run.environment.get(name).map(String::as_str);
        let unknown = "unknown";
        let os = run
            .os_name
            .as_deref()
            .or(variable("sys_platform"))
            .unwrap_or(unknown);
        let os_version = run.os_version.as_deref().unwrap_or(unknown);
        let python = run
            .python_version
            .as_deref()
            .or(variable("python_version"))
            .unwrap_or(unknown);
        let from_platform = run
            .platform
            .as_deref()
            .and_then(|platform| platform.split_once('-'))
            .map(|(_, machine)| machine);
        let machine = variable("platform_machine").or(from_platform).unwrap_or(unknown);
        let implementation = variable("implementation_name");
        // Every property is part of the key: one node never has two descriptions to choose from.
        let suffix = implementation.map(|name| format!("-{name}")).unwrap_or_default();
        let key = format!("{os}-{os_version}-py{python}-{machine}{suffix}");
        let row = map! {
            "key" => &key, "os" => os, "osVersion" => os_version, "python" => python,
            "implementation" => implementation, "machine" => machine,
        };
        self.environments.entry(key.clone()).or_insert(row);
        key
    }
}

/// Who states something, and how new the statement is.
struct Source<'document> {
    document: &'document str,
    stamp: String,
}

/// The extras that bring a requirement line in; `""` where it can hold without one.
///
/// A marker such as `extra == 'a' or python_version < '3'` holds in both ways and is kept under both: the filter in
/// Cypher may keep too much, never too little.
fn activating_extras(requirement: &Requirement) -> Vec<String> {
    let mentioned = requirement.mentions_extra();
    let mut without_any = requirement.marker.clone();
    for extra in &mentioned {
        without_any.and(marker::parse(&format!("extra != '{extra}'")).unwrap_or_default());
    }
    let plain = (mentioned.is_empty() || !without_any.is_false()).then(String::new);
    plain
        .into_iter()
        .chain(mentioned.iter().map(ToString::to_string))
        .collect()
}

fn artifact_kind(artifact: &Artifact, name: &ArtifactName) -> &'static str {
    match (artifact.kind, name) {
        (ArtifactKind::Wheel, _) | (_, ArtifactName::Wheel { .. }) => "wheel",
        (_, ArtifactName::Sdist { .. }) | (ArtifactKind::Sdist, _) => "sdist",
        _ => "other",
    }
}
