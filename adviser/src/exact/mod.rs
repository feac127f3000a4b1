//! Exact search by elimination: proves the best stacks and counts all of them without looking at any singly.
//!
//! Packages are decided in the order of [`Order`]. Between two decisions a state holds, for every package
//! that is required and not yet decided, what is required of it; inside a cycle also the choices that a later
//! package of the cycle may look back to. Equal states are merged: they have the same continuations, so only
//! the number of ways to them and the best of those ways count. The next package is always the first in the
//! order that is required and undecided, which depends on the state alone; hence every stack is found by
//! exactly one path, cycles and extras included.
//!
//! Terms over several packages are factors of the state, see [`open`].

mod component;
pub(crate) mod count;
mod groups;
pub(crate) mod layer;
mod open;
mod partial;

use num_bigint::BigUint;

use crate::clock::Clock;
use crate::order::Order;
use crate::problem::{PackageId, Pins};
use crate::space::{Edge, Space};
use count::Count;
use groups::{Group, Groups};
use layer::{Chains, Layer, Slot, UNDECIDED};
use open::{Lists, Span};
pub(crate) use partial::{Estimate, Partial, Rest};

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

impl Solved {
    fn nothing() -> Self {
        Self {
            count: "0".to_owned(),
            best: Vec::new(),
        }
    }
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
        Err(stopped) if stopped.why == Stop::Limit => None,
        Err(_) => Run::<BigUint>::new(space, order, keep, limits).solve().ok(),
    }
}

/// The same, and where that takes too much what is known of the space all the same.
pub(crate) fn solve_or_bound<'c>(
    space: &mut Space<'_>,
    order: &Order,
    keep: usize,
    limits: Limits<'c>,
    rest: Rest<'c>,
) -> Result<Solved, Partial> {
    let stopped = match Run::<u128>::new(space, order, keep, limits).solve() {
        Ok(solved) => return Ok(solved),
        Err(stopped) => stopped,
    };
    if stopped.why == Stop::Limit {
        return Err(stopped.partial(rest));
    }
    drop(stopped);
    let big = Run::<BigUint>::new(space, order, keep, limits).solve();
    big.map_err(|stopped| stopped.partial(rest))
}

/// The same as [`solve`] with counts of one type; `None` also when they do not fit it.
#[cfg(test)]
pub(crate) fn solve_counting<C: Count>(
    space: &mut Space<'_>,
    order: &Order,
    keep: usize,
    limits: Limits<'_>,
) -> Option<Solved> {
    Run::<C>::new(space, order, keep, limits).solve().ok()
}

/// A search that ended early, and how far it got.
struct Stopped<'s, 'p, 'c, C> {
    why: Stop,
    run: Run<'s, 'p, 'c, C>,
    layer: Layer<C>,
    chains: Chains,
    at: usize,
}

impl<'c, C: Count> Stopped<'_, '_, 'c, C> {
    fn partial(self, rest: Rest<'c>) -> Partial {
        self.run.partial(self.layer, self.chains, self.at, rest)
    }
}

struct Run<'s, 'p, 'c, C> {
    space: &'s mut Space<'p>,
    order: &'s Order,
    keep: usize,
    limits: Limits<'c>,
    groups: Groups,
    lists: Lists,
    open: Vec<u32>,
    /// The component at hand.
    at: usize,
    /// How many states are kept of a layer, where not all are.
    width: Option<usize>,
    scratch: Vec<Slot>,
    steps: u32,
    count: std::marker::PhantomData<C>,
}

impl<'s, 'p, 'c, C: Count> Run<'s, 'p, 'c, C> {
    fn new(space: &'s mut Space<'p>, order: &'s Order, keep: usize, limits: Limits<'c>) -> Self {
        let keep = keep.max(1);
        Self {
            space,
            order,
            keep,
            limits,
            groups: Groups::new(keep),
            lists: Lists::new(),
            open: Vec::new(),
            at: 0,
            width: None,
            scratch: Vec::new(),
            steps: 0,
            count: std::marker::PhantomData,
        }
    }

    fn solve(mut self) -> Result<Solved, Box<Stopped<'s, 'p, 'c, C>>> {
        let Some(roots) = self.space.roots().filter(|_| !self.space.terms.forbids_all) else {
            return Ok(Solved::nothing());
        };
        let mut slots: Vec<Slot> = roots.iter().map(|edge| self.slot(edge)).collect();
        slots.sort_unstable_by_key(|slot| slot.place);
        let mut chains = Chains::default();
        let mut layer: Layer<C> = Layer::start(self.keep, &slots, self.space.terms.base);
        let mut at = 0;
        match self.eliminate(&mut layer, &mut chains, &mut at) {
            Ok(()) => Ok(self.conclude(&layer, &chains)),
            Err(why) => Err(Box::new(Stopped {
                why,
                run: self,
                layer,
                chains,
                at,
            })),
        }
    }

    /// Decides the components from `at` on; ends early with the last layer that was reached whole, and where
    /// that is.
    fn eliminate(&mut self, layer: &mut Layer<C>, chains: &mut Chains, at: &mut usize) -> Result<(), Stop> {
        let order = self.order;
        while let Some(component) = order.components.get(*at) {
            self.at = *at;
            let mut next = match component.as_slice() {
                [package] => self.decide_single(*package, layer)?,
                packages => self.decide_component(packages, layer, chains)?,
            };
            next.seal(chains);
            *at += 1;
            *layer = self.narrow(next, *at);
        }
        Ok(())
    }

    fn conclude(&self, layer: &Layer<C>, chains: &Chains) -> Solved {
        if layer.len() == 0 {
            return Solved::nothing();
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
            let (slots, open) = (layer.slots(state), layer.open(state));
            let ways = layer.ways(state);
            if slots.first().is_some_and(|slot| slot.place == place) {
                self.each_single(package, slots, open, |group, scratch, open, added| {
                    next.extend(scratch, open, &ways, &group.choice(package, added))
                })?;
            } else if let Some((open, _)) = self.settle(open, slots, Span::single(place)) {
                // What is absent can only end terms; none comes to hold by it.
                self.fits(next.carry(slots, open, &ways))?;
            }
            self.look(next.len())?;
        }
        Ok(next)
    }

    /// Calls `take` for every group of candidates the package of the first slot may be chosen from, with the
    /// state that follows, its open terms and what terms add; ends early where that says a count does not fit.
    fn each_single(
        &mut self,
        package: PackageId,
        slots: &[Slot],
        open: u32,
        mut take: impl FnMut(&Group, &[Slot], u32, i128) -> bool,
    ) -> Result<(), Stop> {
        let Slot {
            place, mask, extras, ..
        } = slots[0];
        let groups = self
            .groups
            .single(self.space, &mut self.lists, package, mask, extras);
        for group in groups.iter() {
            self.scratch.clear();
            self.scratch.extend_from_slice(&slots[1..]);
            let signature = self.space.signature(group.signature);
            if !signature.edges.iter().all(|edge| self.require(edge).is_some()) {
                continue;
            }
            let scratch = std::mem::take(&mut self.scratch);
            let fits = match self.advance(open, &scratch, package, group.joins, Span::single(place)) {
                Some((open, added)) => take(group, &scratch, open, added),
                None => true,
            };
            self.scratch = scratch;
            self.fits(fits)?;
        }
        Ok(())
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
