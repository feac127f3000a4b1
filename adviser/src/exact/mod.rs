//! Exact search by elimination: proves the best stacks and counts all of them without looking at any singly.
//!
//! Packages are decided in the order of [`Order`]. Between two decisions a state holds, for every package
//! that is required and not yet decided, what is required of it; inside a cycle also the choices that a later
//! package of the cycle may look back to. Equal states are merged: they have the same continuations, so only
//! the number of ways to them and the best of those ways count. The next package is always the first in the
//! order that is required and undecided, which depends on the state alone; hence every stack is found by
//! exactly one path, cycles and extras included.

mod component;
pub(crate) mod count;
mod groups;
pub(crate) mod layer;

use num_bigint::BigUint;

use crate::clock::Clock;
use crate::order::Order;
use crate::problem::{PackageId, Pins};
use crate::space::{Edge, Space};
use count::Count;
use groups::Groups;
use layer::{Chains, Layer, Slot, UNDECIDED};

/// States (times stacks kept of each) in one layer above which the search gives up: about half a gigabyte.
pub(crate) const STATE_LIMIT: usize = 2_000_000;

/// The same for predictors that only want the facts along with their own search.
pub(crate) const CHEAP_STATE_LIMIT: usize = 20_000;

/// How many expansions are made between two looks at the clock.
const STEPS_PER_LOOK: u32 = 1024;

/// Where the search gives up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits<'c> {
    pub(crate) states: usize,
    pub(crate) clock: Clock<'c>,
}

/// All there is to know of a space.
#[derive(Debug, Clone)]
pub(crate) struct Solved {
    /// How many stacks there are, in decimal digits.
    pub(crate) count: String,
    /// The best of them, best first; empty when there is none.
    pub(crate) best: Vec<(i128, Pins)>,
}

/// Why the search ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// A count does not fit its type.
    Overflow,
    /// Too many states, or the time is over.
    Limit,
}

/// The `keep` best stacks and the number of all; `None` when that takes more states or time than the limits
/// allow.
pub(crate) fn solve(space: &mut Space<'_>, order: &Order, keep: usize, limits: Limits<'_>) -> Option<Solved> {
    match Run::<u128>::new(space, order, keep, limits).solve() {
        Ok(solved) => Some(solved),
        Err(Stop::Limit) => None,
        Err(Stop::Overflow) => Run::<BigUint>::new(space, order, keep, limits).solve().ok(),
    }
}

/// The same with counts of one type; `None` also when they do not fit it.
#[cfg(test)]
pub(crate) fn solve_counting<C: Count>(
    space: &mut Space<'_>,
    order: &Order,
    keep: usize,
    limits: Limits,
) -> Option<Solved> {
    Run::<C>::new(space, order, keep, limits).solve().ok()
}

struct Run<'s, 'p, C> {
    space: &'s mut Space<'p>,
    order: &'s Order,
    keep: usize,
    limits: Limits<'s>,
    groups: Groups,
    scratch: Vec<Slot>,
    steps: u32,
    count: std::marker::PhantomData<C>,
}

impl<'s, 'p, C: Count> Run<'s, 'p, C> {
    fn new(space: &'s mut Space<'p>, order: &'s Order, keep: usize, limits: Limits<'s>) -> Self {
        let keep = keep.max(1);
        Self {
            space,
            order,
            keep,
            limits,
            groups: Groups::new(keep),
            scratch: Vec::new(),
            steps: 0,
            count: std::marker::PhantomData,
        }
    }

    fn solve(mut self) -> Result<Solved, Stop> {
        let Some(roots) = self.space.roots() else {
            return Ok(Solved {
                count: "0".to_owned(),
                best: Vec::new(),
            });
        };
        let mut slots: Vec<Slot> = roots.iter().map(|edge| self.slot(edge)).collect();
        slots.sort_unstable_by_key(|slot| slot.place);
        let mut chains = Chains::default();
        let mut layer: Layer<C> = Layer::start(self.keep, &slots);
        let order = self.order;
        for component in &order.components {
            layer = match component.as_slice() {
                [package] => self.decide_single(*package, &layer)?,
                packages => self.decide_component(packages, layer, &mut chains)?,
            };
            layer.seal(&mut chains);
        }
        Ok(self.conclude(&layer, &chains))
    }

    fn conclude(&self, layer: &Layer<C>, chains: &Chains) -> Solved {
        if layer.len() == 0 {
            return Solved {
                count: "0".to_owned(),
                best: Vec::new(),
            };
        }
        debug_assert!(
            layer.len() == 1 && layer.slots(0).is_empty(),
            "all packages are decided"
        );
        let ways = layer.ways(0);
        let size = self.space.problem.size();
        let pins = |chain: u32| {
            let mut pins: Pins = vec![None; size];
            for (package, candidate) in chains.choices(chain) {
                pins[package as usize] = Some(candidate);
            }
            pins
        };
        let best = ways
            .best
            .iter()
            .map(|entry| (entry.weight, pins(entry.chain())))
            .collect();
        Solved {
            count: ways.count.digits(),
            best,
        }
    }

    fn slot(&self, edge: &Edge) -> Slot {
        let place = self.order.places[edge.target as usize];
        Slot {
            place,
            mask: edge.mask,
            extras: edge.extras,
            choice: UNDECIDED,
        }
    }

    /// Decides a package that is on no cycle.
    fn decide_single(&mut self, package: PackageId, layer: &Layer<C>) -> Result<Layer<C>, Stop> {
        let place = self.order.places[package as usize];
        let mut next = Layer::new(self.keep);
        for state in 0..layer.len() {
            let slots = layer.slots(state);
            let ways = layer.ways(state);
            match slots.first().filter(|slot| slot.place == place) {
                None => self.fits(next.carry(slots, &ways))?,
                Some(slot) => {
                    let groups = self.groups.single(self.space, package, slot.mask, slot.extras);
                    for group in groups.iter() {
                        self.scratch.clear();
                        self.scratch.extend_from_slice(&slots[1..]);
                        let signature = self.space.signature(group.signature);
                        if signature.edges.iter().all(|edge| self.require(edge).is_some()) {
                            let fits = next.extend(&self.scratch, &ways, &group.choice(package));
                            self.fits(fits)?;
                        }
                    }
                }
            }
            self.look(next.len())?;
        }
        Ok(next)
    }

    /// Adds what an edge requires of an undecided package to the state in the making; `None` when nothing is
    /// left of it.
    fn require(&mut self, edge: &Edge) -> Option<()> {
        let slot = self.slot(edge);
        match self
            .scratch
            .binary_search_by_key(&slot.place, |known| known.place)
        {
            Err(at) => self.scratch.insert(at, slot),
            Ok(at) => {
                let known = self.scratch[at];
                let mask = self.space.and(edge.target, known.mask, edge.mask)?;
                let extras = self.space.or_extras(edge.target, known.extras, edge.extras);
                self.scratch[at] = Slot {
                    mask,
                    extras,
                    ..known
                };
            }
        }
        Some(())
    }

    fn fits(&self, fits: bool) -> Result<(), Stop> {
        if fits { Ok(()) } else { Err(Stop::Overflow) }
    }

    /// Ends the search when it takes too much.
    fn look(&mut self, states: usize) -> Result<(), Stop> {
        self.steps += 1;
        let late = self.steps.is_multiple_of(STEPS_PER_LOOK) && self.limits.clock.is_over();
        if late || states.saturating_mul(self.keep) > self.limits.states {
            Err(Stop::Limit)
        } else {
            Ok(())
        }
    }
}
