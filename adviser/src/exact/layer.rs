//! States between two decisions, equal ones merged, each with its best scores and the number of ways to it.

use std::hash::Hasher;

use super::count::Count;
use super::open::NONE;
use crate::hash::{FastHasher, FastMap};
use crate::problem::PackageId;

/// A package required and not yet decided.
pub(crate) const UNDECIDED: u32 = u32::MAX;
/// A package of the component at hand that is decided, and whose choice nothing may look back to any more.
pub(crate) const CLOSED: u32 = u32::MAX - 1;
/// No package: the entry is carried over unchanged.
const CARRIED: PackageId = PackageId::MAX;
/// The beginning of every chain of choices.
pub(crate) const START: u32 = u32::MAX;

/// What a state says of one package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Slot {
    /// The place of the package in the order.
    pub(crate) place: u32,
    /// What is required of it.
    pub(crate) mask: u32,
    /// The extras asked.
    pub(crate) extras: u32,
    /// The candidate, [`UNDECIDED`] or [`CLOSED`].
    pub(crate) choice: u32,
}

/// One of the best ways to a state.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) weight: i128,
    /// The chain of choices before the last.
    node: u32,
    package: PackageId,
    candidate: u32,
}

/// One choice in a chain.
#[derive(Debug, Clone, Copy)]
struct Node {
    before: u32,
    package: PackageId,
    candidate: u32,
}

/// All chains of choices that are still among the best of some state.
#[derive(Debug, Default)]
pub(crate) struct Chains(Vec<Node>);

impl Chains {
    /// The choices of a chain, last first.
    pub(crate) fn choices(&self, mut at: u32) -> impl Iterator<Item = (PackageId, u32)> + '_ {
        std::iter::from_fn(move || {
            let node = self.0.get(at as usize)?;
            at = node.before;
            Some((node.package, node.candidate))
        })
    }
}

/// Distinct states in the order they were found.
pub(crate) struct Layer<C> {
    keep: usize,
    slots: Vec<Slot>,
    ends: Vec<usize>,
    /// The terms that may still hold, by number of their list.
    opens: Vec<u32>,
    counts: Vec<C>,
    best: Vec<Entry>,
    filled: Vec<u32>,
    first: FastMap<u64, u32>,
    next: Vec<u32>,
}

/// Where a state got to: its choices may be lost to a better one.
pub(crate) struct Ways<'a, C> {
    pub(crate) count: &'a C,
    pub(crate) best: &'a [Entry],
}

/// How a group of candidates continues the ways to a state.
pub(crate) struct Choice<'a> {
    pub(crate) package: PackageId,
    /// How many candidates the group has.
    pub(crate) members: u32,
    /// Its best candidates with their weights, best first.
    pub(crate) best: &'a [(i128, u32)],
    /// What the terms add that hold for certain now.
    pub(crate) added: i128,
}

impl<C: Count> Layer<C> {
    /// No state; `keep` ways to each are remembered.
    pub(crate) fn new(keep: usize) -> Self {
        Self {
            keep,
            slots: Vec::new(),
            ends: Vec::new(),
            opens: Vec::new(),
            counts: Vec::new(),
            best: Vec::new(),
            filled: Vec::new(),
            first: FastMap::default(),
            next: Vec::new(),
        }
    }

    /// The one state at the beginning, worth so much.
    pub(crate) fn start(keep: usize, slots: &[Slot], weight: i128) -> Self {
        let mut layer = Self::new(keep);
        let entry = Entry {
            weight,
            node: START,
            package: CARRIED,
            candidate: 0,
        };
        let ways = Ways {
            count: &C::one(),
            best: &[entry],
        };
        layer.carry(slots, NONE, &ways);
        layer
    }

    /// How many states there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// What the state says, in the order of decision.
    pub(crate) fn slots(&self, state: usize) -> &[Slot] {
        let start = if state == 0 { 0 } else { self.ends[state - 1] };
        &self.slots[start..self.ends[state]]
    }

    /// The terms that may still hold.
    pub(crate) fn open(&self, state: usize) -> u32 {
        self.opens[state]
    }

    /// The ways to the state.
    pub(crate) fn ways(&self, state: usize) -> Ways<'_, C> {
        let start = state * self.keep;
        Ways {
            count: &self.counts[state],
            best: &self.best[start..start + self.filled[state] as usize],
        }
    }

    /// Adds the ways to a state, unchanged; false when a count does not fit.
    pub(crate) fn carry(&mut self, slots: &[Slot], open: u32, ways: &Ways<'_, C>) -> bool {
        let Some(state) = self.find(slots, open) else {
            let state = self.add(slots, open, ways.count.clone());
            for entry in ways.best {
                self.offer(state, *entry);
            }
            return true;
        };
        for entry in ways.best {
            if !self.offer(state, *entry) {
                break;
            }
        }
        self.counts[state].add_times(ways.count, 1)
    }

    /// Adds the ways to a state, each continued by each candidate of a group; false when a count does not
    /// fit.
    pub(crate) fn extend(
        &mut self,
        slots: &[Slot],
        open: u32,
        ways: &Ways<'_, C>,
        choice: &Choice<'_>,
    ) -> bool {
        let (state, fits) = match self.find(slots, open) {
            Some(state) => (state, self.counts[state].add_times(ways.count, choice.members)),
            None => {
                let mut count = ways.count.clone();
                let fits = count.add_times(ways.count, choice.members - 1);
                (self.add(slots, open, count), fits)
            }
        };
        for entry in ways.best {
            for (at, (weight, candidate)) in choice.best.iter().enumerate() {
                let weight = entry.weight + weight + choice.added;
                let next = Entry {
                    weight,
                    node: entry.node,
                    package: choice.package,
                    candidate: *candidate,
                };
                if !self.offer(state, next) {
                    if at == 0 {
                        return fits;
                    }
                    break;
                }
            }
        }
        fits
    }

    /// The `width` states with the greatest hopes, in the order they were found; of equals the first. The
    /// numbers of ways to them are forgotten.
    pub(crate) fn narrowed(self, width: usize, hopes: &[i128]) -> Self {
        let mut states: Vec<usize> = (0..self.len()).collect();
        states.sort_by_key(|state| std::cmp::Reverse(hopes[*state]));
        states.truncate(width);
        states.sort_unstable();
        let mut narrowed = Self::new(self.keep);
        for state in states {
            let ways = Ways {
                count: &C::one(),
                best: self.ways(state).best,
            };
            narrowed.carry(self.slots(state), self.open(state), &ways);
        }
        narrowed
    }

    /// Puts an entry among the best of a state; false when it is not among them. Of equal weights the first
    /// stays.
    fn offer(&mut self, state: usize, entry: Entry) -> bool {
        let start = state * self.keep;
        let filled = self.filled[state] as usize;
        let best = &mut self.best[start..start + self.keep];
        let mut at = filled;
        while at > 0 && best[at - 1].weight < entry.weight {
            at -= 1;
        }
        if at == self.keep {
            return false;
        }
        let end = (filled + 1).min(self.keep);
        best.copy_within(at..end - 1, at + 1);
        best[at] = entry;
        self.filled[state] = end as u32;
        true
    }

    fn find(&self, slots: &[Slot], open: u32) -> Option<usize> {
        let mut at = *self.first.get(&hash(slots, open))?;
        while at != u32::MAX {
            if self.opens[at as usize] == open && self.slots(at as usize) == slots {
                return Some(at as usize);
            }
            at = self.next[at as usize];
        }
        None
    }

    fn add(&mut self, slots: &[Slot], open: u32, count: C) -> usize {
        let state = self.ends.len();
        self.slots.extend_from_slice(slots);
        self.ends.push(self.slots.len());
        self.opens.push(open);
        self.counts.push(count);
        let blank = Entry {
            weight: 0,
            node: START,
            package: CARRIED,
            candidate: 0,
        };
        self.best.resize(self.best.len() + self.keep, blank);
        self.filled.push(0);
        let before = self.first.insert(hash(slots, open), state as u32);
        self.next.push(before.unwrap_or(u32::MAX));
        state
    }

    /// Writes the last choices of all ways into the chains.
    pub(crate) fn seal(&mut self, chains: &mut Chains) {
        for (state, filled) in self.filled.iter().enumerate() {
            let start = state * self.keep;
            for entry in &mut self.best[start..start + *filled as usize] {
                if entry.package != CARRIED {
                    let node = Node {
                        before: entry.node,
                        package: entry.package,
                        candidate: entry.candidate,
                    };
                    entry.node = chains.0.len() as u32;
                    entry.package = CARRIED;
                    chains.0.push(node);
                }
            }
        }
    }
}

impl Entry {
    /// The chain of choices of a sealed entry.
    pub(crate) fn chain(&self) -> u32 {
        self.node
    }
}

fn hash(slots: &[Slot], open: u32) -> u64 {
    let mut hasher = FastHasher::default();
    hasher.write_u32(open);
    for slot in slots {
        hasher.write_u64(u64::from(slot.place) << 32 | u64::from(slot.mask));
        hasher.write_u64(u64::from(slot.extras) << 32 | u64::from(slot.choice));
    }
    hasher.finish()
}
