//! What a batch of documents says, as the rows of the write statements.
//!
//! Every group of a release's facts (requirements, metadata, yanked state) comes from its newest statement: the stamp
//! `producedAt#documentId` orders statements totally, so the graph does not depend on the order in which documents
//! arrive. Files of a release are the union of what was stated, the publication time the earliest stated.

mod advice;
mod advisory;
mod environment;
mod hardware;
mod image;
mod index_change;
mod inspection;
mod observation;
mod provenance;
mod release;
mod requirement;
mod restrict;
mod rules;
mod security_indicator;
mod solver;
mod stack;

pub(crate) use self::requirement::{Line, RequirementTexts};
pub(crate) use restrict::column;
use std::collections::{BTreeMap, BTreeSet};
use thoth_cypher::{
    Statement, Value, WRITE_ABSENCES, WRITE_ADVICES, WRITE_ADVISED_ENVIRONMENTS, WRITE_ADVISORIES,
    WRITE_ADVISORY_FACTS, WRITE_AFFECTS, WRITE_AFFECTS_DROP, WRITE_CONTENTS, WRITE_CONTENTS_DROP,
    WRITE_CONTENTS_HEADS, WRITE_GIVEN_STACKS, WRITE_HARDWARE, WRITE_IMAGE_CONFIGS, WRITE_IMAGE_ENVIRONMENTS,
    WRITE_IMAGE_ENVIRONMENTS_DROP, WRITE_IMAGE_HEADS, WRITE_IMAGE_SYSTEMS, WRITE_IMAGES,
    WRITE_INSPECTION_SCRIPTS, WRITE_INSPECTION_SPECIFICATIONS, WRITE_INSPECTION_STACK_HEADS,
    WRITE_INSPECTION_STACKS, WRITE_INSPECTION_STACKS_DROP, WRITE_INSPECTION_STATEMENTS,
    WRITE_INSPECTION_TARGETS, WRITE_INSPECTIONS, WRITE_LACKED_PACKAGES, WRITE_NATIVE_DEPENDENCIES,
    WRITE_NATIVE_VERSIONS, WRITE_OBSERVATIONS, WRITE_OBSERVED_IN, WRITE_OBSERVED_OF, WRITE_OBSERVED_ON,
    WRITE_OBSERVED_STACKS, WRITE_OBSERVED_VERSIONS, WRITE_OFFERS, WRITE_OFFERS_DROP, WRITE_OFFERS_HEADS,
    WRITE_PACKAGE_ABSENCE_FACTS, WRITE_PACKAGE_ABSENCES, WRITE_PACKAGE_STATEMENTS, WRITE_PINS,
    WRITE_PRESENT_FILES, WRITE_RECOMMENDED_STACKS, WRITE_RULE_CONCERNS, WRITE_RULE_SET_FACTS,
    WRITE_RULE_SETS, WRITE_RULES, WRITE_RULES_DROP, WRITE_STACK_STATEMENTS, WRITE_STACKS, WRITE_STATEMENTS,
    WRITE_SYMBOLS, map,
};
use thoth_schema::document::{Document, Payload};
use thoth_schema::name;
use thoth_schema::purl::{self, DEFAULT_INDEX};
use thoth_schema::release::Release;
pub(crate) use thoth_schema::time::sortable;
use thoth_schema::version::{self, Version};

/// The tables of shared nodes, written after those of releases, in this order. Each locks its nodes, so that what hangs on
/// them stays as it is found.
pub(crate) static SHARED: &[&Statement] = &[
    &WRITE_NATIVE_VERSIONS,
    &WRITE_IMAGES,
    &WRITE_INSPECTIONS,
    &WRITE_RULE_SETS,
    &WRITE_ADVISORIES,
];

/// The tables that are written after those, in this order: nodes before what hangs on them.
pub(crate) static LATER: &[&Statement] = &[
    &WRITE_NATIVE_DEPENDENCIES,
    &WRITE_STATEMENTS,
    &WRITE_IMAGE_HEADS,
    &WRITE_IMAGE_CONFIGS,
    &WRITE_IMAGE_ENVIRONMENTS_DROP,
    &WRITE_IMAGE_SYSTEMS,
    &WRITE_IMAGE_ENVIRONMENTS,
    &WRITE_CONTENTS_DROP,
    &WRITE_CONTENTS_HEADS,
    &WRITE_CONTENTS,
    &WRITE_SYMBOLS,
    &WRITE_OFFERS_DROP,
    &WRITE_OFFERS_HEADS,
    &WRITE_OFFERS,
    &WRITE_STACKS,
    &WRITE_PINS,
    &WRITE_STACK_STATEMENTS,
    &WRITE_HARDWARE,
    &WRITE_INSPECTION_STATEMENTS,
    &WRITE_INSPECTION_SPECIFICATIONS,
    &WRITE_INSPECTION_SCRIPTS,
    &WRITE_INSPECTION_STACKS_DROP,
    &WRITE_INSPECTION_STACK_HEADS,
    &WRITE_INSPECTION_STACKS,
    &WRITE_INSPECTION_TARGETS,
    &WRITE_OBSERVATIONS,
    &WRITE_OBSERVED_VERSIONS,
    &WRITE_OBSERVED_STACKS,
    &WRITE_OBSERVED_IN,
    &WRITE_ADVICES,
    &WRITE_RECOMMENDED_STACKS,
    &WRITE_GIVEN_STACKS,
    &WRITE_LACKED_PACKAGES,
    &WRITE_ADVISED_ENVIRONMENTS,
    &WRITE_RULES_DROP,
    &WRITE_RULE_SET_FACTS,
    &WRITE_RULES,
    &WRITE_RULE_CONCERNS,
    &WRITE_AFFECTS_DROP,
    &WRITE_ADVISORY_FACTS,
    &WRITE_AFFECTS,
    &WRITE_PACKAGE_STATEMENTS,
    &WRITE_PACKAGE_ABSENCES,
    &WRITE_PACKAGE_ABSENCE_FACTS,
    &WRITE_ABSENCES,
    &WRITE_PRESENT_FILES,
    &WRITE_OBSERVED_OF,
    &WRITE_OBSERVED_ON,
];

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
    pub(crate) texts: RequirementTexts,
    pub(crate) artifacts: BTreeSet<(String, String)>,
    pub(crate) artifact_facts: BTreeMap<String, Stamped>,
    pub(crate) environments: BTreeMap<String, Value>,
    pub(crate) modules: BTreeSet<(String, String)>,
    /// By the name of their statement, one of [`SHARED`] or [`LATER`].
    later: BTreeMap<&'static str, BTreeMap<String, Stamped>>,
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
    pub(crate) lines: Vec<Line>,
}

/// Orders statements: by time, then by the document. Sixteen digits of its id are enough to tell two documents apart that
/// speak of one release at one instant, and there is one stamp in the graph for every group of facts.
fn stamp(produced_at: &str, document: &str) -> String {
    format!("{produced_at}#{}", document.get(..16).unwrap_or(document))
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
    /// Adds a row to a table of [`SHARED`] or [`LATER`]. Rows of one key are equal: their key says all that they say.
    fn put(&mut self, statement: &'static Statement, key: String, row: Value) {
        self.later
            .entry(statement.name)
            .or_default()
            .entry(key)
            .or_insert(Stamped {
                stamp: String::new(),
                row,
            });
    }

    /// Adds a row to a table of [`SHARED`] or [`LATER`], where of all rows of one key the one with the newest stamp counts.
    fn put_newest(&mut self, statement: &'static Statement, key: &str, source: &Source<'_>, row: Value) {
        keep_newest(
            self.later.entry(statement.name).or_default(),
            key,
            &source.stamp,
            row,
        );
    }

    /// Takes these tables in their order, the rows of each sorted by key.
    pub(crate) fn take(
        &mut self,
        statements: &[&'static Statement],
    ) -> Vec<(&'static Statement, Vec<Value>)> {
        let mut taken = Vec::with_capacity(statements.len());
        for statement in statements {
            let table = self.later.remove(statement.name).unwrap_or_default();
            taken.push((
                *statement,
                table.into_values().map(|stamped| stamped.row).collect(),
            ));
        }
        taken
    }

    /// The rows of a table of [`SHARED`] or [`LATER`].
    pub(crate) fn table(&self, statement: &Statement) -> impl Iterator<Item = &Value> {
        let rows = self.later.get(statement.name).into_iter().flatten();
        rows.map(|(_, stamped)| &stamped.row)
    }

    /// The packages that are named here, but not as a release's own.
    pub(crate) fn packages_of_no_release(&self) -> BTreeSet<String> {
        let mut packages: BTreeSet<String> = self.packages.keys().cloned().collect();
        for row in self.versions.values() {
            packages.remove(column(row, "package"));
        }
        packages
    }

    /// Adds everything that a document says.
    pub(crate) fn add(&mut self, document: &Document) {
        let produced_at = sortable(&document.produced_at);
        self.documents.insert(
            document.id.clone(),
            map! {
                "key" => &document.id, "kind" => document.kind.as_str(),
                "schemaVersion" => i64::from(document.schema_version), "generation" => &document.generation,
                "producedAt" => &produced_at,
                "producer" => &document.producer.name, "producerVersion" => &document.producer.version,
                "origin" => document.origin.as_deref(),
            },
        );
        let source = Source {
            document: &document.id,
            stamp: stamp(&produced_at, &document.id),
            produced_at: &produced_at,
        };
        match &document.payload {
            Payload::Release(releases) => {
                for release in releases {
                    let key = self.release(release, &source);
                    self.yanked(release, &key, &source);
                }
            }
            Payload::Solver(run) => self.solver_run(run, &source),
            Payload::Image(image) => self.image(image, &source),
            Payload::Advisory(advisory) => self.advisory(advisory, &source),
            Payload::Inspection(inspection) => self.inspection(inspection, &source),
            Payload::SecurityIndicator(report) => self.security_indicator(report, &source),
            Payload::Advice(advice) => self.advice(advice, document, &source),
            Payload::Provenance(report) => self.provenance(report, &source),
            Payload::IndexChange(changes) => self.index_change(changes, &source),
            Payload::Rules(rules) => self.rules(rules, &source),
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
            .or_insert_with(|| map! { "key" => &key, "name" => name.to_string(), "ecosystem" => "pypi" });
        key
    }
}

/// Who states something, and how new the statement is.
struct Source<'document> {
    document: &'document str,
    stamp: String,
    /// When the document was made, in the form that compares as a string.
    produced_at: &'document str,
}
