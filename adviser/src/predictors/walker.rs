//! Makes one complete stack after another, each decision left to a policy. Nothing is allocated per stack.
//!
//! A package is decided once it is required, among the candidates that all decided so far allow and whose own
//! requirements leave every package a candidate. Terms are counted along: one that forbids a stack makes the
//! last release it takes no candidate.

use super::layout::{Edge, Layout, NO_EXTRAS, Place};
use crate::bits;
use crate::problem::{PackageId, Pins};

/// Says of a place that its package is not part of the stack, or not yet.
pub(super) const UNPINNED: u32 = u32::MAX;

/// Decides.
pub(super) trait Policy {
    /// The package to decide next, one of [`Walker::open`]; the first in the order when not said otherwise.
    fn next(&mut self, walker: &Walker<'_>) -> Option<usize> {
        walker.first_open()
    }

    /// One of [`Walker::choices`] of the place, which are never none. It is asked again, with fewer choices,
    /// when the requirements of the one it named cannot be met.
    fn pick(&mut self, walker: &Walker<'_>, place: usize) -> usize;
}

/// The stack in the making.
pub(super) struct Walker<'l> {
    pub(super) layout: &'l Layout<'l>,
    /// Candidates left, extras asked, by the words of the places.
    domains: Vec<u64>,
    extras: Vec<u64>,
    /// Required and undecided places.
    pub(super) open: Vec<u64>,
    /// The candidate of each place.
    pub(super) pinned: Vec<u32>,
    /// Places required so far.
    pub(super) touched: Vec<u32>,
    /// Places restricted before the start.
    forced: Vec<u32>,
    /// How many members of each term are pinned, and which terms have any.
    counts: Vec<u32>,
    counted: Vec<u32>,
    /// The choices at hand of a place behind a gate.
    gated: Vec<u64>,
    /// What each pinned place added to the score, terms it completed included.
    pub(super) rewards: Vec<f64>,
}

impl<'l> Walker<'l> {
    pub(super) fn new(layout: &'l Layout<'l>) -> Self {
        let size = layout.places.len();
        let widest = layout.places.iter().map(|place| place.words as usize).max();
        Self {
            layout,
            domains: layout.fresh.clone(),
            extras: vec![0; layout.extra_words],
            open: vec![0; bits::words_for(size)],
            pinned: vec![UNPINNED; size],
            touched: Vec::with_capacity(size),
            forced: Vec::with_capacity(size),
            counts: vec![0; layout.terms.len()],
            counted: Vec::with_capacity(layout.terms.len()),
            gated: vec![0; widest.unwrap_or(0)],
            rewards: vec![0.0; size],
        }
    }

    /// Makes a stack; its score, or nothing at a dead end.
    pub(super) fn walk<P: Policy>(&mut self, policy: &mut P) -> Option<f64> {
        self.reset();
        self.run(policy)
    }

    /// The same with the releases of some packages given: those that are part of the stack have them.
    pub(super) fn walk_forced<P: Policy>(
        &mut self,
        forced: &[(usize, usize)],
        policy: &mut P,
    ) -> Option<f64> {
        self.reset();
        for (place, candidate) in forced {
            let range = self.range(*place);
            let domain = &mut self.domains[range];
            if !bits::has(domain, *candidate) {
                return None;
            }
            domain.fill(0);
            bits::set(domain, *candidate);
            self.forced.push(*place as u32);
        }
        self.run(policy)
    }

    fn run<P: Policy>(&mut self, policy: &mut P) -> Option<f64> {
        if self.layout.hopeless {
            return None;
        }
        for at in 0..self.layout.roots.len() {
            let edge = self.layout.roots[at];
            if !self.admits(&edge, UNPINNED, 0) {
                return None;
            }
            self.apply(&edge);
        }
        let mut score = self.layout.constant;
        while let Some(place) = policy.next(self) {
            score += self.decide(place, policy)?;
        }
        let gated = self
            .touched
            .iter()
            .any(|place| self.layout.places[*place as usize].gated);
        // Under the fallback policy what is required of a package may grow after it is decided.
        if gated && self.layout.problem.closure(&self.pins()).is_none() {
            return None;
        }
        Some(score)
    }

    /// The pins of the last walk.
    pub(super) fn pins(&self) -> Pins {
        let mut pins: Pins = vec![None; self.layout.problem.size()];
        for place in &self.touched {
            let place = *place as usize;
            pins[self.layout.places[place].package as usize] = Some(self.pinned[place]);
        }
        pins
    }

    /// The weight of the stack of the last walk, exactly.
    pub(super) fn weight(&self) -> i128 {
        let problem = self.layout.problem;
        let release = |place: &u32| {
            let at = self.layout.places[*place as usize].package;
            let pin = self.pinned[*place as usize] as usize;
            problem.package(at).candidates[pin].weight
        };
        let terms = self
            .counted
            .iter()
            .map(|term| (self.layout.terms[*term as usize], self.counts[*term as usize]));
        let held = terms.filter(|(term, count)| *count == term.members);
        let held = held.filter_map(|(term, _)| problem.factors[term.factor as usize].weight);
        let constant = problem.factors.iter().filter(|factor| factor.members.is_empty());
        let constant = constant.filter_map(|factor| factor.weight);
        self.touched.iter().map(release).chain(held).chain(constant).sum()
    }

    /// The first required and undecided place of the order.
    pub(super) fn first_open(&self) -> Option<usize> {
        let at = self.open.iter().position(|word| *word != 0)?;
        Some(at * 64 + self.open[at].trailing_zeros() as usize)
    }

    /// The candidates that may be tried at the place being decided. Behind a gate final releases come first:
    /// a pre-release is only legal where no final release is left.
    pub(super) fn choices(&self, place: usize) -> &[u64] {
        let Place { words, gated, .. } = self.layout.places[place];
        if gated {
            &self.gated[..words as usize]
        } else {
            &self.domains[self.range(place)]
        }
    }

    /// What the terms add that this release would complete.
    pub(super) fn completes(&self, release: usize) -> f64 {
        let (from, to) = self.layout.releases[release].terms;
        let mut gain = 0.0;
        for term in &self.layout.memberships[from as usize..to as usize] {
            let known = self.layout.terms[*term as usize];
            if self.counts[*term as usize] + 1 == known.members {
                gain += known.adds.unwrap_or(0.0);
            }
        }
        gain
    }

    fn range(&self, place: usize) -> std::ops::Range<usize> {
        let Place { start, words, .. } = self.layout.places[place];
        start as usize..(start + words) as usize
    }

    fn reset(&mut self) {
        let layout = self.layout;
        for place in self.touched.drain(..) {
            self.pinned[place as usize] = UNPINNED;
            let place = layout.places[place as usize];
            let range = place.start as usize..(place.start + place.words) as usize;
            self.domains[range.clone()].copy_from_slice(&layout.fresh[range]);
            self.extras[place.extras as usize..(place.extras + place.extra_words) as usize].fill(0);
        }
        for place in self.forced.drain(..) {
            let place = layout.places[place as usize];
            let range = place.start as usize..(place.start + place.words) as usize;
            self.domains[range.clone()].copy_from_slice(&layout.fresh[range]);
        }
        for term in self.counted.drain(..) {
            self.counts[term as usize] = 0;
        }
        self.open.fill(0);
    }

    /// Pins a candidate of the place whose requirements can be met; what that adds to the score.
    fn decide<P: Policy>(&mut self, place: usize, policy: &mut P) -> Option<f64> {
        let range = self.range(place);
        let gated = self.layout.places[place].gated;
        loop {
            if bits::none(&self.domains[range.clone()]) {
                return None;
            }
            if gated {
                self.show_finals(place);
            }
            let candidate = policy.pick(self, place);
            if self.is_allowed(place, candidate) {
                self.pinned[place] = candidate as u32;
                bits::clear(&mut self.open, place);
                let reward =
                    self.layout.scores[self.layout.release(place, candidate)] + self.count(place, candidate);
                self.rewards[place] = reward;
                // Two of its requirements may still contradict each other: a dead end.
                return self.expand(place, candidate).then_some(reward);
            }
            bits::clear(&mut self.domains[range.clone()], candidate);
        }
    }

    fn show_finals(&mut self, place: usize) {
        let range = self.range(place);
        let shown = &mut self.gated[..range.len()];
        shown.copy_from_slice(&self.domains[range]);
        let package = self
            .layout
            .problem
            .package(self.layout.places[place].package as PackageId);
        if let Some(gate) = package
            .gate
            .as_ref()
            .filter(|gate| bits::meets(shown, &gate.finals))
        {
            bits::keep(shown, &gate.finals);
        }
    }

    /// Counts a pinned release as a member of its terms; what those add that it completes.
    fn count(&mut self, place: usize, candidate: usize) -> f64 {
        let layout = self.layout;
        let (from, to) = layout.releases[layout.release(place, candidate)].terms;
        let mut gain = 0.0;
        for term in &layout.memberships[from as usize..to as usize] {
            let count = &mut self.counts[*term as usize];
            if *count == 0 {
                self.counted.push(*term);
            }
            *count += 1;
            if *count == layout.terms[*term as usize].members {
                gain += layout.terms[*term as usize].adds.unwrap_or(0.0);
            }
        }
        gain
    }

    /// Whether every requirement of the candidate leaves its target a candidate, and no term forbids it.
    pub(super) fn is_allowed(&self, place: usize, candidate: usize) -> bool {
        let layout = self.layout;
        let release = layout.releases[layout.release(place, candidate)];
        let (from, to) = release.edges;
        let (first, last) = release.terms;
        let edges = &layout.edges[from as usize..to as usize];
        edges
            .iter()
            .all(|edge| !self.holds(place, edge) || self.admits(edge, place as u32, candidate))
            && layout.memberships[first as usize..last as usize]
                .iter()
                .all(|term| {
                    let known = &layout.terms[*term as usize];
                    known.adds.is_some() || self.counts[*term as usize] + 1 < known.members
                })
    }

    /// Applies the requirements of a pinned candidate, again when it asks more extras of itself.
    fn expand(&mut self, place: usize, candidate: usize) -> bool {
        let layout = self.layout;
        let (from, to) = layout.releases[layout.release(place, candidate)].edges;
        loop {
            let mut again = false;
            for edge in &layout.edges[from as usize..to as usize] {
                if !self.holds(place, edge) {
                    continue;
                }
                if !self.admits(edge, place as u32, candidate) {
                    return false;
                }
                let more = self.apply(edge);
                again |= more && edge.target as usize == place;
                let decided = self.pinned[edge.target as usize];
                if more && decided != UNPINNED && edge.target as usize != place {
                    // A package decided before is asked for more extras.
                    if !self.expand(edge.target as usize, decided as usize) {
                        return false;
                    }
                }
            }
            if !again {
                return true;
            }
        }
    }

    fn holds(&self, owner: usize, edge: &Edge) -> bool {
        if edge.under == NO_EXTRAS {
            return true;
        }
        let Place {
            extras, extra_words, ..
        } = self.layout.places[owner];
        let asked = &self.extras[extras as usize..(extras + extra_words) as usize];
        let under = edge.under as usize..(edge.under + extra_words) as usize;
        bits::meets(&self.layout.words[under], asked)
    }

    /// Whether the edge leaves its target a candidate, when `candidate` is pinned at `owner`.
    fn admits(&self, edge: &Edge, owner: u32, candidate: usize) -> bool {
        let target = &self.layout.places[edge.target as usize];
        let mask = &self.layout.words[edge.mask as usize..(edge.mask + target.words) as usize];
        if edge.target == owner {
            return bits::has(mask, candidate);
        }
        let decided = self.pinned[edge.target as usize];
        if decided != UNPINNED {
            return bits::has(mask, decided as usize);
        }
        let domain = target.start as usize..(target.start + target.words) as usize;
        bits::meets(mask, &self.domains[domain])
    }

    /// Writes what the edge requires; says whether it asks for extras nobody asked for before.
    fn apply(&mut self, edge: &Edge) -> bool {
        let at = edge.target as usize;
        let Place {
            start,
            words,
            extras,
            extra_words,
            ..
        } = self.layout.places[at];
        if self.pinned[at] == UNPINNED {
            if !bits::has(&self.open, at) {
                bits::set(&mut self.open, at);
                self.touched.push(edge.target);
            }
            let mask = &self.layout.words[edge.mask as usize..(edge.mask + words) as usize];
            bits::keep(&mut self.domains[start as usize..(start + words) as usize], mask);
        }
        if edge.extras == NO_EXTRAS {
            return false;
        }
        let asked = &self.layout.words[edge.extras as usize..(edge.extras + extra_words) as usize];
        bits::join(
            &mut self.extras[extras as usize..(extras + extra_words) as usize],
            asked,
        )
    }
}
