//! A batch cut down to some nodes, for the facts that take the place of retracted ones.

use super::Batch;
use crate::nodes::Keys;
use std::collections::BTreeSet;
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
    WRITE_SYMBOLS,
};

/// What a row of a later table says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    /// A fact of the shared node of this label whose key is in this column.
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
    (&WRITE_OBSERVED_OF, Says::Owned),
    (&WRITE_OBSERVED_ON, Says::Owned),
    (&WRITE_ADVICES, Says::Owned),
    (&WRITE_RECOMMENDED_STACKS, Says::Owned),
    (&WRITE_GIVEN_STACKS, Says::Owned),
    (&WRITE_LACKED_PACKAGES, Says::Owned),
    (&WRITE_ADVISED_ENVIRONMENTS, Says::Owned),
    (&WRITE_STATEMENTS, Says::Owned),
    (&WRITE_STACK_STATEMENTS, Says::Owned),
    (&WRITE_PACKAGE_STATEMENTS, Says::Owned),
    (&WRITE_INSPECTION_STATEMENTS, Says::Owned),
    (&WRITE_IMAGES, Says::Owned),
    (&WRITE_ADVISORIES, Says::Owned),
    (&WRITE_RULE_SETS, Says::Owned),
    (&WRITE_INSPECTION_SPECIFICATIONS, Says::Fact("Inspection", "key")),
    (&WRITE_INSPECTION_SCRIPTS, Says::Fact("Inspection", "key")),
    (&WRITE_INSPECTION_STACKS_DROP, Says::Fact("Inspection", "key")),
    (&WRITE_INSPECTION_STACK_HEADS, Says::Fact("Inspection", "key")),
    (&WRITE_INSPECTION_STACKS, Says::Fact("Inspection", "key")),
    (&WRITE_INSPECTION_TARGETS, Says::Fact("Inspection", "inspection")),
    (&WRITE_IMAGE_HEADS, Says::Fact("Image", "key")),
    (&WRITE_IMAGE_CONFIGS, Says::Fact("Image", "key")),
    (&WRITE_IMAGE_ENVIRONMENTS_DROP, Says::Fact("Image", "key")),
    (&WRITE_IMAGE_SYSTEMS, Says::Fact("Image", "key")),
    (&WRITE_IMAGE_ENVIRONMENTS, Says::Fact("Image", "image")),
    (&WRITE_CONTENTS_DROP, Says::Fact("Image", "key")),
    (&WRITE_CONTENTS_HEADS, Says::Fact("Image", "key")),
    (&WRITE_CONTENTS, Says::Fact("Image", "image")),
    (&WRITE_OFFERS_DROP, Says::Fact("Image", "key")),
    (&WRITE_OFFERS_HEADS, Says::Fact("Image", "key")),
    (&WRITE_OFFERS, Says::Fact("Image", "image")),
    (&WRITE_ADVISORY_FACTS, Says::Fact("Advisory", "key")),
    (&WRITE_AFFECTS_DROP, Says::Fact("Advisory", "key")),
    (&WRITE_AFFECTS, Says::Fact("Advisory", "advisory")),
    (&WRITE_RULE_SET_FACTS, Says::Fact("RuleSet", "key")),
    (&WRITE_RULES_DROP, Says::Fact("RuleSet", "key")),
    (&WRITE_RULES, Says::Fact("RuleSet", "ruleSet")),
    (&WRITE_NATIVE_DEPENDENCIES, Says::Fact("PackageVersion", "key")),
    (&WRITE_ABSENCES, Says::Fact("PackageVersion", "key")),
    (&WRITE_PRESENT_FILES, Says::Fact("PackageVersion", "key")),
    (&WRITE_PACKAGE_ABSENCES, Says::Fact("Package", "package")),
    (&WRITE_PACKAGE_ABSENCE_FACTS, Says::Fact("Package", "package")),
    (&WRITE_RULE_CONCERNS, Says::Follows("Rule", "rule")),
    (&WRITE_INSPECTIONS, Says::Follows("Inspection", "key")),
    (&WRITE_STACKS, Says::Follows("Stack", "key")),
    (&WRITE_PINS, Says::Follows("Stack", "stack")),
    (&WRITE_NATIVE_VERSIONS, Says::Follows("PackageVersion", "key")),
    (&WRITE_SYMBOLS, Says::Follows("Symbol", "key")),
    (&WRITE_HARDWARE, Says::Follows("Hardware", "key")),
];

/// Labels of nodes that facts of later tables name and that live by them. The releases of an image are stated by its
/// document too, and those of a stack are found with the stack.
const NAMED_BY_FACTS: &[&str] = &["Stack", "Environment", "Symbol"];

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
            let packages = stated.lines.iter();
            mentioned.extend(packages.map(|(_, row)| column(&self.texts.rows[*row], "package").to_owned()));
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

    /// The shared nodes whose facts hold on to other nodes that a newer statement drops, requirements aside.
    pub(crate) fn subjects(&self) -> Keys {
        let mut keys = Keys::default();
        for (statement, says) in SAYS {
            let Says::Fact(label, name) = says else { continue };
            if !matches!(*label, "PackageVersion" | "Package") {
                let table = self.later.get(statement.name).into_iter().flatten();
                keys.extend(
                    label,
                    table.map(|(_, stamped)| column(&stamped.row, name).to_owned()),
                );
            }
        }
        keys
    }

    /// The nodes that facts of those subjects may name, packages aside: nothing refers to them where the facts are
    /// outdated, also by another document of this batch.
    pub(crate) fn named_by_facts(&self, subjects: &Keys) -> Keys {
        if subjects.is_empty() {
            return Keys::default();
        }
        let mut keys = self.referenced();
        keys.retain(NAMED_BY_FACTS);
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
            let Says::Follows(label, name) = says else {
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
    use super::super::{LATER, SHARED};
    use super::*;

    /// What a document says; nothing where it cannot be read, which the tests then see.
    fn batch(kind: &str, payload: &serde_json::Value) -> Batch {
        let value = serde_json::json!({"kind": kind, "schemaVersion": 1, "producer": {"name": "test", "version": "1"},
            "producedAt": "2020-01-01T00:00:00Z", "payload": payload});
        let mut batch = Batch::default();
        if let Ok(document) = thoth_schema::document::Document::from_value(&value) {
            batch.add(&document);
        }
        batch
    }

    /// Then an ingest runs no statement for what is outdated.
    #[test]
    fn releases_have_no_subjects_to_look_around() {
        let release = serde_json::json!({"name": "web", "version": "1.0", "requires_dist": ["lib"]});
        for (kind, payload) in [
            ("release", serde_json::json!({"releases": [release]})),
            (
                "solver",
                serde_json::json!({"environment": {"python_version": "3.8"}, "results": [{"release": release}]}),
            ),
        ] {
            let batch = batch(kind, &payload);
            assert_eq!(batch.versions.len(), 1, "{kind}");
            let subjects = batch.subjects();
            assert!(subjects.is_empty(), "{kind}");
            assert!(batch.named_by_facts(&subjects).is_empty(), "{kind}");
        }
    }

    #[test]
    fn facts_name_what_lives_by_them() {
        let payload = serde_json::json!({"inspections": [{"inspectionId": "it", "stack": [{"name": "web", "version": "1.0"}],
            "target": {"osName": "fedora"}}]});
        let batch = batch("inspection", &payload);
        let subjects = batch.subjects();
        assert_eq!(subjects.of("Inspection"), ["it"]);
        let named = batch.named_by_facts(&subjects);
        assert_eq!(named.of("Stack").len(), 1);
        assert_eq!(named.of("Environment").len(), 1);
        assert!(named.of("PackageVersion").is_empty());
    }

    #[test]
    fn every_later_table_has_its_say() {
        for statement in SHARED.iter().chain(LATER) {
            let rows = SAYS.iter().filter(|(one, _)| one.name == statement.name).count();
            assert_eq!(rows, 1, "{} stands in SAYS once", statement.name);
        }
    }
}
