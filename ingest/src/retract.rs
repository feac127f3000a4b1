//! Documents out of the graph again, exactly: what is left is what the remaining documents alone would have made.
//!
//! What only a retracted document stated goes with it. Where others state the same node its facts come from the newest
//! of them, and the graph keeps no runner-up: it is read again from the document store.

use crate::nodes::{self, Keys};
use crate::revisions;
use crate::rows::Batch;
use crate::store::{DocumentStore, StoreKey};
use crate::sync::CONFLICT_ATTEMPTS;
use crate::writing::write;
use futures::stream::{self, StreamExt};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use thoth_cypher::{
    Graph, READ_DOCUMENTS_KNOWN, READ_DOCUMENTS_SHARING_ARTIFACTS, READ_DOCUMENTS_STATING_SAME,
    READ_STATED_NODES, Statement, Transaction, WRITE_FORGET_DOCUMENTS, WRITE_HOLD_ARTIFACTS,
    WRITE_HOLD_DOCUMENTS, WRITE_HOLD_STATED, params,
};
use thoth_schema::error::{ErrorCode, Fault};

/// Documents that are retracted in one transaction, at most.
pub const RETRACT_DOCUMENTS: usize = 200;
/// Documents fetched from the store at the same time.
const FETCHES_AT_ONCE: usize = 16;
/// Documents read again before what is not wanted of them is dropped.
const DOCUMENTS_BETWEEN_CUTS: usize = 64;

/// How far a retraction is, or what it did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Retracted {
    /// Documents that the graph stated and states no more.
    pub retracted: u64,
    /// Documents that the graph did not state.
    pub unknown: u64,
    /// Other documents that were read again, because they state something of the same nodes.
    pub read_again: u64,
}

/// Removes documents from the graph, in transactions of at most [`RETRACT_DOCUMENTS`]. The store is read, not changed.
///
/// Interrupted or failed, every transaction is done whole or not at all; running it again does the rest.
///
/// # Errors
/// Faults of the graph. `NOT_FOUND` and `STORE_CORRUPT` with the key of another document whose bytes are needed and
/// which the store has lost; nothing of that transaction is changed then.
pub async fn retract(
    graph: &dyn Graph,
    store: &DocumentStore,
    ids: &[String],
    progress: &mut (dyn FnMut(Retracted) + Send),
) -> Result<Retracted, Fault> {
    let ids: BTreeSet<&String> = ids.iter().collect();
    let ids: Vec<String> = ids.into_iter().cloned().collect();
    let mut done = Retracted::default();
    for chunk in ids.chunks(RETRACT_DOCUMENTS) {
        let rows = graph
            .read(&READ_DOCUMENTS_KNOWN, params! { "keys" => chunk.to_vec() })
            .await?;
        let known: BTreeSet<String> = rows.iter().map(|row| row.text("key").to_owned()).collect();
        done.unknown += (chunk.len() - known.len()) as u64;
        if !known.is_empty() {
            let known: Vec<String> = known.into_iter().collect();
            done.read_again += retract_batch(graph, store, &known).await?;
            done.retracted += known.len() as u64;
        }
        progress(done);
    }
    Ok(done)
}

/// Retracts documents in one transaction, and gives how many others were read again.
async fn retract_batch(graph: &dyn Graph, store: &DocumentStore, ids: &[String]) -> Result<u64, Fault> {
    let mut attempt = 0;
    loop {
        match attempt_retract(graph, store, ids).await {
            Err(fault) if fault.code == ErrorCode::GraphConflict && attempt < CONFLICT_ATTEMPTS => {
                attempt += 1;
                tracing::debug!(attempt, error = %fault, "a retraction lost a conflict and is tried again");
                tokio::time::sleep(Duration::from_millis(10 << attempt)).await;
            }
            outcome => return outcome,
        }
    }
}

async fn attempt_retract(graph: &dyn Graph, store: &DocumentStore, ids: &[String]) -> Result<u64, Fault> {
    // Fetching takes its time: the locks are taken afterwards, and the survey is made again under them.
    let mut looking = graph.begin().await?;
    let survey = Survey::make(looking.as_mut(), ids).await?;
    drop(looking);
    let replacement = survey.replacement(store).await?;

    let mut transaction = graph.begin().await?;
    let held = transaction.as_mut();
    nodes::run_on(held, &WRITE_HOLD_DOCUMENTS, ids).await?;
    nodes::run_on(held, &WRITE_HOLD_STATED, ids).await?;
    nodes::run_on(held, &WRITE_HOLD_ARTIFACTS, &survey.stated.of("PackageVersion")).await?;
    if Survey::make(held, ids).await? != survey {
        return Err(Fault::new(
            ErrorCode::GraphConflict,
            "other documents of the same nodes came or went meanwhile",
        ));
    }
    revisions::of_releases(held, &survey.every("PackageVersion")).await?;
    revisions::of_packages(held, &survey.every("Package")).await?;
    nodes::run_on(held, &WRITE_FORGET_DOCUMENTS, ids).await?;
    nodes::clear(held, &survey.facts()).await?;
    let mut candidates = survey.stated.clone();
    candidates.add_all(&survey.around);
    candidates.add_all(&replacement.referenced());
    write(held, replacement).await?;
    nodes::forget(held, candidates).await?;
    transaction.commit().await?;
    Ok(survey.others.len() as u64)
}

/// What a retraction touches.
#[derive(Debug, PartialEq, Eq)]
struct Survey {
    /// The nodes that the documents state.
    stated: Keys,
    /// What those hold on to.
    around: Keys,
    /// The other documents that state facts of these nodes.
    others: BTreeMap<String, StoreKey>,
}

impl Survey {
    async fn make(transaction: &mut dyn Transaction, ids: &[String]) -> Result<Survey, Fault> {
        let mut stated = Keys::default();
        nodes::read_nodes(transaction, &READ_STATED_NODES, ids, &mut stated).await?;
        let around = nodes::around(transaction, &stated).await?;
        let mut others = BTreeMap::new();
        documents(transaction, &READ_DOCUMENTS_STATING_SAME, ids, &mut others).await?;
        let releases = stated.of("PackageVersion");
        documents(
            transaction,
            &READ_DOCUMENTS_SHARING_ARTIFACTS,
            &releases,
            &mut others,
        )
        .await?;
        for id in ids {
            others.remove(id);
        }
        Ok(Survey {
            stated,
            around,
            others,
        })
    }

    /// The nodes whose facts are taken away and stated anew: artifacts are stated with their releases.
    fn facts(&self) -> Keys {
        let mut nodes = self.stated.clone();
        nodes.extend("Artifact", self.around.of("Artifact"));
        nodes
    }

    /// The nodes of a label that are touched, those around others included.
    fn every(&self, label: &'static str) -> Vec<String> {
        let mut keys = self.stated.clone();
        keys.extend(label, self.around.of(label));
        keys.of(label)
    }

    /// What the other documents say of these nodes.
    async fn replacement(&self, store: &DocumentStore) -> Result<Batch, Fault> {
        let facts = self.facts();
        let mut batch = Batch::default();
        let fetches: Vec<_> = self.others.values().map(|key| store.get(key)).collect();
        let mut documents = stream::iter(fetches).buffered(FETCHES_AT_ONCE).enumerate();
        while let Some((number, document)) = documents.next().await {
            batch.add(&document.map_err(needed)?);
            if number % DOCUMENTS_BETWEEN_CUTS == DOCUMENTS_BETWEEN_CUTS - 1 {
                batch.restrict(&facts);
            }
        }
        batch.restrict(&facts);
        Ok(batch)
    }
}

/// Reads documents of the graph with their places in the store.
async fn documents(
    transaction: &mut dyn Transaction,
    statement: &'static Statement,
    keys: &[String],
    found: &mut BTreeMap<String, StoreKey>,
) -> Result<(), Fault> {
    for chunk in keys.chunks(crate::writing::STATEMENT_ROWS) {
        let rows = transaction
            .run(statement, params! { "keys" => chunk.to_vec() })
            .await?;
        for row in rows.iter() {
            let id = row.text("key");
            let key = StoreKey::of_parts(row.text("kind"), row.text("producedAt"), id);
            found.insert(id.to_owned(), key);
        }
    }
    Ok(())
}

/// Says why a document that nobody named is asked for.
fn needed(fault: Fault) -> Fault {
    if !matches!(fault.code, ErrorCode::NotFound | ErrorCode::StoreCorrupt) {
        return fault;
    }
    Fault {
        message: format!(
            "another document states facts of the same nodes and is needed to keep them: {}",
            fault.message
        ),
        ..fault
    }
    .remedy("ingest that document again from its source, or delete it too")
}
