//! The rows of a batch into an open transaction.
//!
//! What is there is locked and read first, kind by kind and in sorted order, so that two transactions wait for each other
//! instead of locking crosswise; after it hardly a statement is waited for, so that rows are put together while the graph
//! works on those before. What is not there is created with all that is known of it in one row; the constraint on its key
//! lets one of two creators through, and the other meets a conflict and begins anew. What is there already takes only
//! the groups of facts that are newer than its own.

use crate::nodes;
use crate::revisions::Revisions;
use crate::rows::{Batch, LATER, Line, SHARED, Stamped, column};
use crate::sync::key;
use std::collections::{BTreeMap, BTreeSet};
use thoth_cypher::{
    READ_INDEXES_KNOWN, READ_REQUIRED_PACKAGES, Rows, Statement, Transaction, Value, WRITE_ARTIFACT_FACTS,
    WRITE_ARTIFACT_RELEASES, WRITE_ARTIFACTS, WRITE_DOCUMENTS, WRITE_ENVIRONMENTS, WRITE_INDEXES,
    WRITE_LOCK_ARTIFACTS, WRITE_LOCK_PACKAGES, WRITE_LOCK_VERSIONS, WRITE_METADATA, WRITE_MODULES,
    WRITE_PACKAGES, WRITE_PUBLICATIONS, WRITE_REQUIREMENT_HEADS, WRITE_REQUIREMENTS, WRITE_REQUIREMENTS_DROP,
    WRITE_STATEMENTS, WRITE_VERSIONS, WRITE_YANKS, fail_point, map, params,
};
use thoth_schema::error::Fault;

/// Most rows that one statement is given.
pub const STATEMENT_ROWS: usize = 4_000;

/// Writes everything of a batch. What only outdated or unreadable statements name, such as packages, is removed again at the
/// end: it is in the graph as long as something refers to it, whatever was stated once.
///
/// # Errors
/// Faults of the graph; after one the transaction can only be dropped.
pub(crate) async fn write(transaction: &mut dyn Transaction, mut batch: Batch) -> Result<(), Fault> {
    let subjects = batch.subjects();
    // What outdated statements name in vain.
    let mut candidates = batch.named_by_facts(&subjects);
    let mut unnamed = batch.packages_of_no_release();
    let mut revisions = Revisions::of(&batch);
    let there = There::lock(transaction, &batch).await?;
    rows(
        transaction,
        &WRITE_DOCUMENTS,
        values(std::mem::take(&mut batch.documents)),
    )
    .await?;
    batch.packages.retain(|key, _| !there.packages.contains(key));
    rows(
        transaction,
        &WRITE_PACKAGES,
        values(std::mem::take(&mut batch.packages)),
    )
    .await?;
    batch.indexes.retain(|key, _| !there.indexes.contains(key));
    rows(
        transaction,
        &WRITE_INDEXES,
        values(std::mem::take(&mut batch.indexes)),
    )
    .await?;
    releases(
        transaction,
        &mut batch,
        &there.releases,
        &mut unnamed,
        &mut revisions,
    )
    .await?;
    artifacts(transaction, &mut batch, there.artifacts, &mut revisions).await?;
    let statements = std::mem::take(&mut batch.statements).into_iter();
    let statements =
        statements.map(|(document, version)| map! { "document" => document, "version" => version });
    rows(transaction, &WRITE_STATEMENTS, statements.collect()).await?;
    rows(
        transaction,
        &WRITE_ENVIRONMENTS,
        values(std::mem::take(&mut batch.environments)),
    )
    .await?;
    let modules = std::mem::take(&mut batch.modules)
        .into_iter()
        .map(|(module, version)| map! { "module" => module, "version" => version });
    rows(transaction, &WRITE_MODULES, modules.collect()).await?;
    for (statement, table) in batch.take(SHARED) {
        rows(transaction, statement, table).await?;
    }
    // What newer statements are about to drop; nobody else changes it, for its holders are locked now.
    let around = nodes::around(transaction, &subjects).await?;
    revisions.packages(around.of("Package"));
    candidates.add_all(&around);
    for (statement, table) in batch.take(LATER) {
        rows(transaction, statement, table).await?;
    }
    candidates.extend("Package", unnamed);
    revisions.write(transaction).await?;
    nodes::forget(transaction, candidates).await
}

/// What of a batch is there already, locked until the transaction ends.
struct There {
    packages: BTreeSet<String>,
    indexes: BTreeSet<String>,
    releases: Stamps,
    artifacts: BTreeSet<String>,
}

impl There {
    async fn lock(transaction: &mut dyn Transaction, batch: &Batch) -> Result<There, Fault> {
        let artifacts: BTreeSet<&String> = batch.artifacts.iter().map(|(key, _)| key).collect();
        Ok(There {
            packages: known(transaction, &WRITE_LOCK_PACKAGES, batch.packages.keys()).await?,
            indexes: known(transaction, &READ_INDEXES_KNOWN, batch.indexes.keys()).await?,
            releases: Stamps::lock(transaction, batch.versions.keys()).await?,
            artifacts: known(transaction, &WRITE_LOCK_ARTIFACTS, artifacts.into_iter()).await?,
        })
    }
}

/// Which of these keys are there.
async fn known(
    transaction: &mut dyn Transaction,
    statement: &'static Statement,
    keys: impl Iterator<Item = &String>,
) -> Result<BTreeSet<String>, Fault> {
    let found = looked_up(transaction, statement, keys.cloned().collect()).await?;
    Ok(found.iter().flat_map(Rows::iter).map(key).collect())
}

/// Releases with the groups of facts of their own and their requirement lines. What lines are dropped for is added to the
/// unnamed packages, what lines are written for is taken away.
async fn releases(
    transaction: &mut dyn Transaction,
    batch: &mut Batch,
    there: &Stamps,
    unnamed: &mut BTreeSet<String>,
    revisions: &mut Revisions,
) -> Result<(), Fault> {
    let mut versions = std::mem::take(&mut batch.versions);
    versions.retain(|key, _| !there.0.contains_key(key));
    revisions.created(versions.values());
    let (mut heads, mut lines, mut superseded) = (BTreeMap::new(), Vec::new(), Vec::new());
    for (key, stated) in std::mem::take(&mut batch.requirements) {
        if !there.is_newer(&key, &stated.stamp, |kept| &kept.requirements) {
            continue;
        }
        if there.states_requirements(&key) {
            superseded.push(key.clone());
        }
        lines.push((key.clone(), stated.lines));
        heads.insert(
            key,
            Stamped {
                stamp: stated.stamp,
                row: stated.head,
            },
        );
    }
    let published = std::mem::take(&mut batch.published).into_iter();
    let published = published.map(|(key, time)| {
        let row = map! { "key" => &key, "publishedAt" => time.clone() };
        (key, Stamped { stamp: time, row })
    });
    let groups: [(BTreeMap<String, Stamped>, &'static Statement, IsNewer); 4] = [
        (published.collect(), &WRITE_PUBLICATIONS, |there, key, time| {
            there.is_earlier(key, time)
        }),
        (
            std::mem::take(&mut batch.yanks),
            &WRITE_YANKS,
            |there, key, stamp| there.is_newer(key, stamp, |kept| &kept.yanked),
        ),
        (
            std::mem::take(&mut batch.metadata),
            &WRITE_METADATA,
            |there, key, stamp| there.is_newer(key, stamp, |kept| &kept.metadata),
        ),
        (heads, &WRITE_REQUIREMENT_HEADS, |_, _, _| true),
    ];
    let mut updates = Vec::new();
    for (group, statement, is_newer) in groups {
        let mut newer = Vec::new();
        for (key, stated) in group {
            match versions.get_mut(&key) {
                Some(release) => merge(release, stated.row),
                None if is_newer(there, &key, &stated.stamp) => newer.push(stated.row),
                None => {}
            }
        }
        updates.push((statement, newer));
    }
    rows(transaction, &WRITE_VERSIONS, values(versions)).await?;
    unnamed.extend(nodes::read_keys(transaction, &READ_REQUIRED_PACKAGES, &superseded).await?);
    let texts = std::mem::take(&mut batch.texts).rows;
    for (_, text) in lines.iter().flat_map(|(_, lines)| lines) {
        unnamed.remove(column(&texts[*text], "package"));
    }
    nodes::run_on(transaction, &WRITE_REQUIREMENTS_DROP, &superseded).await?;
    for (statement, newer) in updates {
        rows(transaction, statement, newer).await?;
    }
    requirement_lines(transaction, lines, &texts).await
}

/// Requirement lines, some at a time; every text goes along once.
async fn requirement_lines(
    transaction: &mut dyn Transaction,
    releases: Vec<(String, Vec<Line>)>,
    texts: &[Value],
) -> Result<(), Fault> {
    let mut lines = releases
        .into_iter()
        .flat_map(|(release, lines)| lines.into_iter().map(move |line| (release.clone(), line)))
        .peekable();
    while lines.peek().is_some() {
        let (mut of_releases, mut places, mut used) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        for (release, (line, text)) in lines.by_ref().take(STATEMENT_ROWS) {
            let place = *places.entry(text).or_insert_with(|| {
                used.push(texts[text].clone());
                i64::try_from(used.len() - 1).unwrap_or(i64::MAX)
            });
            let lines: &mut Vec<Value> = of_releases.entry(release).or_default();
            lines.push(map! { "line" => line, "requirement" => place });
        }
        let rows = of_releases.into_iter();
        let rows: Vec<Value> = rows
            .map(|(version, lines)| map! { "version" => version, "lines" => lines })
            .collect();
        let given = params! { "rows" => rows, "requirements" => used };
        transaction.submit(&WRITE_REQUIREMENTS, given).await?;
        fail_point!(IngestTxMidBatch, WRITE_REQUIREMENTS.name)?;
    }
    Ok(())
}

type IsNewer = fn(&Stamps, &str, &str) -> bool;

/// Adds the fields of one row to another.
fn merge(row: &mut Value, fields: Value) {
    if let (Value::Map(row), Value::Map(fields)) = (row, fields) {
        row.extend(fields);
    }
}

/// Artifacts with their facts, and the releases they are of.
async fn artifacts(
    transaction: &mut dyn Transaction,
    batch: &mut Batch,
    mut there: BTreeSet<String>,
    revisions: &mut Revisions,
) -> Result<(), Fault> {
    let mut of_releases = std::mem::take(&mut batch.artifacts);
    let mut facts = std::mem::take(&mut batch.artifact_facts);
    let mut created = Vec::new();
    of_releases.retain(|(key, version)| {
        if !there.insert(key.clone()) {
            return true;
        }
        let mut row = map! { "key" => key, "version" => version };
        if let Some(stated) = facts.remove(key) {
            merge(&mut row, stated.row);
        }
        created.push(row);
        false
    });
    rows(transaction, &WRITE_ARTIFACTS, created).await?;
    let shared = of_releases
        .into_iter()
        .map(|(key, version)| map! { "key" => key, "version" => version });
    rows(transaction, &WRITE_ARTIFACT_RELEASES, shared.collect()).await?;
    // Of artifacts that were there other releases may be too.
    revisions.changed_artifacts(facts.keys());
    let facts = facts.into_values().map(|stated| stated.row);
    rows(transaction, &WRITE_ARTIFACT_FACTS, facts.collect()).await
}

fn values(table: BTreeMap<String, Value>) -> Vec<Value> {
    table.into_values().collect()
}

/// Runs a statement over sorted keys, some at a time.
async fn looked_up(
    transaction: &mut dyn Transaction,
    statement: &'static Statement,
    keys: Vec<String>,
) -> Result<Vec<Rows>, Fault> {
    let mut found = Vec::new();
    for chunk in keys.chunks(STATEMENT_ROWS) {
        found.push(
            transaction
                .run(statement, params! { "keys" => chunk.to_vec() })
                .await?,
        );
    }
    Ok(found)
}

pub(crate) async fn rows(
    transaction: &mut dyn Transaction,
    statement: &'static Statement,
    rows: Vec<Value>,
) -> Result<(), Fault> {
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let chunk: Vec<Value> = rows.by_ref().take(STATEMENT_ROWS).collect();
        transaction.submit(statement, params! { "rows" => chunk }).await?;
        fail_point!(IngestTxMidBatch, statement.name)?;
    }
    Ok(())
}

/// The stamps that the graph holds for one release; empty where a group was never stated.
#[derive(Debug, Default)]
struct Kept {
    requirements: String,
    metadata: String,
    yanked: String,
    published_at: String,
}

/// The releases that are there.
struct Stamps(BTreeMap<String, Kept>);

impl Stamps {
    async fn lock(
        transaction: &mut dyn Transaction,
        keys: impl Iterator<Item = &String>,
    ) -> Result<Self, Fault> {
        let mut kept = BTreeMap::new();
        for found in looked_up(transaction, &WRITE_LOCK_VERSIONS, keys.cloned().collect()).await? {
            for row in found.iter() {
                let stamps = Kept {
                    requirements: row.text("requirementsStamp").to_owned(),
                    metadata: row.text("metadataStamp").to_owned(),
                    yanked: row.text("yankedStamp").to_owned(),
                    published_at: row.text("publishedAt").to_owned(),
                };
                kept.insert(key(row), stamps);
            }
        }
        Ok(Self(kept))
    }

    fn is_newer(&self, key: &str, stamp: &str, group: fn(&Kept) -> &str) -> bool {
        self.0.get(key).is_none_or(|kept| group(kept) < stamp)
    }

    fn is_earlier(&self, key: &str, time: &str) -> bool {
        self.0
            .get(key)
            .is_none_or(|kept| kept.published_at.is_empty() || time < kept.published_at.as_str())
    }

    fn states_requirements(&self, key: &str) -> bool {
        self.0.get(key).is_some_and(|kept| !kept.requirements.is_empty())
    }
}
