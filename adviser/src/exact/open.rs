//! Terms over several packages as factors of the state.
//!
//! Of each term a state says one bit at most: that every member decided so far holds, and that the term may
//! still come to hold. A term no member of which is decided is not said, nor is one that can no longer hold;
//! which of the two it is follows from what is decided. A term is over as soon as what is required of its
//! open members leaves no doubt: it then adds its weight, or ends the way, before they are chosen.

use std::rc::Rc;

use super::Run;
use super::count::Count;
use super::layer::{Slot, UNDECIDED};
use crate::bits;
use crate::hash::FastMap;
use crate::problem::PackageId;
use crate::terms::Joint;

/// No term.
pub(crate) const NONE: u32 = 0;

/// Lists of terms, interned: equal lists have equal numbers.
#[derive(Debug)]
pub(crate) struct Lists {
    lists: Vec<Rc<[u32]>>,
    numbers: FastMap<Rc<[u32]>, u32>,
}

impl Lists {
    /// The empty list, as [`NONE`].
    pub(crate) fn new() -> Self {
        let mut lists = Self {
            lists: Vec::new(),
            numbers: FastMap::default(),
        };
        lists.intern(&[]);
        lists
    }

    /// The number of a sorted list.
    pub(crate) fn intern(&mut self, list: &[u32]) -> u32 {
        if let Some(number) = self.numbers.get(list) {
            return *number;
        }
        let number = self.lists.len() as u32;
        let list: Rc<[u32]> = list.into();
        self.lists.push(Rc::clone(&list));
        self.numbers.insert(list, number);
        number
    }

    /// The list of that number.
    pub(crate) fn get(&self, number: u32) -> Rc<[u32]> {
        Rc::clone(&self.lists[number as usize])
    }
}

/// Which part of the order is being decided.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    /// The places of the component at hand.
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Packages that nothing from this place on may require are absent unless they are required already.
    pub(crate) settled: u32,
    /// Whether the component is done: what it does not require now it never will.
    pub(crate) closing: bool,
}

impl Span {
    /// A package on no cycle, just decided or left out.
    pub(crate) fn single(place: u32) -> Self {
        let end = place + 1;
        Self {
            start: place,
            end,
            settled: end,
            closing: true,
        }
    }
}

/// What a state says of one member of a term.
enum Standing {
    /// It is decided.
    Decided,
    /// Nothing requires it yet.
    Unrequired,
    /// One of these is required.
    Required(u32),
    /// No stack from here on holds it.
    Absent,
}

impl<C: Count> Run<'_, '_, '_, C> {
    /// Which terms may still hold once `package` is decided by a candidate that is a member of the terms
    /// `joins`, in the state `slots`; and what the terms that now hold for certain add. `None` when one of
    /// them forbids the stack.
    pub(super) fn advance(
        &mut self,
        open: u32,
        slots: &[Slot],
        package: PackageId,
        joins: u32,
        span: Span,
    ) -> Option<(u32, i128)> {
        if open == NONE && joins == NONE {
            return Some((NONE, 0));
        }
        let terms = Rc::clone(&self.space.terms);
        let (before, joins) = (self.lists.get(open), self.lists.get(joins));
        let mut after = std::mem::take(&mut self.open);
        after.clear();
        for term in before.iter() {
            let is_member = terms
                .of(package)
                .binary_search_by_key(term, |(known, _)| *known)
                .is_ok();
            if !is_member || joins.binary_search(term).is_ok() {
                after.push(*term);
            }
        }
        for term in joins.iter().filter(|term| before.binary_search(term).is_err()) {
            if self.is_untouched(&terms.joint[*term as usize], slots, package, span) {
                after.push(*term);
            }
        }
        after.sort_unstable();
        let result = self.weigh(&mut after, slots, Some(package), span);
        self.open = after;
        result
    }

    /// The same when nothing is decided, but more is known to be absent.
    pub(super) fn settle(&mut self, open: u32, slots: &[Slot], span: Span) -> Option<(u32, i128)> {
        if open == NONE {
            return Some((NONE, 0));
        }
        let mut after = std::mem::take(&mut self.open);
        after.clear();
        after.extend_from_slice(&self.lists.get(open));
        let result = self.weigh(&mut after, slots, None, span);
        self.open = after;
        result
    }

    /// Takes terms that are over out of the list.
    fn weigh(
        &mut self,
        open: &mut Vec<u32>,
        slots: &[Slot],
        decided: Option<PackageId>,
        span: Span,
    ) -> Option<(u32, i128)> {
        let terms = Rc::clone(&self.space.terms);
        let (mut added, mut forbidden) = (0, false);
        open.retain(|term| {
            let joint = &terms.joint[*term as usize];
            match self.holds(joint, slots, decided, span) {
                None => true,
                Some(false) => false,
                Some(true) => {
                    match joint.weight {
                        Some(weight) => added += weight,
                        None => forbidden = true,
                    }
                    false
                }
            }
        });
        (!forbidden).then(|| (self.lists.intern(open), added))
    }

    /// Whether an open term holds, as far as the state leaves no doubt.
    fn holds(&self, joint: &Joint, slots: &[Slot], decided: Option<PackageId>, span: Span) -> Option<bool> {
        let mut certain = true;
        for (package, set) in &joint.members {
            if decided == Some(*package) {
                continue;
            }
            match self.standing(*package, slots, span) {
                Standing::Decided => {}
                Standing::Unrequired => certain = false,
                Standing::Absent => return Some(false),
                Standing::Required(mask) => {
                    let mask = self.space.mask(*package, mask);
                    if !bits::meets(mask, set) {
                        return Some(false);
                    }
                    certain &= bits::within(mask, set);
                }
            }
        }
        certain.then_some(true)
    }

    /// Whether no member but `package` is decided, or known to be absent.
    fn is_untouched(&self, joint: &Joint, slots: &[Slot], package: PackageId, span: Span) -> bool {
        let mut others = joint.members.iter().filter(|(member, _)| *member != package);
        others.all(|(member, _)| {
            let standing = self.standing(*member, slots, span);
            matches!(standing, Standing::Unrequired | Standing::Required(_))
        })
    }

    fn standing(&self, package: PackageId, slots: &[Slot], span: Span) -> Standing {
        let place = self.order.places[package as usize];
        if place < span.start {
            return Standing::Decided;
        }
        match slots.binary_search_by_key(&place, |slot| slot.place) {
            Ok(at) if slots[at].choice == UNDECIDED => Standing::Required(slots[at].mask),
            Ok(_) => Standing::Decided,
            Err(_) if place < span.end && span.closing => Standing::Absent,
            Err(_) if place >= span.end && self.order.wanted_until[package as usize] <= span.settled => {
                Standing::Absent
            }
            Err(_) => Standing::Unrequired,
        }
    }
}
