//! The labels of the graph, what their nodes hold on to, and how a node that nothing refers to is removed.
//!
//! Every node but `Document` lives as long as something refers to it: a document that states it, or another node that
//! does. What loses its last reference is found among candidates that a transaction gathers, never by looking through
//! the graph.

use crate::revisions;
use crate::writing::STATEMENT_ROWS;
use std::collections::{BTreeMap, BTreeSet};
use thoth_cypher::{
    READ_AROUND_ADVICES, READ_AROUND_ADVISORIES, READ_AROUND_IMAGES, READ_AROUND_INSPECTIONS,
    READ_AROUND_OBSERVATIONS, READ_AROUND_PACKAGES, READ_AROUND_RULE_SETS, READ_AROUND_STACKS,
    READ_AROUND_VERSIONS, READ_LOOSE_STACKS, READ_LOOSE_VERSIONS, Row, Statement, Transaction,
    WRITE_CLEAR_ADVISORIES, WRITE_CLEAR_ADVISORY_LINES, WRITE_CLEAR_ARTIFACTS, WRITE_CLEAR_IMAGE_LINES,
    WRITE_CLEAR_IMAGES, WRITE_CLEAR_INSPECTION_LINES, WRITE_CLEAR_INSPECTIONS, WRITE_CLEAR_PACKAGES,
    WRITE_CLEAR_RULE_SETS, WRITE_CLEAR_RULES, WRITE_CLEAR_VERSION_LINES, WRITE_CLEAR_VERSIONS,
    WRITE_FORGET_ADVICES, WRITE_FORGET_ADVISORIES, WRITE_FORGET_ARTIFACTS, WRITE_FORGET_ENVIRONMENTS,
    WRITE_FORGET_HARDWARE, WRITE_FORGET_IMAGES, WRITE_FORGET_INDEXES, WRITE_FORGET_INSPECTIONS,
    WRITE_FORGET_MODULES, WRITE_FORGET_OBSERVATIONS, WRITE_FORGET_PACKAGES, WRITE_FORGET_RULE_SETS,
    WRITE_FORGET_STACKS, WRITE_FORGET_SYMBOLS, WRITE_FORGET_VERSIONS, params,
};
use thoth_schema::error::{ErrorCode, Fault};

/// One label.
#[derive(Debug)]
pub(crate) struct Label {
    pub(crate) name: &'static str,
    /// The nodes that nodes of this label hold on to, as `label` and `key`; `None` where they hold nothing.
    around: Option<&'static Statement>,
    /// Those of the nodes that nothing refers to, where nodes of this label are reached by the hundred and hold much.
    loose: Option<&'static Statement>,
    /// Whether a node only goes when it holds on to nothing either: then nothing loses a reference thereby.
    bare: bool,
    /// Takes from shared nodes every fact that documents state; empty where the key says all, or one document owns all.
    clear: &'static [&'static Statement],
    /// Removes those of the nodes that nothing refers to.
    forget: &'static Statement,
}

const fn leaf(name: &'static str, forget: &'static Statement) -> Label {
    Label {
        name,
        around: None,
        loose: None,
        bare: false,
        clear: &[],
        forget,
    }
}

/// Every label but those of documents and migrations; whoever holds on comes before whom it holds on to. `Rule` is not
/// here: rules are lines of their set, removed and written with its other facts.
pub(crate) static LABELS: &[Label] = &[
    Label {
        around: Some(&READ_AROUND_OBSERVATIONS),
        ..leaf("Observation", &WRITE_FORGET_OBSERVATIONS)
    },
    Label {
        around: Some(&READ_AROUND_ADVICES),
        ..leaf("Advice", &WRITE_FORGET_ADVICES)
    },
    Label {
        around: Some(&READ_AROUND_INSPECTIONS),
        clear: &[&WRITE_CLEAR_INSPECTIONS, &WRITE_CLEAR_INSPECTION_LINES],
        ..leaf("Inspection", &WRITE_FORGET_INSPECTIONS)
    },
    Label {
        around: Some(&READ_AROUND_IMAGES),
        clear: &[&WRITE_CLEAR_IMAGES, &WRITE_CLEAR_IMAGE_LINES],
        ..leaf("Image", &WRITE_FORGET_IMAGES)
    },
    Label {
        around: Some(&READ_AROUND_ADVISORIES),
        clear: &[&WRITE_CLEAR_ADVISORIES, &WRITE_CLEAR_ADVISORY_LINES],
        ..leaf("Advisory", &WRITE_FORGET_ADVISORIES)
    },
    Label {
        around: Some(&READ_AROUND_RULE_SETS),
        clear: &[&WRITE_CLEAR_RULE_SETS, &WRITE_CLEAR_RULES],
        ..leaf("RuleSet", &WRITE_FORGET_RULE_SETS)
    },
    Label {
        around: Some(&READ_AROUND_STACKS),
        loose: Some(&READ_LOOSE_STACKS),
        ..leaf("Stack", &WRITE_FORGET_STACKS)
    },
    Label {
        around: Some(&READ_AROUND_VERSIONS),
        loose: Some(&READ_LOOSE_VERSIONS),
        clear: &[&WRITE_CLEAR_VERSIONS, &WRITE_CLEAR_VERSION_LINES],
        ..leaf("PackageVersion", &WRITE_FORGET_VERSIONS)
    },
    Label {
        clear: &[&WRITE_CLEAR_ARTIFACTS],
        ..leaf("Artifact", &WRITE_FORGET_ARTIFACTS)
    },
    leaf("Module", &WRITE_FORGET_MODULES),
    Label {
        around: Some(&READ_AROUND_PACKAGES),
        bare: true,
        clear: &[&WRITE_CLEAR_PACKAGES],
        ..leaf("Package", &WRITE_FORGET_PACKAGES)
    },
    leaf("Index", &WRITE_FORGET_INDEXES),
    leaf("Environment", &WRITE_FORGET_ENVIRONMENTS),
    leaf("Hardware", &WRITE_FORGET_HARDWARE),
    leaf("Symbol", &WRITE_FORGET_SYMBOLS),
];

/// Keys of nodes by label.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Keys(BTreeMap<&'static str, BTreeSet<String>>);

impl Keys {
    pub(crate) fn of(&self, label: &str) -> Vec<String> {
        self.0
            .get(label)
            .map(|keys| keys.iter().cloned().collect())
            .unwrap_or_default()
    }

    pub(crate) fn contains(&self, label: &str, key: &str) -> bool {
        self.0.get(label).is_some_and(|keys| keys.contains(key))
    }

    pub(crate) fn extend(&mut self, label: &'static str, keys: impl IntoIterator<Item = String>) {
        self.0.entry(label).or_default().extend(keys);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.values().all(BTreeSet::is_empty)
    }

    /// Leaves the nodes of these labels alone.
    pub(crate) fn retain(&mut self, labels: &[&str]) {
        self.0.retain(|label, _| labels.contains(label));
    }

    pub(crate) fn add_all(&mut self, other: &Keys) {
        for (label, keys) in &other.0 {
            self.extend(label, keys.iter().cloned());
        }
    }

    /// Adds a node that the graph named by `label` and `key`.
    fn add(&mut self, row: Row<'_>) -> Result<(), Fault> {
        let name = row.text("label");
        let label = LABELS.iter().find(|label| label.name == name).ok_or_else(|| {
            Fault::new(
                ErrorCode::Internal,
                format!("the label `{name}` is not in the table of labels"),
            )
        })?;
        self.extend(label.name, [row.text("key").to_owned()]);
        Ok(())
    }
}

/// Reads nodes, as `label` and `key`, that stand around others.
pub(crate) async fn read_nodes(
    transaction: &mut dyn Transaction,
    statement: &'static Statement,
    keys: &[String],
    found: &mut Keys,
) -> Result<(), Fault> {
    for chunk in keys.chunks(STATEMENT_ROWS) {
        let rows = transaction
            .run(statement, params! { "keys" => chunk.to_vec() })
            .await?;
        for row in rows.iter() {
            found.add(row)?;
        }
    }
    Ok(())
}

/// Reads the column `key`.
pub(crate) async fn read_keys(
    transaction: &mut dyn Transaction,
    statement: &'static Statement,
    keys: &[String],
) -> Result<BTreeSet<String>, Fault> {
    let mut found = BTreeSet::new();
    for chunk in keys.chunks(STATEMENT_ROWS) {
        let rows = transaction
            .run(statement, params! { "keys" => chunk.to_vec() })
            .await?;
        found.extend(rows.iter().map(|row| row.text("key").to_owned()));
    }
    Ok(found)
}

/// Runs a statement that only takes keys.
pub(crate) async fn run_on(
    transaction: &mut dyn Transaction,
    statement: &'static Statement,
    keys: &[String],
) -> Result<(), Fault> {
    for chunk in keys.chunks(STATEMENT_ROWS) {
        transaction
            .submit(statement, params! { "keys" => chunk.to_vec() })
            .await?;
    }
    Ok(())
}

/// What these nodes hold on to.
pub(crate) async fn around(transaction: &mut dyn Transaction, nodes: &Keys) -> Result<Keys, Fault> {
    let mut found = Keys::default();
    for label in LABELS {
        if let Some(statement) = label.around {
            read_nodes(transaction, statement, &nodes.of(label.name), &mut found).await?;
        }
    }
    Ok(found)
}

/// Takes from these nodes every fact that documents state.
pub(crate) async fn clear(transaction: &mut dyn Transaction, nodes: &Keys) -> Result<(), Fault> {
    for label in LABELS {
        for statement in label.clear {
            run_on(transaction, statement, &nodes.of(label.name)).await?;
        }
    }
    Ok(())
}

/// Removes those of the candidates that nothing refers to, and what loses its last reference thereby.
pub(crate) async fn forget(transaction: &mut dyn Transaction, mut candidates: Keys) -> Result<(), Fault> {
    for label in LABELS {
        let mut keys = candidates.of(label.name);
        if let Some(loose) = label.loose {
            keys = read_keys(transaction, loose, &keys).await?.into_iter().collect();
        }
        if let (Some(around), false) = (label.around, label.bare) {
            read_nodes(transaction, around, &keys, &mut candidates).await?;
        }
        if label.name == "PackageVersion" {
            revisions::of_releases(transaction, &keys).await?;
        }
        run_on(transaction, label.forget, &keys).await?;
    }
    Ok(())
}
