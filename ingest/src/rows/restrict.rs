//! A batch cut down to some nodes, for the facts that take the place of retracted ones.

use super::Batch;
use crate::nodes::Keys;
use std::collections::BTreeSet;
use thoth_cypher::{
    Statement, Value, WRITE_OBSERVATIONS, WRITE_OBSERVED_IN, WRITE_OBSERVED_STACKS, WRITE_OBSERVED_VERSIONS,
    WRITE_PINS, WRITE_STACKS,
};

/// What a row of a later table says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    /// A fact of the shared node of this label whose key is in this column.
    #[expect(dead_code, reason = "used by the kinds to come")]
    Fact(&'static str, &'static str),
    /// What follows from the key of a node of this label, in this column: wanted where a wanted row names the key.
    Follows(&'static str, &'static str),
    /// Something that its document alone says.
    Owned,
}

/// What the rows of each later table say, holders before what they hold.
pub(super) static SAYS: &[(&Statement, Says)] = &[
    (&WRITE_OBSERVATIONS, Says::Owned),
    (&WRITE_OBSERVED_VERSIONS, Says::Owned),
    (&WRITE_OBSERVED_STACKS, Says::Owned),
    (&WRITE_OBSERVED_IN, Says::Owned),
    (&WRITE_STACKS, Says::Follows("Stack", "key")),
    (&WRITE_PINS, Says::Follows("Stack", "stack")),
];

/// The text of a column; empty where there is none.
pub(crate) fn column<'row>(row: &'row Value, name: &str) -> &'row str {
    match row {
        Value::Map(cells) => cells.get(name).and_then(Value::as_str).unwrap_or_default(),
        _ => "",
    }
}

/// Every text of a row: among them the keys of all nodes that it names.
fn mention(row: &Value, mentioned: &mut BTreeSet<String>) {
    if let Value::Map(cells) = row {
        mentioned.extend(cells.values().filter_map(Value::as_str).map(str::to_owned));
    }
}

impl Batch {
    /// Keeps the facts of these nodes, and nodes without facts of their own that the kept rows name.
    pub(crate) fn restrict(&mut self, nodes: &Keys) {
        let is_release = |key: &str| nodes.contains("PackageVersion", key);
        self.documents.clear();
        self.statements.clear();
        self.published.retain(|key, _| is_release(key));
        self.yanks.retain(|key, _| is_release(key));
        self.metadata.retain(|key, _| is_release(key));
        self.requirements.retain(|key, _| is_release(key));
        self.artifacts.retain(|(_, version)| is_release(version));
        self.modules.retain(|(_, version)| is_release(version));
        self.artifact_facts
            .retain(|key, _| nodes.contains("Artifact", key));

        let mut mentioned: BTreeSet<String> = nodes.of("PackageVersion").into_iter().collect();
        for stated in self.requirements.values() {
            mentioned.extend(stated.lines.iter().map(|row| column(row, "package").to_owned()));
        }
        for (statement, says) in SAYS {
            let Some(table) = self.later.get_mut(statement.name) else {
                continue;
            };
            table.retain(|_, stamped| match says {
                Says::Fact(label, name) => nodes.contains(label, column(&stamped.row, name)),
                Says::Follows(_, name) => mentioned.contains(column(&stamped.row, name)),
                Says::Owned => false,
            });
            for stamped in table.values() {
                mention(&stamped.row, &mut mentioned);
            }
        }
        self.versions.retain(|key, _| mentioned.contains(key));
        for row in self.versions.values() {
            mention(row, &mut mentioned);
        }
        self.packages.retain(|key, _| mentioned.contains(key));
        self.indexes.retain(|key, _| mentioned.contains(key));
        self.environments.retain(|key, _| mentioned.contains(key));
    }

    /// The shared nodes, releases aside, that later tables state facts of.
    pub(crate) fn subjects(&self) -> Keys {
        let mut keys = Keys::default();
        for (statement, says) in SAYS {
            let Says::Fact(label, name) = says else { continue };
            if *label != "PackageVersion" {
                let table = self.later.get(statement.name).into_iter().flatten();
                keys.extend(
                    label,
                    table.map(|(_, stamped)| column(&stamped.row, name).to_owned()),
                );
            }
        }
        keys
    }

    /// The nodes that facts of the later tables name: nothing refers to them where the facts are outdated.
    pub(crate) fn named_by_facts(&self) -> Keys {
        let mut mentioned = BTreeSet::new();
        for (statement, says) in SAYS {
            if matches!(says, Says::Fact(..)) {
                let table = self.later.get(statement.name).into_iter().flatten();
                table.for_each(|(_, stamped)| mention(&stamped.row, &mut mentioned));
            }
        }
        if mentioned.is_empty() {
            return Keys::default();
        }
        let mut keys = self.referenced();
        keys.retain(|key| mentioned.contains(key));
        keys
    }

    /// The nodes of this batch that live by what refers to them.
    pub(crate) fn referenced(&self) -> Keys {
        let mut keys = Keys::default();
        keys.extend("PackageVersion", self.versions.keys().cloned());
        keys.extend("Package", self.packages.keys().cloned());
        keys.extend("Index", self.indexes.keys().cloned());
        keys.extend("Environment", self.environments.keys().cloned());
        keys.extend("Artifact", self.artifacts.iter().map(|(key, _)| key.clone()));
        keys.extend("Module", self.modules.iter().map(|(key, _)| key.clone()));
        for (statement, says) in SAYS {
            let (Says::Follows(label, name) | Says::Fact(label, name)) = says else {
                continue;
            };
            let table = self.later.get(statement.name).into_iter().flatten();
            keys.extend(
                label,
                table.map(|(_, stamped)| column(&stamped.row, name).to_owned()),
            );
        }
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::super::LATER;
    use super::*;

    #[test]
    fn every_later_table_has_its_say() {
        for statement in LATER {
            let rows = SAYS.iter().filter(|(one, _)| one.name == statement.name).count();
            assert_eq!(rows, 1, "{} stands in SAYS once", statement.name);
        }
    }
}
