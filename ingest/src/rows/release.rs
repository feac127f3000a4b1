//! What documents say of releases.

use super::{Batch, Source, Stated, keep_newest, sortable};
use thoth_cypher::{Value, map};
use thoth_schema::release::{Artifact, ArtifactKind, Release};
use thoth_schema::tags::ArtifactName;
use thoth_schema::version;
use thoth_schema::versions::{VersionSet, specifier_set};

/// A list that is only stored when it says something: an absent one stands for its default, which most have.
pub(super) fn unless_empty(items: Vec<String>) -> Value {
    if items.is_empty() {
        Value::Null
    } else {
        items.into()
    }
}

/// The bounds of a set, absent where it holds everything.
pub(super) fn stored_bounds(set: &VersionSet) -> (Value, Value) {
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

impl Batch {
    pub(super) fn release(&mut self, release: &Release, source: &Source<'_>) -> String {
        let key = self.version_node(release);
        self.statements.insert((source.document.to_owned(), key.clone()));
        if let Some(time) = &release.upload_time {
            self.publish(&key, sortable(time));
        }
        self.metadata(release, &key, source);
        self.requirements(release, &key, source);
        for artifact in &release.artifacts {
            self.artifact(artifact, &key, source);
        }
        for sha256 in &release.file_hashes {
            self.artifacts.insert((sha256.clone(), key.clone()));
        }
        for module in &release.modules {
            self.modules.insert((module.clone(), key.clone()));
        }
        key
    }

    /// A release was published at this sortable time; of several the earliest counts.
    pub(super) fn publish(&mut self, key: &str, time: String) {
        let earliest = self
            .published
            .entry(key.to_owned())
            .or_insert_with(|| time.clone());
        if time < *earliest {
            *earliest = time;
        }
    }

    pub(super) fn yanked(&mut self, release: &Release, key: &str, source: &Source<'_>) {
        if release.yank_unknown {
            return;
        }
        let row = map! {
            "key" => key, "yankedStamp" => &source.stamp, "yanked" => release.yanked,
            "yankedReason" => release.yanked_reason.as_deref(),
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
            "key" => key, "metadataStamp" => &source.stamp, "summary" => release.summary.as_deref(),
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
            let line = i64::try_from(line).unwrap_or(i64::MAX);
            match self.requirement_text(text) {
                Ok(rows) => lines.extend(rows.map(|row| (line, row))),
                Err(problem) => fault = fault.or(Some(problem)),
            }
        }
        if fault.is_some() {
            lines.clear();
        }
        let (from, until) = python.unwrap_or_default();
        let head = map! {
            "key" => key, "requirementsStamp" => &source.stamp, "requirementsKnown" => fault.is_none(),
            "requirementsFault" => fault,
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

    pub(super) fn artifact(&mut self, artifact: &Artifact, version: &str, source: &Source<'_>) {
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
}

fn artifact_kind(artifact: &Artifact, name: &ArtifactName) -> &'static str {
    match (artifact.kind, name) {
        (ArtifactKind::Wheel, _) | (_, ArtifactName::Wheel { .. }) => "wheel",
        (_, ArtifactName::Sdist { .. }) | (ArtifactKind::Sdist, _) => "sdist",
        _ => "other",
    }
}
