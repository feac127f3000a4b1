//! Deciding the packages of a cycle.
//!
//! Which package comes next depends on the state: the first in the order that is required and undecided. A
//! choice stays in the state until no package of the component that is still open may require the package;
//! then only the fact that it is decided stays, and when nothing in the component is required and undecided
//! all of it goes.

use super::count::Count;
use super::groups::Group;
use super::layer::{CLOSED, Chains, Layer, Slot, UNDECIDED};
use super::open::Span;
use super::{Run, Stop};
use crate::bits::EMPTY;
use crate::order::Order;
use crate::problem::PackageId;
use crate::space::{Edge, FREE, IMPOSSIBLE};

impl<C: Count> Run<'_, '_, '_, C> {
    pub(super) fn decide_component(
        &mut self,
        packages: &[PackageId],
        layer: &Layer<C>,
        chains: &mut Chains,
    ) -> Result<Layer<C>, Stop> {
        let component = Component::new(self.order, packages);
        let mut done = Layer::new(self.keep);
        let mut last: Option<Layer<C>> = None;
        loop {
            let current = last.as_ref().unwrap_or(layer);
            let mut next = Layer::new(self.keep);
            for state in 0..current.len() {
                self.decide_next(&component, current, state, &mut next, &mut done)?;
                self.look(next.len().max(done.len()))?;
            }
            if next.len() == 0 {
                return Ok(done);
            }
            next.seal(chains);
            last = Some(self.narrow(next, self.at));
        }
    }

    fn decide_next(
        &mut self,
        component: &Component<'_>,
        current: &Layer<C>,
        state: usize,
        next: &mut Layer<C>,
        done: &mut Layer<C>,
    ) -> Result<(), Stop> {
        let (slots, open) = (current.slots(state), current.open(state));
        let ways = current.ways(state);
        let Some(at) = component.next(slots) else {
            return match self.leave(component, slots, open) {
                Some((inside, open)) => self.fits(done.carry(&slots[inside..], open, &ways)),
                None => Ok(()),
            };
        };
        self.each_in_cycle(component, slots, open, at, |group, scratch, open, added| {
            next.extend(
                scratch,
                open,
                &ways,
                &group.choice(component.package(&slots[at]), added),
            )
        })
    }

    /// Calls `take` for every group of candidates the package at `at` may be chosen from, with the state that
    /// follows, its open terms and what terms add; ends early where that says a count does not fit.
    pub(super) fn each_in_cycle(
        &mut self,
        component: &Component<'_>,
        slots: &[Slot],
        open: u32,
        at: usize,
        mut take: impl FnMut(&Group, &[Slot], u32, i128) -> bool,
    ) -> Result<(), Stop> {
        let package = component.package(&slots[at]);
        let (mask, extras) = (slots[at].mask, slots[at].extras);
        let groups = self
            .groups
            .in_cycle(self.space, &mut self.lists, self.order, package, mask, extras);
        for group in groups.iter() {
            self.scratch.clear();
            self.scratch.extend_from_slice(slots);
            if self.choose(component, at, group.class, group.signature).is_none()
                || self.close(component).is_none()
            {
                continue;
            }
            let scratch = std::mem::take(&mut self.scratch);
            let fits = match self.advance(open, &scratch, package, group.joins, component.span(false)) {
                Some((open, added)) => take(group, &scratch, open, added),
                None => true,
            };
            self.scratch = scratch;
            self.fits(fits)?;
        }
        Ok(())
    }

    /// Ends the component in a state in which nothing of it is required and undecided: how many slots are
    /// its, and the terms still open. `None` when what is decided is not legal.
    pub(super) fn leave(
        &mut self,
        component: &Component<'_>,
        slots: &[Slot],
        open: u32,
    ) -> Option<(usize, u32)> {
        let inside = slots.partition_point(|slot| slot.place < component.end);
        let legal = slots[..inside]
            .iter()
            .all(|slot| self.is_legal(component.package(slot), slot));
        if !legal {
            return None;
        }
        // What is absent now can only end terms; none comes to hold by it.
        let (open, _) = self.settle(open, slots, component.span(true))?;
        Some((inside, open))
    }

    /// Writes a choice and all that follows from it into the state in the making; `None` when it cannot be.
    fn choose(&mut self, component: &Component<'_>, at: usize, candidate: u32, signature: u32) -> Option<()> {
        let slot = self.scratch[at];
        let package = component.package(&slot);
        let mask = self.kept_mask(package, candidate, slot.mask);
        self.scratch[at] = Slot {
            choice: candidate,
            mask,
            ..slot
        };
        let mut todo: Vec<Edge> = Vec::new();
        self.apply_signature(package, at, signature, &mut todo)?;
        while let Some(edge) = todo.pop() {
            let place = self.order.places[edge.target as usize];
            let Ok(at) = self.scratch.binary_search_by_key(&place, |slot| slot.place) else {
                self.require(&edge)?;
                continue;
            };
            match self.scratch[at].choice {
                UNDECIDED => self.require(&edge)?,
                CLOSED => {
                    debug_assert!(false, "a closed package is required again");
                    return None;
                }
                chosen => self.look_back(&edge, at, chosen, &mut todo)?,
            }
        }
        Some(())
    }

    /// What a requirement on an already decided package means.
    fn look_back(&mut self, edge: &Edge, at: usize, chosen: u32, todo: &mut Vec<Edge>) -> Option<()> {
        if !crate::bits::has(self.space.mask(edge.target, edge.mask), chosen as usize) {
            return None;
        }
        let slot = self.scratch[at];
        if slot.mask != EMPTY {
            self.scratch[at].mask = self.space.and(edge.target, slot.mask, edge.mask)?;
        }
        if edge.extras == EMPTY {
            return Some(());
        }
        let extras = self.space.or_extras(edge.target, slot.extras, edge.extras);
        if extras == slot.extras {
            return Some(());
        }
        let signature = self.space.signatures(edge.target, extras)[chosen as usize];
        if signature == IMPOSSIBLE {
            return None;
        }
        self.apply_signature(edge.target, at, signature, todo)
    }

    fn apply_signature(
        &mut self,
        package: PackageId,
        at: usize,
        signature: u32,
        todo: &mut Vec<Edge>,
    ) -> Option<()> {
        let signature = self.space.signature(signature);
        // Extras nobody can ask for any more would only keep equal states apart.
        let extended = self.order.extended_inside[package as usize];
        self.scratch[at].extras = if extended { signature.extras } else { EMPTY };
        if signature.own != FREE && self.scratch[at].mask != EMPTY {
            let mask = self.scratch[at].mask;
            self.scratch[at].mask = self.space.and(package, mask, signature.own)?;
        }
        todo.extend(signature.edges.iter().rev());
        Some(())
    }

    /// What is required of a decided package matters only where the fallback policy will ask for it.
    fn kept_mask(&self, package: PackageId, candidate: u32, mask: u32) -> u32 {
        let gate = self.space.problem.package(package).gate.as_ref();
        let asks = gate.is_some_and(|gate| !crate::bits::has(&gate.finals, candidate as usize));
        if asks { mask } else { EMPTY }
    }

    /// Whether the fallback policy admits what is decided, now that all that is required of it is known.
    fn is_legal(&self, package: PackageId, slot: &Slot) -> bool {
        if slot.choice == CLOSED || slot.mask == EMPTY {
            return true;
        }
        let mask = self.space.mask(package, slot.mask);
        self.space
            .problem
            .package(package)
            .may_choose(mask, slot.choice as usize)
    }

    /// Forgets choices that nothing can look back to; `None` when the fallback policy does not admit one of
    /// them.
    fn close(&mut self, component: &Component<'_>) -> Option<()> {
        let inside = self.scratch.partition_point(|slot| slot.place < component.end);
        loop {
            let mut changed = false;
            for at in 0..inside {
                let slot = self.scratch[at];
                let package = component.package(&slot);
                if slot.choice >= CLOSED || !self.is_settled(package, inside) {
                    continue;
                }
                if !self.is_legal(package, &slot) {
                    return None;
                }
                self.scratch[at] = Slot {
                    place: slot.place,
                    mask: EMPTY,
                    extras: EMPTY,
                    choice: CLOSED,
                };
                changed = true;
            }
            if !changed {
                return Some(());
            }
        }
    }

    /// Whether no package of the component may require this one any more: all that may are decided, and will
    /// not be asked for more extras.
    fn is_settled(&self, package: PackageId, inside: usize) -> bool {
        let slots = &self.scratch[..inside];
        self.order.referrers[package as usize].iter().all(|referrer| {
            let place = self.order.places[*referrer as usize];
            let Ok(at) = slots.binary_search_by_key(&place, |slot| slot.place) else {
                return false;
            };
            match slots[at].choice {
                UNDECIDED => false,
                CLOSED => true,
                _ => !self.order.extended_inside[*referrer as usize],
            }
        })
    }
}

/// The packages of a cycle and where they are in the order.
pub(super) struct Component<'a> {
    packages: &'a [PackageId],
    start: u32,
    end: u32,
}

impl<'a> Component<'a> {
    pub(super) fn new(order: &Order, packages: &'a [PackageId]) -> Self {
        let places = packages.iter().map(|package| order.places[*package as usize] + 1);
        let end = places.max().unwrap_or(0);
        let start = end - packages.len() as u32;
        Self { packages, start, end }
    }

    fn span(&self, closing: bool) -> Span {
        let (start, end) = (self.start, self.end);
        let settled = if closing { end } else { start };
        Span {
            start,
            end,
            settled,
            closing,
        }
    }

    /// Where the slot of the next package to decide is: the first required and undecided one.
    pub(super) fn next(&self, slots: &[Slot]) -> Option<usize> {
        let mut inside = slots.iter().take_while(|slot| slot.place < self.end);
        inside.position(|slot| slot.choice == UNDECIDED)
    }

    fn package(&self, slot: &Slot) -> PackageId {
        self.packages[(slot.place - self.start) as usize]
    }
}
