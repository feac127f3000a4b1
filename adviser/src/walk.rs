//! The random walk: independent random stacks, the best of them kept.
//!
//! Packages are decided in the order of the exact search, each uniformly among the candidates that what is
//! decided so far allows and whose own requirements leave every package a candidate. Nothing is allocated per
//! stack.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::bits;
use crate::clock::Clock;
use crate::order::Order;
use crate::problem::{PackageId, Pins, Problem};
use crate::prune::Live;

/// How many stacks are scored when the request sets no limit.
pub(crate) const DEFAULT_LIMIT: u64 = 10_000;

/// Walks between two looks at the clock.
const WALKS_PER_LOOK: u64 = 256;

/// Dead ends in a row after which the walk gives up.
const DEAD_ENDS_IN_A_ROW: u32 = 10_000;

/// What the walk found.
pub(crate) struct Walked {
    /// The best stacks, best first.
    pub(crate) best: Vec<(i128, Pins)>,
    /// How many were scored, repeated ones included.
    pub(crate) scored: u64,
}

/// Scores `limit` random stacks and keeps the best.
pub(crate) fn walk(
    problem: &Problem,
    live: &Live,
    order: &Order,
    keep: usize,
    seed: u64,
    limit: u64,
    clock: Clock<'_>,
) -> Walked {
    let mut walker = Walker::new(problem, live, order, seed);
    let mut found = Walked {
        best: Vec::new(),
        scored: 0,
    };
    let keep = keep.max(1);
    let (mut walks, mut dead_ends) = (0_u64, 0_u32);
    while found.scored < limit {
        walks += 1;
        if walks.is_multiple_of(WALKS_PER_LOOK) && clock.is_over() {
            break;
        }
        let Some(weight) = walker.walk() else {
            dead_ends += 1;
            if dead_ends >= DEAD_ENDS_IN_A_ROW {
                break;
            }
            continue;
        };
        dead_ends = 0;
        found.scored += 1;
        if found.best.len() < keep || found.best.last().is_some_and(|(worst, _)| weight > *worst) {
            found.offer(weight, walker.pins(), keep);
        }
    }
    found
}

impl Walked {
    fn offer(&mut self, weight: i128, pins: Pins, keep: usize) {
        let at = self.best.partition_point(|(known, _)| *known >= weight);
        let same = self.best[..at]
            .iter()
            .rev()
            .take_while(|(known, _)| *known == weight)
            .any(|(_, known)| *known == pins);
        if !same {
            self.best.insert(at, (weight, pins));
            self.best.truncate(keep);
        }
    }
}

const UNPINNED: u32 = u32::MAX;

/// One requirement, laid out for the walk. Packages are named by their place in the order.
#[derive(Clone, Copy)]
struct Edge {
    target: u32,
    /// Where the words of the mask start.
    mask: u32,
    /// Where the words of the extras asked start; [`NO_EXTRAS`] for none.
    extras: u32,
    /// Where the words of the extras that make it hold start; [`NO_EXTRAS`] when it always holds.
    under: u32,
}

const NO_EXTRAS: u32 = u32::MAX;

/// A package, laid out for the walk.
struct Place {
    package: PackageId,
    /// Where its words start in the domains, and how many there are.
    start: u32,
    words: u32,
    /// Where its words start in the extras, and how many there are.
    extras: u32,
    extra_words: u32,
    gated: bool,
    /// For each candidate where its edges start and end.
    edges: Vec<(u32, u32)>,
    weights: Vec<i128>,
}

struct Walker<'p> {
    problem: &'p Problem,
    places: Vec<Place>,
    edges: Vec<Edge>,
    roots: Vec<Edge>,
    words: Vec<u64>,
    /// Live candidates at the start, and what is left of them.
    fresh: Vec<u64>,
    domains: Vec<u64>,
    extras: Vec<u64>,
    /// Required and undecided places.
    open: Vec<u64>,
    pinned: Vec<u32>,
    touched: Vec<u32>,
    random: ChaCha8Rng,
}

impl<'p> Walker<'p> {
    fn new(problem: &'p Problem, live: &Live, order: &Order, seed: u64) -> Self {
        let sequence: Vec<PackageId> = order.components.iter().flatten().copied().collect();
        let mut walker = Self {
            problem,
            places: Vec::with_capacity(sequence.len()),
            edges: Vec::new(),
            roots: Vec::new(),
            words: Vec::new(),
            fresh: Vec::new(),
            domains: Vec::new(),
            extras: Vec::new(),
            open: vec![0; bits::words_for(sequence.len())],
            pinned: vec![UNPINNED; sequence.len()],
            touched: Vec::with_capacity(sequence.len()),
            random: ChaCha8Rng::seed_from_u64(seed),
        };
        for package in sequence {
            walker.add_place(live, order, package);
        }
        for need in &problem.roots {
            let edge = walker.edge(live, order, None, need);
            walker.roots.extend(edge);
        }
        walker.domains = walker.fresh.clone();
        walker
    }

    fn add_place(&mut self, live: &Live, order: &Order, package: PackageId) {
        let dense = self.problem.package(package);
        let set = &live.sets[package as usize];
        let (start, extras) = (self.fresh.len() as u32, self.extras.len() as u32);
        self.fresh.extend_from_slice(set);
        let extra_words = bits::words_for(dense.extras.len());
        self.extras.resize(self.extras.len() + extra_words, 0);
        let mut edges = Vec::with_capacity(dense.candidates.len());
        for (at, candidate) in dense.candidates.iter().enumerate() {
            let from = self.edges.len() as u32;
            if bits::has(set, at) {
                for need in &candidate.needs {
                    let edge = self.edge(live, order, Some(package), need);
                    self.edges.extend(edge);
                }
            }
            edges.push((from, self.edges.len() as u32));
        }
        self.places.push(Place {
            package,
            start,
            words: set.len() as u32,
            extras,
            extra_words: extra_words as u32,
            gated: dense.gate.is_some(),
            edges,
            weights: dense
                .candidates
                .iter()
                .map(|candidate| candidate.weight)
                .collect(),
        });
    }

    /// The edge of a requirement; none when the walk can never meet it.
    fn edge(
        &mut self,
        live: &Live,
        order: &Order,
        owner: Option<PackageId>,
        need: &crate::problem::Need,
    ) -> Option<Edge> {
        let target = order.places[need.target as usize];
        if target == u32::MAX {
            // Only an extra nobody asks for leads to a package out of reach; it is kept so as to fail if it
            // holds.
            return owner.filter(|_| !need.always).map(|owner| Edge {
                target: order.places[owner as usize],
                mask: self.store(&vec![0; live.sets[owner as usize].len()]),
                extras: NO_EXTRAS,
                under: self.store_extras(owner, need.under),
            });
        }
        let mask = self.problem.mask(need.target, need.mask).to_vec();
        let mask = self.store(&mask);
        let extras = self.store_extras(need.target, need.extras);
        let under = owner
            .filter(|_| !need.always)
            .map_or(NO_EXTRAS, |owner| self.store_extras(owner, need.under));
        Some(Edge {
            target,
            mask,
            extras,
            under,
        })
    }

    fn store(&mut self, words: &[u64]) -> u32 {
        let start = self.words.len() as u32;
        self.words.extend_from_slice(words);
        start
    }

    fn store_extras(&mut self, package: PackageId, extras: u32) -> u32 {
        if extras == bits::EMPTY {
            return NO_EXTRAS;
        }
        let words = self.problem.extra_sets[package as usize].get(extras).to_vec();
        self.store(&words)
    }

    /// The pins of the last walk.
    fn pins(&self) -> Pins {
        let mut pins: Pins = vec![None; self.problem.size()];
        for place in &self.touched {
            let place = *place as usize;
            pins[self.places[place].package as usize] = Some(self.pinned[place]);
        }
        pins
    }

    /// One walk: the weight of its stack, or nothing at a dead end.
    fn walk(&mut self) -> Option<i128> {
        self.reset();
        for at in 0..self.roots.len() {
            let edge = self.roots[at];
            if !self.admits(&edge, UNPINNED, 0) {
                return None;
            }
            self.apply(&edge);
        }
        let mut weight = 0;
        while let Some(place) = self.first_open() {
            let candidate = self.choose(place)?;
            weight += self.places[place].weights[candidate];
        }
        let gated = self
            .touched
            .iter()
            .any(|place| self.places[*place as usize].gated);
        // Under the fallback policy what is required of a package may grow after it is decided.
        if gated && self.problem.closure(&self.pins()).is_none() {
            return None;
        }
        Some(weight)
    }

    fn reset(&mut self) {
        for place in self.touched.drain(..) {
            let place = place as usize;
            self.pinned[place] = UNPINNED;
            let Place {
                start,
                words,
                extras,
                extra_words,
                ..
            } = self.places[place];
            let range = start as usize..(start + words) as usize;
            self.domains[range.clone()].copy_from_slice(&self.fresh[range]);
            self.extras[extras as usize..(extras + extra_words) as usize].fill(0);
        }
        self.open.fill(0);
    }

    fn first_open(&self) -> Option<usize> {
        let at = self.open.iter().position(|word| *word != 0)?;
        Some(at * 64 + self.open[at].trailing_zeros() as usize)
    }

    /// Pins a random candidate of the place whose requirements can be met.
    fn choose(&mut self, place: usize) -> Option<usize> {
        let Place { start, words, .. } = self.places[place];
        let range = start as usize..(start + words) as usize;
        loop {
            let candidate = self.pick(place, range.clone())?;
            if self.is_allowed(place, candidate) {
                self.pinned[place] = candidate as u32;
                bits::clear(&mut self.open, place);
                // Two of its requirements may still contradict each other: a dead end.
                return self.expand(place, candidate).then_some(candidate);
            }
            bits::clear(&mut self.domains[range.clone()], candidate);
        }
    }

    fn pick(&mut self, place: usize, range: std::ops::Range<usize>) -> Option<usize> {
        let domain = &self.domains[range];
        let package = self.problem.package(self.places[place].package);
        let finals = package.gate.as_ref().map(|gate| gate.finals.as_slice());
        // Behind a gate final releases are tried first: a pre-release is only legal where no final release is
        // left.
        let finals = finals.filter(|finals| bits::meets(domain, finals));
        let size = finals.map_or_else(
            || bits::count(domain),
            |finals| bits::count_shared(domain, finals),
        );
        if size == 0 {
            return None;
        }
        let mut skip = (u64::from(self.random.next_u32()) * u64::from(size)) >> 32;
        for (at, word) in domain.iter().enumerate() {
            let mut word = finals.map_or(*word, |finals| word & finals[at]);
            let ones = u64::from(word.count_ones());
            if skip >= ones {
                skip -= ones;
                continue;
            }
            for _ in 0..skip {
                word &= word - 1;
            }
            return Some(at * 64 + word.trailing_zeros() as usize);
        }
        None
    }

    /// Whether every requirement of the candidate leaves its target a candidate.
    fn is_allowed(&self, place: usize, candidate: usize) -> bool {
        let (from, to) = self.places[place].edges[candidate];
        let edges = &self.edges[from as usize..to as usize];
        edges
            .iter()
            .all(|edge| !self.holds(place, edge) || self.admits(edge, place as u32, candidate))
    }

    /// Applies the requirements of a pinned candidate, again when it asks more extras of itself.
    fn expand(&mut self, place: usize, candidate: usize) -> bool {
        let (from, to) = self.places[place].edges[candidate];
        loop {
            let mut again = false;
            for at in from..to {
                let edge = self.edges[at as usize];
                if !self.holds(place, &edge) {
                    continue;
                }
                if !self.admits(&edge, place as u32, candidate) {
                    return false;
                }
                let more = self.apply(&edge);
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
        } = self.places[owner];
        let asked = &self.extras[extras as usize..(extras + extra_words) as usize];
        bits::meets(
            &self.words[edge.under as usize..(edge.under + extra_words) as usize],
            asked,
        )
    }

    /// Whether the edge leaves its target a candidate, when `candidate` is pinned at `owner`.
    fn admits(&self, edge: &Edge, owner: u32, candidate: usize) -> bool {
        let target = &self.places[edge.target as usize];
        let mask = &self.words[edge.mask as usize..(edge.mask + target.words) as usize];
        if edge.target == owner {
            return bits::has(mask, candidate);
        }
        let decided = self.pinned[edge.target as usize];
        if decided != UNPINNED {
            return bits::has(mask, decided as usize);
        }
        bits::meets(
            mask,
            &self.domains[target.start as usize..(target.start + target.words) as usize],
        )
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
        } = self.places[at];
        if self.pinned[at] == UNPINNED {
            if !bits::has(&self.open, at) {
                bits::set(&mut self.open, at);
                self.touched.push(edge.target);
            }
            let mask = &self.words[edge.mask as usize..(edge.mask + words) as usize];
            bits::keep(&mut self.domains[start as usize..(start + words) as usize], mask);
        }
        if edge.extras == NO_EXTRAS {
            return false;
        }
        let asked = &self.words[edge.extras as usize..(edge.extras + extra_words) as usize];
        bits::join(
            &mut self.extras[extras as usize..(extras + extra_words) as usize],
            asked,
        )
    }
}
