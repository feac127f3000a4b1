//! What rules come to for one request, and how it enters the knowledge before the search.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use thoth_schema::name::PackageName;
use thoth_schema::requirement::Requirement;

use super::pattern::Pattern;
use super::report::RulesReport;
use super::unit::Unit;
use crate::advice::{Advice, LockReport, Outcome, Pruned, SearchReport, SpaceMethod};
use crate::model::{Candidate, Request, Term, Universe};

/// What rules come to for one request.
#[derive(Debug, Clone, Default)]
pub struct Ruling {
    /// What is said of several releases together.
    pub terms: Vec<Term>,
    /// Releases that are removed, by package.
    pub removals: BTreeMap<PackageName, Vec<Removal>>,
    /// Packages that come into reach by a rule; their knowledge has to be gathered before the search.
    pub wanted: Vec<Requirement>,
    /// What the advice says of the rules.
    pub report: RulesReport,
    /// Lines for the log of the program: severity and message.
    pub log: Vec<(String, String)>,
    pub(super) edits: Vec<Edit>,
    /// The unit of each term, by its place in `units`.
    pub(super) term_units: Vec<usize>,
    /// What ends the advice when a stack that is to be advised meets it, with the place of its unit.
    pub(super) ends: Vec<(usize, Term)>,
    pub(super) spoken: Vec<Spoken>,
    pub(super) units: Vec<Unit>,
    pub(super) default_index: Option<String>,
}

/// A release that a rule removes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Removal {
    /// Order key of its version.
    pub order: String,
    /// Its version.
    pub version: String,
    /// Its index.
    pub index: String,
    /// Key of the rule.
    pub rule: String,
    /// Why, in words.
    pub why: String,
}

/// A change of requirements.
#[derive(Debug, Clone)]
pub(super) enum Edit {
    /// Takes a package out of those of the releases meant, or of all.
    Drop {
        package: PackageName,
        from: Option<Pattern>,
    },
    /// Adds one to those of the releases meant.
    Add {
        to: Pattern,
        requirement: Arc<Requirement>,
    },
}

/// When the words of a unit are said: by its place in the units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spoken {
    /// Of every stack.
    Always(usize),
    /// Of stacks that meet a pattern of it.
    Stacks(usize),
}

impl Ruling {
    pub(super) fn remove(&mut self, package: &PackageName, candidate: &Candidate, unit: &Unit, why: &str) {
        self.removals.entry(package.clone()).or_default().push(Removal {
            order: candidate.order.clone(),
            version: candidate.version.to_string(),
            index: candidate.index.clone(),
            rule: unit.key.clone(),
            why: why.to_owned(),
        });
    }

    pub(super) fn term(&mut self, at: usize, unit: &Unit, term: Term) {
        if unit.run.stop.as_ref().is_some_and(|stop| stop.advice) {
            self.ends.push((at, term));
        } else {
            self.term_units.push(at);
            self.terms.push(term);
        }
    }

    /// Whether the advice ends before any search.
    pub fn refuses(&self) -> bool {
        !self.report.refusals.is_empty()
    }

    /// Brings removals, changed requirements and terms into the knowledge; what was removed, by package.
    pub fn apply(&self, universe: &mut Universe) -> Vec<Pruned> {
        let mut pruned = Vec::new();
        for (package, removals) in &self.removals {
            let Some(known) = universe.packages.get_mut(package) else {
                continue;
            };
            let removed: BTreeSet<(&str, &str)> = removals
                .iter()
                .map(|one| (one.order.as_str(), one.index.as_str()))
                .collect();
            let before = known.candidates.len();
            known
                .candidates
                .retain(|one| !removed.contains(&(one.order.as_str(), one.index.as_str())));
            let rules: BTreeSet<&String> = removals.iter().map(|one| &one.rule).collect();
            let newest = removals.iter().max_by(|left, right| left.order.cmp(&right.order));
            pruned.push(Pruned {
                package: package.to_string(),
                reason: "rule".to_owned(),
                count: (before - known.candidates.len()) as u64,
                example: newest.map(|one| one.version.clone()).unwrap_or_default(),
                evidence: rules.into_iter().cloned().collect(),
            });
        }
        for edit in &self.edits {
            self.edit(edit, universe);
        }
        // What only says something changes no score.
        let counts = |term: &&Term| term.effect != crate::model::Effect::Adds(0.0);
        universe.terms.extend(self.terms.iter().filter(counts).cloned());
        pruned
    }

    fn edit(&self, edit: &Edit, universe: &mut Universe) {
        let pattern = match edit {
            Edit::Drop { from, .. } => from.as_ref(),
            Edit::Add { to, .. } => Some(to),
        };
        let index = self.default_index.as_deref();
        for (package, known) in &mut universe.packages {
            let meant = known
                .candidates
                .iter_mut()
                .filter(|candidate| pattern.is_none_or(|one| one.admits(package, candidate, index)));
            for requirements in meant.filter_map(|candidate| candidate.requirements.as_mut()) {
                match edit {
                    Edit::Drop { package, .. } => requirements.retain(|one| one.name != *package),
                    Edit::Add { requirement, .. } => requirements.push(Arc::clone(requirement)),
                }
            }
        }
    }

    /// The answer of an advice that the rules end before any search.
    pub fn refusal(&self, request: &Request) -> Advice {
        Advice {
            id: None,
            outcome: Outcome::Refused,
            stacks: Vec::new(),
            // Nothing was counted.
            search: SearchReport {
                space_is_exact: false,
                space_method: SpaceMethod::UpperBound,
                ..SearchReport::of_nothing(request)
            },
            conflict: None,
            missing: Vec::new(),
            pruned: Vec::new(),
            rejections: Vec::new(),
            lock: request.lock.as_ref().map(|_| refused_lock(&self.report)),
            rules: Some(self.report.clone()),
        }
    }
}

/// What becomes of a lock where rules end the advice.
pub(super) fn refused_lock(report: &RulesReport) -> LockReport {
    let refusals = report.refusals.iter();
    LockReport {
        kept: false,
        score: None,
        difference: None,
        violations: refusals.map(|reason| reason.message.clone()).collect(),
    }
}
