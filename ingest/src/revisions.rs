//! The revision of a package: another text with every transaction that writes something of the package or of its
//! releases. Whoever remembers what the graph said of a package may use it as long as the graph has the same revision.
//!
//! It is no fact that a document states: the checksum leaves it out, and two graphs of the same documents differ in it.
//! It is never counted up, so that a package that went and came again has none that it had before.

use std::collections::BTreeSet;

use thoth_cypher::{
    Statement, Transaction, Value, WRITE_AFFECTS, WRITE_OBSERVED_VERSIONS, WRITE_PACKAGE_ABSENCES,
    WRITE_REVISIONS, WRITE_REVISIONS_BY_ARTIFACTS, WRITE_REVISIONS_BY_VERSIONS, WRITE_RULE_CONCERNS, params,
};
use thoth_schema::error::Fault;

use crate::rows::{Batch, column};
use crate::trace::random;
use crate::writing::STATEMENT_ROWS;

/// What one transaction changes.
#[derive(Debug)]
pub(crate) struct Revisions {
    revision: String,
    packages: BTreeSet<String>,
    artifacts: BTreeSet<String>,
}

impl Revisions {
    /// The packages that the rows of a batch speak of: what was stated of releases, observed of them, affects or concerns
    /// them.
    /// Stacks do not count, nor do the requirements of others.
    pub(crate) fn of(batch: &Batch) -> Revisions {
        let mut packages = BTreeSet::new();
        let releases = (batch.statements.iter().map(|(_, version)| version))
            .chain(batch.requirements.keys())
            .chain(batch.yanks.keys())
            .chain(batch.metadata.keys())
            .chain(batch.published.keys())
            .chain(batch.artifacts.iter().map(|(_, version)| version));
        let observed = batch
            .table(&WRITE_OBSERVED_VERSIONS)
            .map(|row| column(row, "target"));
        for release in releases.map(String::as_str).chain(observed) {
            if let Some(row) = batch.versions.get(release) {
                packages.insert(column(row, "package").to_owned());
            }
        }
        for statement in [&WRITE_PACKAGE_ABSENCES, &WRITE_AFFECTS, &WRITE_RULE_CONCERNS] {
            packages.extend(
                batch
                    .table(statement)
                    .map(|row| column(row, "package").to_owned()),
            );
        }
        Revisions {
            revision: fresh(),
            packages,
            artifacts: BTreeSet::new(),
        }
    }

    /// What was said of packages is dropped.
    pub(crate) fn packages(&mut self, keys: Vec<String>) {
        self.packages.extend(keys);
    }

    /// Releases come into being.
    pub(crate) fn created<'row>(&mut self, releases: impl Iterator<Item = &'row Value>) {
        self.packages
            .extend(releases.map(|row| column(row, "package").to_owned()));
    }

    /// Facts of artifacts that are there may change, for every release that has them.
    pub(crate) fn changed_artifacts<'key>(&mut self, keys: impl Iterator<Item = &'key String>) {
        self.artifacts.extend(keys.cloned());
    }

    /// Sets the revisions.
    pub(crate) async fn write(self, transaction: &mut dyn Transaction) -> Result<(), Fault> {
        set(transaction, &WRITE_REVISIONS, &self.packages, &self.revision).await?;
        set(
            transaction,
            &WRITE_REVISIONS_BY_ARTIFACTS,
            &self.artifacts,
            &self.revision,
        )
        .await
    }
}

/// Sets other revisions for the packages of these releases, which are about to change or to go.
pub(crate) async fn of_releases(transaction: &mut dyn Transaction, keys: &[String]) -> Result<(), Fault> {
    let keys = keys.iter().cloned().collect();
    set(transaction, &WRITE_REVISIONS_BY_VERSIONS, &keys, &fresh()).await
}

/// As [`of_releases`], of packages.
pub(crate) async fn of_packages(transaction: &mut dyn Transaction, keys: &[String]) -> Result<(), Fault> {
    let keys = keys.iter().cloned().collect();
    set(transaction, &WRITE_REVISIONS, &keys, &fresh()).await
}

async fn set(
    transaction: &mut dyn Transaction,
    statement: &'static Statement,
    keys: &BTreeSet<String>,
    revision: &str,
) -> Result<(), Fault> {
    let keys: Vec<&String> = keys.iter().collect();
    for chunk in keys.chunks(STATEMENT_ROWS) {
        let params = params! { "keys" => chunk.to_vec(), "revision" => revision };
        transaction.submit(statement, params).await?;
    }
    Ok(())
}

fn fresh() -> String {
    format!("{:016x}", random())
}
