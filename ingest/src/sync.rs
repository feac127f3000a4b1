//! Documents into the graph: facts and the `Document` marker commit together or not at all.

use crate::rows::{Batch, Stamped};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use thoth_cypher::{
    Graph, READ_DOCUMENTS_KNOWN, READ_STAMPS, Statement, Transaction, Value, WRITE_ARTIFACT_FACTS,
    WRITE_ARTIFACTS, WRITE_DOCUMENTS, WRITE_ENVIRONMENTS, WRITE_INDEXES, WRITE_METADATA, WRITE_MODULES,
    WRITE_PACKAGES, WRITE_PUBLICATIONS, WRITE_REQUIREMENT_HEADS, WRITE_REQUIREMENTS, WRITE_REQUIREMENTS_DROP,
    WRITE_STATEMENTS, WRITE_VERSIONS, WRITE_YANKS, map, params,
};
use thoth_schema::document::Document;
use thoth_schema::error::{ErrorCode, Fault};

/// Most rows that one statement is given.
pub const STATEMENT_ROWS: usize = 2_000;
/// How often a transaction that lost a deadlock is tried again before the caller hears of it.
pub const CONFLICT_ATTEMPTS: u32 = 8;

/// What became of one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncOutcome {
    /// Its facts and its marker are in the graph now.
    Ingested,
    /// The graph stated it already; nothing changed.
    AlreadyKnown,
}

/// Brings documents into the graph in one transaction; the outcomes are in the order of the documents.
///
/// Doing it again changes nothing, and so does another order: see [`crate::rows`].
///
/// # Errors
/// Faults of the graph. After a fault nothing of the batch is in the graph. `GRAPH_CONFLICT` is retried here.
pub async fn sync(graph: &dyn Graph, documents: &[Document]) -> Result<Vec<SyncOutcome>, Fault> {
    let mut attempt = 0;
    loop {
        match attempt_sync(graph, documents).await {
            Err(fault) if fault.code == ErrorCode::GraphConflict && attempt < CONFLICT_ATTEMPTS => {
                attempt += 1;
                tracing::debug!(attempt, error = %fault, "a transaction lost a conflict and is tried again");
                tokio::time::sleep(Duration::from_millis(10 << attempt)).await;
            }
            outcome => return outcome,
        }
    }
}

async fn attempt_sync(graph: &dyn Graph, documents: &[Document]) -> Result<Vec<SyncOutcome>, Fault> {
    let mut known = known_documents(graph, documents).await?;
    let mut batch = Batch::default();
    let mut outcomes = Vec::with_capacity(documents.len());
    for document in documents {
        if known.insert(document.id.clone()) {
            batch.add(document);
            outcomes.push(SyncOutcome::Ingested);
        } else {
            outcomes.push(SyncOutcome::AlreadyKnown);
        }
    }
    if batch.documents.is_empty() {
        return Ok(outcomes);
    }
    let mut transaction = graph.begin().await?;
    write(transaction.as_mut(), batch).await?;
    transaction.commit().await?;
    Ok(outcomes)
}

async fn known_documents(graph: &dyn Graph, documents: &[Document]) -> Result<BTreeSet<String>, Fault> {
    let keys: Vec<String> = documents.iter().map(|document| document.id.clone()).collect();
    let rows = graph
        .read(&READ_DOCUMENTS_KNOWN, params! { "keys" => keys })
        .await?;
    Ok(rows.iter().map(|row| row.text("key").to_owned()).collect())
}

async fn write(transaction: &mut dyn Transaction, mut batch: Batch) -> Result<(), Fault> {
    let later = batch.take_later();
    // Documents, packages, indexes and releases first and sorted: whoever comes second waits here, in one order.
    rows(
        transaction,
        &WRITE_DOCUMENTS,
        batch.documents.into_values().collect(),
    )
    .await?;
    rows(
        transaction,
        &WRITE_PACKAGES,
        batch.packages.into_values().collect(),
    )
    .await?;
    rows(transaction, &WRITE_INDEXES, batch.indexes.into_values().collect()).await?;
    let keys: Vec<String> = batch.versions.keys().cloned().collect();
    rows(
        transaction,
        &WRITE_VERSIONS,
        batch.versions.into_values().collect(),
    )
    .await?;

    let stamps = Stamps::read(transaction, keys).await?;
    let newer = |table: BTreeMap<String, Stamped>, group: fn(&Kept) -> &str| -> Vec<Value> {
        table
            .into_iter()
            .filter(|(key, stated)| stamps.is_newer(key, &stated.stamp, group))
            .map(|(_, stated)| stated.row)
            .collect()
    };
    let published = batch
        .published
        .into_iter()
        .filter(|(key, time)| stamps.is_earlier(key, time));
    let published = published
        .map(|(key, time)| map! { "key" => key, "publishedAt" => time })
        .collect();
    rows(transaction, &WRITE_PUBLICATIONS, published).await?;
    rows(transaction, &WRITE_YANKS, newer(batch.yanks, |kept| &kept.yanked)).await?;
    rows(
        transaction,
        &WRITE_METADATA,
        newer(batch.metadata, |kept| &kept.metadata),
    )
    .await?;

    let (mut heads, mut lines, mut superseded) = (Vec::new(), Vec::new(), Vec::new());
    for (key, stated) in batch.requirements {
        if !stamps.is_newer(&key, &stated.stamp, |kept| &kept.requirements) {
            continue;
        }
        if stamps.states_requirements(&key) {
            superseded.push(Value::from(key));
        }
        heads.push(stated.head);
        lines.extend(stated.lines);
    }
    for chunk in superseded.chunks(STATEMENT_ROWS) {
        transaction
            .run(&WRITE_REQUIREMENTS_DROP, params! { "keys" => chunk.to_vec() })
            .await?;
    }
    rows(transaction, &WRITE_REQUIREMENT_HEADS, heads).await?;
    rows(transaction, &WRITE_REQUIREMENTS, lines).await?;

    let artifacts = batch
        .artifacts
        .into_iter()
        .map(|(key, version)| map! { "key" => key, "version" => version });
    rows(transaction, &WRITE_ARTIFACTS, artifacts.collect()).await?;
    let facts = batch
        .artifact_facts
        .into_values()
        .map(|stated| stated.row)
        .collect();
    rows(transaction, &WRITE_ARTIFACT_FACTS, facts).await?;
    let statements = batch.statements.into_iter();
    let statements =
        statements.map(|(document, version)| map! { "document" => document, "version" => version });
    rows(transaction, &WRITE_STATEMENTS, statements.collect()).await?;
    rows(
        transaction,
        &WRITE_ENVIRONMENTS,
        batch.environments.into_values().collect(),
    )
    .await?;
    let modules = batch
        .modules
        .into_iter()
        .map(|(module, version)| map! { "module" => module, "version" => version });
    rows(transaction, &WRITE_MODULES, modules.collect()).await?;
    for (statement, table) in later {
        rows(transaction, statement, table).await?;
    }
    Ok(())
}

async fn rows(
    transaction: &mut dyn Transaction,
    statement: &'static Statement,
    rows: Vec<Value>,
) -> Result<(), Fault> {
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let chunk: Vec<Value> = rows.by_ref().take(STATEMENT_ROWS).collect();
        transaction.run(statement, params! { "rows" => chunk }).await?;
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

struct Stamps(BTreeMap<String, Kept>);

impl Stamps {
    async fn read(transaction: &mut dyn Transaction, keys: Vec<String>) -> Result<Self, Fault> {
        let mut kept = BTreeMap::new();
        for chunk in keys.chunks(STATEMENT_ROWS) {
            let rows = transaction
                .run(&READ_STAMPS, params! { "keys" => chunk.to_vec() })
                .await?;
            for row in rows.iter() {
                kept.insert(
                    row.text("key").to_owned(),
                    Kept {
                        requirements: row.text("requirementsStamp").to_owned(),
                        metadata: row.text("metadataStamp").to_owned(),
                        yanked: row.text("yankedStamp").to_owned(),
                        published_at: row.text("publishedAt").to_owned(),
                    },
                );
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
