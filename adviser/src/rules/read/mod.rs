//! From a rule as it is kept to what it means.

mod at;
mod include;
mod pattern;
mod run;

use serde_json::Value;
use thoth_schema::rules::Rule;

use super::unit::{Unit, UnitType};
use at::{At, Findings};

/// What is wrong with a rule, or worth a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What sort of finding it is.
    pub kind: FindingKind,
    /// The value at fault: a JSON pointer into the unit, with the keys of prescriptions.
    pub pointer: String,
    /// The finding in words.
    pub message: String,
}

/// A sort of finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FindingKind {
    /// The unit breaks the format; it is left out.
    Invalid,
    /// The unit, or a part of it, can never match anything.
    Never,
    /// What the unit does cannot be done; it is left out.
    NotApplicable,
}

impl FindingKind {
    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            FindingKind::Invalid => "invalid",
            FindingKind::Never => "never-matches",
            FindingKind::NotApplicable => "not-applicable",
        }
    }
}

impl Unit {
    /// Reads a rule whose node has this key. A unit with a finding of the sort [`FindingKind::Invalid`] is not understood,
    /// and there is none.
    pub fn read(key: &str, namespace: &str, rule: &Rule) -> (Option<Unit>, Vec<Finding>) {
        let mut findings = Findings::default();
        let Some(unit_type) = UnitType::ALL
            .iter()
            .copied()
            .find(|one| one.as_str() == rule.unit_type && one.kind() == rule.kind)
        else {
            let known: Vec<&str> = UnitType::ALL
                .iter()
                .filter(|one| one.kind() == rule.kind)
                .map(|one| one.as_str())
                .collect();
            findings.add(
                FindingKind::Invalid,
                "/type".to_owned(),
                format!(
                    "`{}` is no type of {}: {}",
                    rule.unit_type,
                    rule.kind.as_str(),
                    known.join(", ")
                ),
            );
            return (None, findings.list);
        };
        let null = Value::Null;
        let include = include::read(
            At::root(rule.should_include.as_ref().unwrap_or(&null), "should_include"),
            namespace,
            &mut findings,
        );
        let run_at = At::root(&rule.run, "run");
        let run = run::read(unit_type, run_at, &mut findings);
        let match_at = At::root(rule.pattern.as_ref().unwrap_or(&null), "match");
        let patterns = pattern::read(unit_type, match_at, &mut findings);
        let is_void = !patterns.is_empty() && patterns.iter().all(pattern::never);
        let not_applicable = findings
            .list
            .iter()
            .find(|finding| finding.kind == FindingKind::NotApplicable)
            .map(|finding| finding.message.clone());
        let void = not_applicable.or_else(|| is_void.then(|| "its pattern can never match".to_owned()));
        let is_valid = findings
            .list
            .iter()
            .all(|finding| finding.kind != FindingKind::Invalid);
        let unit = is_valid.then(|| Unit {
            key: key.to_owned(),
            name: rule.name.clone(),
            namespace: namespace.to_owned(),
            unit_type,
            include,
            patterns,
            run,
            void,
        });
        (unit, findings.list)
    }
}
