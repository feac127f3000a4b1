//! The problem as the complete decision sees it.
//!
//! An extra of a package is a package of its own whose every candidate requires the same candidate of the
//! package. Of packages that are required and undecided those without a choice come first, then those that
//! were in conflict often, then direct requirements in the order given and the others in the order of
//! discovery; of candidates the newest.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::fmt;

use pubgrub::{Dependencies, DependencyConstraints, DependencyProvider, PackageResolutionStatistics};

use super::set::Candidates;
use crate::bits;
use crate::clock::Clock;
use crate::hash::FastMap;
use crate::problem::{Need, PackageId, Problem};
use crate::prune::Live;

/// Conflicts after which a package is decided before others.
const MANY_CONFLICTS: u32 = 5;

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Node {
    /// The request.
    Root,
    /// A package.
    Package(PackageId),
    /// An extra of a package, by its place among the extras of the package.
    Extra(PackageId, u32),
}

impl fmt::Display for Node {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self:?}")
    }
}

/// Why a candidate cannot be pinned whatever else is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RequiresOtherOfItself;

impl fmt::Display for RequiresOtherOfItself {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("it requires another version of itself")
    }
}

/// The time is over.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the budget of time is used up")]
pub(crate) struct OutOfTime;

/// Serves the live candidates of a problem.
pub(crate) struct Provider<'a> {
    pub(crate) problem: &'a Problem,
    live: &'a Live,
    /// The root requirements to meet, by their place among the roots.
    roots: &'a [usize],
    clock: Clock<'a>,
    discovered: RefCell<FastMap<PackageId, usize>>,
}

impl<'a> Provider<'a> {
    pub(crate) fn new(problem: &'a Problem, live: &'a Live, roots: &'a [usize], clock: Clock<'a>) -> Self {
        Self {
            problem,
            live,
            roots,
            clock,
            discovered: RefCell::new(FastMap::default()),
        }
    }

    /// The edges one requirement stands for.
    fn edges(&self, need: &Need, edges: &mut Vec<(Node, Candidates)>) {
        let mut discovered = self.discovered.borrow_mut();
        let next = discovered.len();
        discovered.entry(need.target).or_insert(next);
        let size = self.problem.package(need.target).candidates.len();
        let mut mask = self.problem.mask(need.target, need.mask).to_vec();
        bits::keep(&mut mask, &bits::full(size, size));
        mask.truncate(bits::words_for(size));
        let set = Candidates::of(&mask);
        for extra in bits::ones(self.problem.extra_sets[need.target as usize].get(need.extras)) {
            edges.push((Node::Extra(need.target, extra as u32), set.clone()));
        }
        edges.push((Node::Package(need.target), set));
    }

    fn live_of(&self, package: PackageId, range: &Candidates) -> Vec<u64> {
        let mut set = range.below(self.problem.package(package).candidates.len());
        bits::keep(&mut set, &self.live.sets[package as usize]);
        set
    }

    fn requirements(
        &self,
        package: PackageId,
        extra: Option<u32>,
        candidate: u32,
    ) -> Option<Vec<(Node, Candidates)>> {
        let sets = &self.problem.extra_sets[package as usize];
        let mut edges = Vec::new();
        if extra.is_some() {
            edges.push((Node::Package(package), pubgrub::VersionSet::singleton(candidate)));
        }
        for need in &self.problem.package(package).candidates[candidate as usize].needs {
            let holds = extra.map_or(need.always, |extra| {
                bits::has(sets.get(need.under), extra as usize)
            });
            if !holds {
                continue;
            }
            let own = need.target == package;
            if own && !bits::has(self.problem.mask(package, need.mask), candidate as usize) {
                return None;
            }
            let from = edges.len();
            self.edges(need, &mut edges);
            if own {
                // What a release asks of itself is the same release with more extras.
                let asked = edges
                    .split_off(from)
                    .into_iter()
                    .filter_map(|(node, _)| match node {
                        Node::Extra(_, asked) if Some(asked) != extra => {
                            Some((node, pubgrub::VersionSet::singleton(candidate)))
                        }
                        _ => None,
                    });
                edges.extend(asked);
            }
        }
        Some(edges)
    }
}

impl DependencyProvider for Provider<'_> {
    type P = Node;
    type V = u32;
    type VS = Candidates;
    type Priority = (u32, Reverse<usize>, bool);
    type M = RequiresOtherOfItself;
    type Err = OutOfTime;

    fn prioritize(
        &self,
        node: &Node,
        range: &Candidates,
        conflicts: &PackageResolutionStatistics,
    ) -> Self::Priority {
        let (package, is_extra) = match node {
            Node::Root => return (u32::MAX, Reverse(0), false),
            Node::Package(package) => (*package, false),
            Node::Extra(package, _) => (*package, true),
        };
        let choices = bits::count(&self.live_of(package, range));
        let class = match choices {
            0 => 4,
            _ if conflicts.conflict_count() >= MANY_CONFLICTS => 3,
            1 => 2,
            _ => 1,
        };
        let discovered = self
            .discovered
            .borrow()
            .get(&package)
            .copied()
            .unwrap_or(usize::MAX);
        (class, Reverse(discovered), is_extra)
    }

    fn choose_version(&self, node: &Node, range: &Candidates) -> Result<Option<u32>, OutOfTime> {
        let package = match node {
            Node::Root => return Ok(Some(0)),
            Node::Package(package) | Node::Extra(package, _) => *package,
        };
        let live = self.live_of(package, range);
        let newest = bits::ones(&live).next();
        let gate = self.problem.package(package).gate.as_ref();
        let newest_final = gate.and_then(|gate| bits::ones(&live).find(|at| bits::has(&gate.finals, *at)));
        Ok(newest_final.or(newest).map(|at| at as u32))
    }

    fn get_dependencies(
        &self,
        node: &Node,
        version: &u32,
    ) -> Result<Dependencies<Node, Candidates, RequiresOtherOfItself>, OutOfTime> {
        let edges = match node {
            Node::Root => {
                let mut edges = Vec::new();
                for root in self.roots {
                    self.edges(&self.problem.roots[*root], &mut edges);
                }
                Some(edges)
            }
            Node::Package(package) => self.requirements(*package, None, *version),
            Node::Extra(package, extra) => self.requirements(*package, Some(*extra), *version),
        };
        Ok(
            edges.map_or(Dependencies::Unavailable(RequiresOtherOfItself), |edges| {
                Dependencies::Available(DependencyConstraints::from_iter(edges))
            }),
        )
    }

    fn should_cancel(&self) -> Result<(), OutOfTime> {
        if self.clock.is_over() {
            Err(OutOfTime)
        } else {
            Ok(())
        }
    }
}
