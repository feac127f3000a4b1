//! The best stack that holds a given release, and why there is none.

use std::sync::Arc;

use thoth_schema::requirement::Requirement;

use super::words;
use super::{is_unsatisfiable, told};
use crate::advice::Reason;
use crate::best::{Best, best, spread};
use crate::bits;
use crate::clock::Clock;
use crate::legal::Rules;
use crate::model::Universe;
use crate::problem::{Need, PackageId, Pins, Problem};
use crate::prune::Live;
use crate::rejection::RejectionKind;

/// Reasons of rules that are listed at most.
const MOST_RULES: usize = 3;

/// What is known of the stacks that hold a release.
pub(crate) enum Outcome {
    /// The best of them.
    Best {
        pins: Pins,
        /// Whether none of them is proven to score more.
        proven: bool,
    },
    /// There is none.
    Impossible,
    /// The time was over before one was found or ruled out.
    Unknown,
}

/// Asks for the best stacks with releases of one problem.
pub(crate) struct Forced<'a> {
    universe: &'a Universe,
    problem: Problem,
    /// Outweighs everything else in a stack.
    prize: Option<i128>,
    clock: Clock<'a>,
}

impl<'a> Forced<'a> {
    pub(crate) fn new(universe: &'a Universe, problem: &Problem, clock: Clock<'a>) -> Self {
        Self {
            universe,
            prize: spread(problem),
            problem: problem.clone(),
            clock,
        }
    }

    /// The best stack that holds the candidate: it gets a prize that outweighs everything else, and the other
    /// candidates of its package are taken away. A stack of what is left that does not hold it has no room for
    /// it anywhere.
    pub(crate) fn best_with(&mut self, package: PackageId, candidate: u32) -> Outcome {
        let Some(prize) = self.prize else {
            return Outcome::Unknown;
        };
        let mut live = Live::all(&self.problem);
        let set = &mut live.sets[package as usize];
        set.fill(0);
        bits::set(set, candidate as usize);
        let Some(live) = Live::pruned_within(&self.problem, live) else {
            return Outcome::Impossible;
        };
        if !live.has(package, candidate as usize) {
            return Outcome::Impossible;
        }
        let weight = |problem: &mut Problem, more: i128| {
            problem.packages[package as usize].candidates[candidate as usize].weight += more;
        };
        weight(&mut self.problem, prize);
        let found = best(&self.problem, live, Vec::new(), self.clock);
        weight(&mut self.problem, -prize);
        match found {
            Best::None => Outcome::Impossible,
            Best::Undecided => Outcome::Unknown,
            Best::Found { pins, weight, bound } => {
                let holds = pins[package as usize] == Some(candidate);
                match (holds, weight == bound) {
                    (true, proven) => Outcome::Best { pins, proven },
                    (false, true) => Outcome::Impossible,
                    (false, false) => Outcome::Unknown,
                }
            }
        }
    }

    /// Why no stack holds the candidate, once that is known.
    pub(crate) fn impossible(
        &mut self,
        rules: &mut Rules<'a>,
        package: PackageId,
        candidate: u32,
    ) -> (RejectionKind, Vec<Reason>) {
        if let Some(reasons) = self.forbidden(package, candidate) {
            return (RejectionKind::Rule, reasons);
        }
        let evidence = words::key(self.universe, &self.problem, package, candidate);
        if let Some(sentences) = self.conflict(rules, package, candidate) {
            let reasons = sentences
                .into_iter()
                .map(|sentence| Reason::new("CONFLICT", sentence));
            let mut reasons: Vec<Reason> = reasons.collect();
            if let Some(first) = reasons.first_mut() {
                first.evidence.extend(evidence);
            }
            return (RejectionKind::Conflict, reasons);
        }
        let dense = self.problem.package(package);
        let gate = dense.gate.as_ref();
        if gate.is_some_and(|gate| !bits::has(&gate.finals, candidate as usize)) {
            let message = "it is a pre-release, and wherever it is allowed a final release would do";
            let reason = Reason::new("PRERELEASE", message).with_evidence(evidence);
            return (RejectionKind::Pruned, vec![reason]);
        }
        let message = format!(
            "in no stack that could hold it does anything require {}",
            dense.name
        );
        (
            RejectionKind::Unneeded,
            vec![Reason::new("UNNEEDED", message).with_evidence(evidence)],
        )
    }

    /// The reasons of what forbids the candidate, when stacks could hold it otherwise.
    fn forbidden(&mut self, package: PackageId, candidate: u32) -> Option<Vec<Reason>> {
        let concerns = |members: &[(PackageId, Box<[u64]>)]| {
            let mut members = members.iter();
            members.any(|(member, set)| *member == package && bits::has(set, candidate as usize))
        };
        let all = self.problem.factors.clone();
        let (forbids, others): (Vec<_>, Vec<_>) =
            all.iter().cloned().partition(|factor| factor.weight.is_none());
        if forbids.is_empty() {
            return None;
        }
        self.problem.factors = others;
        let free = self.best_with(package, candidate);
        self.problem.factors = all;
        let Outcome::Best { pins, .. } = free else {
            return None;
        };
        let reason = |term: usize| self.universe.terms.get(term).map(|term| term.reason.clone());
        let broken = forbids.iter().filter(|factor| factor.holds(&pins));
        let mut named: Vec<usize> = broken
            .clone()
            .filter(|factor| concerns(&factor.members))
            .map(|factor| factor.term)
            .collect();
        if named.is_empty() {
            named.extend(broken.map(|factor| factor.term));
        }
        Some(named.into_iter().filter_map(reason).take(MOST_RULES).collect())
    }

    /// Why the candidate and the request cannot be met together, in sentences.
    fn conflict(&self, rules: &mut Rules<'a>, package: PackageId, candidate: u32) -> Option<Vec<String>> {
        let mut part = self.problem.clone();
        let at = package as usize;
        let dense = self.problem.package(package);
        let text = format!("{}=={}", dense.name, dense.candidates[candidate as usize].version);
        let requirement = Arc::new(Requirement::parse(&text).ok()?);
        let mut set = vec![0; bits::words_for(dense.width())];
        bits::set(&mut set, candidate as usize);
        let mask = part.masks[at].intern(&set);
        let need = Need {
            target: package,
            mask,
            extras: bits::EMPTY,
            always: true,
            under: bits::EMPTY,
            requirement,
        };
        part.roots.push(need);
        let own = part.roots.len() - 1;
        let mut core: Vec<usize> = (0..own).collect();
        let with_own = |core: &[usize]| {
            let all: Vec<usize> = core.iter().copied().chain([own]).collect();
            part.with_roots(&all)
        };
        if !is_unsatisfiable(&with_own(&core), self.clock) {
            return None;
        }
        let mut at = 0;
        while at < core.len() {
            let mut fewer = core.clone();
            fewer.remove(at);
            if is_unsatisfiable(&with_own(&fewer), self.clock) {
                core = fewer;
            } else {
                at += 1;
            }
        }
        let own = words::release(&self.problem, package, candidate);
        Some(told(
            self.universe,
            rules,
            &with_own(&core),
            Some(own),
            self.clock,
        ))
    }
}
