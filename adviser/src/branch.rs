//! Branch and bound: complete and any-time, for problems whose states are too many to eliminate.
//!
//! Depth first over the required package with the fewest candidates left, best candidate first, with
//! propagation. The bound of a node is the sum of the best live weight of every required package and of the
//! positive ones of packages that may still become required; it never lies below what the node can reach.

use crate::bits;
use crate::clock::Clock;
use crate::problem::{Need, PackageId, Pins, Problem};
use crate::prune::Live;

/// How many nodes are expanded between two looks at the clock.
const NODES_PER_LOOK: u64 = 32;

/// What is known at the end.
pub(crate) struct Bounded {
    /// The best stacks found, best first.
    pub(crate) best: Vec<(i128, Pins)>,
    /// No stack weighs more.
    pub(crate) bound: i128,
    /// Whether the search went through all of the space: then the best are the best there are, and none means
    /// none.
    pub(crate) complete: bool,
    /// How many stacks were scored.
    pub(crate) scored: u64,
}

/// The `keep` best stacks as far as the time allows, starting from stacks that are known.
pub(crate) fn search(
    problem: &Problem,
    live: &Live,
    keep: usize,
    known: Vec<Pins>,
    clock: Clock<'_>,
) -> Bounded {
    let mut search = Search {
        problem,
        keep: keep.max(1),
        best: Vec::new(),
        scored: 0,
    };
    for pins in known {
        search.offer(pins);
    }
    let mut stack: Vec<Frame> = Vec::new();
    if let Some(root) = Node::root(problem, live) {
        search.enter(root, &mut stack);
    }
    let mut nodes = 0_u64;
    let mut complete = true;
    while let Some(frame) = stack.last_mut() {
        nodes += 1;
        if nodes.is_multiple_of(NODES_PER_LOOK) && clock.is_over() {
            complete = false;
            break;
        }
        let Some(candidate) = frame.candidates.pop().filter(|_| search.may_improve(frame.bound)) else {
            stack.pop();
            continue;
        };
        if let Some(node) = frame.node.with(problem, frame.package, candidate) {
            search.enter(node, &mut stack);
        }
    }
    let open = stack
        .iter()
        .filter(|frame| !frame.candidates.is_empty())
        .map(|frame| frame.bound)
        .max();
    let found = search.best.first().map(|(weight, _)| *weight);
    let bound = open.max(found).unwrap_or(0);
    Bounded {
        best: search.best,
        bound,
        complete,
        scored: search.scored,
    }
}

struct Frame {
    node: Node,
    bound: i128,
    package: PackageId,
    /// Still to be tried, best last.
    candidates: Vec<u32>,
}

struct Search<'p> {
    problem: &'p Problem,
    keep: usize,
    best: Vec<(i128, Pins)>,
    scored: u64,
}

impl Search<'_> {
    fn may_improve(&self, bound: i128) -> bool {
        self.best.len() < self.keep || self.best.last().is_none_or(|(worst, _)| bound > *worst)
    }

    fn enter(&mut self, node: Node, stack: &mut Vec<Frame>) {
        let bound = node.bound(self.problem);
        if !self.may_improve(bound) {
            return;
        }
        let Some(package) = node.next(self.problem) else {
            self.offer(node.pins());
            return;
        };
        let mut candidates: Vec<u32> = bits::ones(&node.domains[package as usize])
            .map(|at| at as u32)
            .collect();
        let weight = |at: &u32| self.problem.package(package).candidates[*at as usize].weight;
        candidates.sort_by(|left, right| weight(left).cmp(&weight(right)).then(right.cmp(left)));
        stack.push(Frame {
            node,
            bound,
            package,
            candidates,
        });
    }

    fn offer(&mut self, pins: Pins) {
        if self.problem.closure(&pins).is_none() {
            return;
        }
        self.scored += 1;
        let weight = weight_of(self.problem, &pins);
        if self.best.iter().any(|(_, known)| *known == pins) {
            return;
        }
        let at = self.best.partition_point(|(known, _)| *known >= weight);
        self.best.insert(at, (weight, pins));
        self.best.truncate(self.keep);
    }
}

/// The weight of a stack.
pub(crate) fn weight_of(problem: &Problem, pins: &Pins) -> i128 {
    let pinned = pins.iter().zip(&problem.packages);
    pinned
        .filter_map(|(pin, package)| pin.map(|pin| package.candidates[pin as usize].weight))
        .sum()
}

/// A weight no stack of the space exceeds, from the live candidates alone.
pub(crate) fn relaxed_bound(problem: &Problem, live: &Live) -> i128 {
    Node::root(problem, live).map_or(0, |node| node.bound(problem))
}

/// What is still possible.
#[derive(Clone)]
struct Node {
    domains: Vec<Vec<u64>>,
    extras: Vec<Vec<u64>>,
    required: Vec<bool>,
}

impl Node {
    fn root(problem: &Problem, live: &Live) -> Option<Self> {
        let extras = problem
            .packages
            .iter()
            .map(|package| vec![0; bits::words_for(package.extras.len())]);
        let mut node = Self {
            domains: live.sets.clone(),
            extras: extras.collect(),
            required: vec![false; problem.size()],
        };
        for need in &problem.roots {
            node.require(problem, need);
        }
        node.propagate(problem).then_some(node)
    }

    fn with(&self, problem: &Problem, package: PackageId, candidate: u32) -> Option<Self> {
        let mut node = self.clone();
        let domain = &mut node.domains[package as usize];
        domain.fill(0);
        bits::set(domain, candidate as usize);
        node.propagate(problem).then_some(node)
    }

    /// The required package with the fewest candidates, two or more; the first by name of equals.
    fn next(&self, problem: &Problem) -> Option<PackageId> {
        let open = (0..problem.size()).filter(|at| self.required[*at]);
        let sized = open
            .map(|at| (bits::count(&self.domains[at]), at))
            .filter(|(size, _)| *size > 1);
        sized.min().map(|(_, at)| at as PackageId)
    }

    fn pins(&self) -> Pins {
        let pin = |(domain, required): (&Vec<u64>, &bool)| {
            bits::ones(domain)
                .next()
                .filter(|_| *required)
                .map(|at| at as u32)
        };
        self.domains.iter().zip(&self.required).map(pin).collect()
    }

    fn require(&mut self, problem: &Problem, need: &Need) -> bool {
        let at = need.target as usize;
        let mut changed = !std::mem::replace(&mut self.required[at], true);
        changed |= bits::keep(&mut self.domains[at], problem.mask(need.target, need.mask));
        changed | bits::join(&mut self.extras[at], problem.extra_sets[at].get(need.extras))
    }

    /// Draws all conclusions; false when a required package has no candidate left.
    fn propagate(&mut self, problem: &Problem) -> bool {
        loop {
            let mut changed = false;
            for at in (0..problem.size())
                .filter(|at| self.required[*at])
                .collect::<Vec<_>>()
            {
                let candidates: Vec<usize> = bits::ones(&self.domains[at]).collect();
                match candidates.as_slice() {
                    [] => return false,
                    [only] => {
                        for need in &problem.packages[at].candidates[*only].needs {
                            if self.holds(problem, at, need) {
                                changed |= self.require(problem, need);
                            }
                        }
                    }
                    several => {
                        for candidate in several {
                            if !self.is_supported(problem, at, *candidate) {
                                bits::clear(&mut self.domains[at], *candidate);
                                changed = true;
                            }
                        }
                    }
                }
            }
            if !changed {
                return true;
            }
        }
    }

    fn holds(&self, problem: &Problem, owner: usize, need: &Need) -> bool {
        need.always || bits::meets(problem.extra_sets[owner].get(need.under), &self.extras[owner])
    }

    fn is_supported(&self, problem: &Problem, at: usize, candidate: usize) -> bool {
        problem.packages[at].candidates[candidate]
            .needs
            .iter()
            .filter(|need| self.holds(problem, at, need))
            .all(|need| {
                let mask = problem.mask(need.target, need.mask);
                if need.target as usize == at {
                    bits::has(mask, candidate)
                } else {
                    bits::meets(mask, &self.domains[need.target as usize])
                }
            })
    }

    fn bound(&self, problem: &Problem) -> i128 {
        let reachable = self.reachable(problem);
        (0..problem.size())
            .filter(|at| reachable[*at])
            .map(|at| {
                let candidates = &problem.packages[at].candidates;
                let best = bits::ones(&self.domains[at])
                    .map(|candidate| candidates[candidate].weight)
                    .max();
                if self.required[at] {
                    best.unwrap_or(0)
                } else {
                    best.unwrap_or(0).max(0)
                }
            })
            .sum()
    }

    /// The packages that are required or may become so.
    fn reachable(&self, problem: &Problem) -> Vec<bool> {
        let mut reachable = self.required.clone();
        let mut todo: Vec<usize> = (0..problem.size()).filter(|at| reachable[*at]).collect();
        while let Some(at) = todo.pop() {
            for candidate in bits::ones(&self.domains[at]) {
                for need in &problem.packages[at].candidates[candidate].needs {
                    // Any extra may yet be asked.
                    let target = need.target as usize;
                    if !std::mem::replace(&mut reachable[target], true) {
                        todo.push(target);
                    }
                }
            }
        }
        reachable
    }
}

#[cfg(test)]
#[path = "branch_tests.rs"]
mod tests;
