//! What is said of several releases together, laid out for a search over the live candidates.
//!
//! Terms that can no longer hold are gone, as are members that every stack holds whatever it chooses; what
//! then speaks of one package alone has become part of the weights of its candidates.

use crate::bits;
use crate::problem::{Factor, PackageId, Pins, Problem};
use crate::prune::Live;
use crate::weight::exact_term_score;

/// The terms of a problem over its live candidates.
#[derive(Debug, Clone, Default)]
pub(crate) struct Terms {
    /// What every stack is worth before anything is chosen.
    pub(crate) base: i128,
    /// Whether every stack is forbidden.
    pub(crate) forbids_all: bool,
    /// By package: what terms add to the weight of each candidate; empty where they add nothing.
    added: Vec<Box<[i128]>>,
    /// Terms over two packages or more, and forbidden candidates of one.
    pub(crate) joint: Vec<Joint>,
    /// By package: the joint terms it is a member of, in ascending order, and which member; empty when there
    /// are none at all.
    of: Vec<Vec<(u32, u32)>>,
}

/// A term whose members are still open.
#[derive(Debug, Clone)]
pub(crate) struct Joint {
    /// By package; sets of live candidates, not empty.
    pub(crate) members: Vec<(PackageId, Box<[u64]>)>,
    /// What it adds; `None` forbids the stack.
    pub(crate) weight: Option<i128>,
}

impl Terms {
    /// The terms of a problem that can hold of a stack of live candidates.
    pub(crate) fn new(problem: &Problem, live: &Live) -> Self {
        let mut terms = Self::default();
        if problem.factors.is_empty() {
            return terms;
        }
        terms.added = vec![Box::default(); problem.size()];
        for factor in &problem.factors {
            terms.add(problem, live, factor);
        }
        terms.of = vec![Vec::new(); problem.size()];
        for (number, joint) in terms.joint.iter().enumerate() {
            for (place, (package, _)) in joint.members.iter().enumerate() {
                terms.of[*package as usize].push((number as u32, place as u32));
            }
        }
        terms
    }

    fn add(&mut self, problem: &Problem, live: &Live, factor: &Factor) {
        let mut members = Vec::with_capacity(factor.members.len());
        for (package, set) in &factor.members {
            let at = *package as usize;
            let mut set = set.clone();
            bits::keep(&mut set, &live.sets[at]);
            if bits::none(&set) {
                return;
            }
            if live.certain[at] && bits::within(&live.sets[at], &set) {
                continue;
            }
            members.push((*package, set));
        }
        match (members.as_slice(), factor.weight) {
            (_, Some(0)) => {}
            ([], Some(weight)) => self.base += weight,
            ([], None) => self.forbids_all = true,
            ([(package, set)], Some(weight)) => {
                let added = &mut self.added[*package as usize];
                if added.is_empty() {
                    *added = vec![0; problem.package(*package).candidates.len()].into();
                }
                for candidate in bits::ones(set) {
                    added[candidate] += weight;
                }
            }
            (_, weight) => self.joint.push(Joint { members, weight }),
        }
    }

    /// What the candidate adds to a stack by itself.
    pub(crate) fn weight(&self, problem: &Problem, package: PackageId, candidate: usize) -> i128 {
        let added = self
            .added
            .get(package as usize)
            .and_then(|added| added.get(candidate));
        problem.package(package).candidates[candidate].weight + added.copied().unwrap_or(0)
    }

    /// The joint terms the package is a member of, in ascending order, each with its place among their members.
    pub(crate) fn of(&self, package: PackageId) -> &[(u32, u32)] {
        self.of.get(package as usize).map_or(&[], Vec::as_slice)
    }
}

/// The terms that hold of a stack, in the order they were stated.
pub(crate) fn held<'p>(problem: &'p Problem, pins: &Pins) -> impl Iterator<Item = &'p Factor> {
    problem.factors.iter().filter(|factor| factor.holds(pins))
}

/// Whether a term forbids the stack.
pub(crate) fn forbids(problem: &Problem, pins: &Pins) -> bool {
    problem
        .factors
        .iter()
        .any(|factor| factor.weight.is_none() && factor.holds(pins))
}

/// The weight of a stack, terms included.
pub(crate) fn weight_of(problem: &Problem, pins: &Pins) -> i128 {
    let pinned = pins.iter().zip(&problem.packages);
    let releases: i128 = pinned
        .filter_map(|(pin, package)| pin.map(|pin| package.candidates[pin as usize].weight))
        .sum();
    let terms: i128 = held(problem, pins).filter_map(|factor| factor.weight).sum();
    releases + terms
}

/// The score of a stack: the sum over its pins in the order of their names, then over the terms that hold of
/// it in the order they were stated.
pub(crate) fn score_of(problem: &Problem, pins: &Pins) -> f64 {
    let pinned = pins.iter().zip(&problem.packages);
    let releases = pinned.filter_map(|(pin, package)| pin.map(|pin| package.candidates[pin as usize].score));
    let terms = held(problem, pins).filter_map(Factor::score);
    releases.chain(terms).fold(0.0, |sum, one| sum + one)
}

/// The same as a multiple of 2^-60, without rounding.
pub(crate) fn exact_score_of(problem: &Problem, pins: &Pins) -> i128 {
    let pinned = pins.iter().zip(&problem.packages);
    let releases: i128 = pinned
        .filter_map(|(pin, package)| {
            pin.map(|pin| crate::weight::exact_score(package.candidates[pin as usize].weight))
        })
        .sum();
    let terms: i128 = held(problem, pins)
        .filter_map(|factor| factor.weight.map(exact_term_score))
        .sum();
    releases + terms
}
