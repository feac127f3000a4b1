//! Both engines, empty or with the fixture, and how rows of one are compared with rows of the other.

use std::sync::Arc;

use thoth_cypher::{EmbeddedGraph, Graph, GraphAddress, Rows, Statement, Value, connect, migrate};
use thoth_ingest::rebuild::wipe;
use thoth_tests::services::{Neo4jLease, Services};

use super::fixture;

/// One graph on each engine, the only user of the Neo4j database while it lives.
pub(super) struct Engines {
    pub(super) embedded: Arc<dyn Graph>,
    pub(super) neo4j: Arc<dyn Graph>,
    pub(super) lease: Neo4jLease,
}

impl Engines {
    /// Both empty but for the schema; `None` where there are no services.
    pub(super) async fn empty() -> Option<Engines> {
        let services = Services::get()?;
        let lease = tokio::task::spawn_blocking(|| services.neo4j()).await.unwrap();
        let address = GraphAddress::parse(lease.url(), lease.user(), lease.password(), 16).unwrap();
        let neo4j = connect(&address).await.unwrap();
        clear(neo4j.as_ref()).await;
        Some(Engines {
            embedded: embedded().await,
            neo4j,
            lease,
        })
    }

    /// Both with the fixture.
    pub(super) async fn loaded() -> Option<Engines> {
        let engines = Engines::empty().await?;
        for graph in engines.both() {
            fixture::load(graph).await;
        }
        Some(engines)
    }

    /// The embedded one first.
    pub(super) fn both(&self) -> [&dyn Graph; 2] {
        [self.embedded.as_ref(), self.neo4j.as_ref()]
    }
}

/// An embedded graph in memory, empty but for the schema.
pub(super) async fn embedded() -> Arc<dyn Graph> {
    let graph = EmbeddedGraph::in_memory().unwrap();
    migrate(&graph).await.unwrap();
    Arc::new(graph)
}

/// Empties the graph and brings it to the newest schema.
pub(super) async fn clear(graph: &dyn Graph) {
    wipe(graph, &mut |_| {}).await.unwrap();
    migrate(graph).await.unwrap();
}

/// Columns whose list comes from a pattern comprehension, which has no order.
const UNORDERED_LISTS: &[(&str, &str)] = &[
    ("prune/candidates", "requirements"),
    ("prune/candidates", "files"),
    ("prune/evidence_releases", "advisories"),
    ("prune/evidence_releases", "trials"),
    ("prune/evidence_releases", "analyses"),
    ("prune/evidence_releases", "stacks"),
    ("prune/evidence_stacks", "pins"),
    ("prune/evidence_stacks", "places"),
    ("prune/evidence_stacks", "processors"),
];

/// Columns that hold another value in every graph; whether there is one is compared.
const OWN_VALUES: &[(&str, &str)] = &[("prune/candidates", "revision")];

/// The rows as they are compared: in the order of the statement where it has one, else sorted.
pub(super) fn comparable(name: &str, text: &str, rows: &Rows) -> Vec<String> {
    let unordered = |column: &str| UNORDERED_LISTS.contains(&(name, column));
    let printed = |row: &Vec<Value>| {
        let cells = rows.columns.iter().zip(row).map(|(column, value)| match value {
            Value::List(items) if unordered(column) => {
                let mut items: Vec<String> = items.iter().map(|item| format!("{item:?}")).collect();
                items.sort_unstable();
                format!("{column}={items:?}")
            }
            Value::Text(_) if OWN_VALUES.contains(&(name, column.as_str())) => format!("{column} is there"),
            _ => format!("{column}={value:?}"),
        });
        cells.collect::<Vec<_>>().join(" ")
    };
    let mut lines: Vec<String> = rows.rows.iter().map(printed).collect();
    if !text.contains("ORDER BY") {
        lines.sort_unstable();
    }
    lines
}

/// What differs between the two answers to one statement, in words; `None` where nothing does.
pub(super) fn difference(statement: &Statement, embedded: &Rows, neo4j: &Rows) -> Option<String> {
    if !statement.columns().is_empty() && embedded.columns != statement.columns() {
        return Some(format!(
            "the header lists {:?}, RETURN gives {:?}",
            statement.columns(),
            embedded.columns
        ));
    }
    rows_differ(statement.name, statement.text(), embedded, neo4j)
}

/// As [`difference`], of the rows alone.
pub(super) fn rows_differ(name: &str, text: &str, embedded: &Rows, neo4j: &Rows) -> Option<String> {
    let (left, right) = (comparable(name, text, embedded), comparable(name, text, neo4j));
    if left == right {
        return None;
    }
    let only = |these: &[String], those: &[String]| {
        these
            .iter()
            .filter(|row| !those.contains(row))
            .take(3)
            .cloned()
            .collect::<Vec<_>>()
            .join("\n      ")
    };
    Some(format!(
        "{} rows embedded, {} on Neo4j\n    embedded only: {}\n    neo4j only:    {}",
        left.len(),
        right.len(),
        only(&left, &right),
        only(&right, &left)
    ))
}
