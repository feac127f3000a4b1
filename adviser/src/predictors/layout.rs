//! The problem laid out for making stacks fast: packages by their place in the order, sets of candidates and
//! requirements in flat arrays, releases and terms by number.

use crate::bits;
use crate::order::Order;
use crate::problem::{Need, PackageId, Problem};
use crate::prune::Live;

/// Says of the extras of an [`Edge`] that there are none.
pub(super) const NO_EXTRAS: u32 = u32::MAX;

/// One requirement.
#[derive(Clone, Copy)]
pub(super) struct Edge {
    /// The place of the package required.
    pub(super) target: u32,
    /// Where the words of the mask start.
    pub(super) mask: u32,
    /// Where the words of the extras asked start; [`NO_EXTRAS`] for none.
    pub(super) extras: u32,
    /// Where the words of the extras that make it hold start; [`NO_EXTRAS`] when it always holds.
    pub(super) under: u32,
}

/// A package.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) package: PackageId,
    /// The number of its newest release; those of the older ones follow.
    pub(super) first: u32,
    pub(super) candidates: u32,
    /// Where its words start in the domains, and how many there are.
    pub(super) start: u32,
    pub(super) words: u32,
    /// Where its words start in the extras, and how many there are.
    pub(super) extras: u32,
    pub(super) extra_words: u32,
    pub(super) gated: bool,
}

/// One release.
#[derive(Clone, Copy)]
pub(super) struct Release {
    /// Where its requirements start and end.
    pub(super) edges: (u32, u32),
    /// Where the numbers of the terms it is a member of start and end.
    pub(super) terms: (u32, u32),
}

/// A term over releases in reach.
#[derive(Clone, Copy)]
pub(super) struct Term {
    /// How many packages it takes.
    pub(super) members: u32,
    /// What it adds; `None` forbids.
    pub(super) adds: Option<f64>,
    /// Its place among the factors of the problem.
    pub(super) factor: u32,
}

/// All of it; never changed while stacks are made.
pub(super) struct Layout<'p> {
    pub(super) problem: &'p Problem,
    pub(super) places: Vec<Place>,
    pub(super) releases: Vec<Release>,
    /// What each release adds to the score of a stack.
    pub(super) scores: Vec<f64>,
    pub(super) edges: Vec<Edge>,
    pub(super) roots: Vec<Edge>,
    pub(super) words: Vec<u64>,
    /// Live candidates of all places.
    pub(super) fresh: Vec<u64>,
    /// How many words the extras of all places take.
    pub(super) extra_words: usize,
    pub(super) terms: Vec<Term>,
    /// The terms of releases, see [`Release::terms`].
    pub(super) memberships: Vec<u32>,
    /// What terms without members add to every stack.
    pub(super) constant: f64,
    /// Whether such a term forbids every stack.
    pub(super) hopeless: bool,
    /// No two different sums of scores of a stack are meant to lie as close as this.
    pub(super) precision: f64,
}

impl<'p> Layout<'p> {
    pub(super) fn new(problem: &'p Problem, live: &Live, order: &Order) -> Self {
        let sequence: Vec<PackageId> = order.components.iter().flatten().copied().collect();
        let mut layout = Self {
            problem,
            places: Vec::with_capacity(sequence.len()),
            releases: Vec::new(),
            scores: Vec::new(),
            edges: Vec::new(),
            roots: Vec::new(),
            words: Vec::new(),
            fresh: Vec::new(),
            extra_words: 0,
            terms: Vec::new(),
            memberships: Vec::new(),
            constant: 0.0,
            hopeless: false,
            precision: 0.0,
        };
        for package in sequence {
            layout.add_place(live, order, package);
        }
        for need in &problem.roots {
            let edge = layout.edge(live, order, None, need);
            layout.roots.extend(edge);
        }
        layout.add_terms(live, order);
        let largest = layout
            .scores
            .iter()
            .fold(0.0_f64, |most, score| most.max(score.abs()));
        let terms = layout
            .terms
            .iter()
            .filter_map(|term| term.adds)
            .map(f64::abs)
            .sum::<f64>();
        let most = largest * layout.places.len() as f64 + terms + layout.constant.abs();
        layout.precision = most * f64::EPSILON * 64.0;
        layout
    }

    fn add_place(&mut self, live: &Live, order: &Order, package: PackageId) {
        let dense = self.problem.package(package);
        let set = &live.sets[package as usize];
        let extra_words = bits::words_for(dense.extras.len());
        self.places.push(Place {
            package,
            first: self.releases.len() as u32,
            candidates: dense.candidates.len() as u32,
            start: self.fresh.len() as u32,
            words: set.len() as u32,
            extras: self.extra_words as u32,
            extra_words: extra_words as u32,
            gated: dense.gate.is_some(),
        });
        self.fresh.extend_from_slice(set);
        self.extra_words += extra_words;
        for (at, candidate) in dense.candidates.iter().enumerate() {
            let from = self.edges.len() as u32;
            if bits::has(set, at) {
                for need in &candidate.needs {
                    let edge = self.edge(live, order, Some(package), need);
                    self.edges.extend(edge);
                }
            }
            self.scores.push(candidate.score);
            self.releases.push(Release {
                edges: (from, self.edges.len() as u32),
                terms: (0, 0),
            });
        }
    }

    /// The edge of a requirement; none when no stack can ever meet it.
    fn edge(&mut self, live: &Live, order: &Order, owner: Option<PackageId>, need: &Need) -> Option<Edge> {
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

    /// Numbers the terms that some stack may fulfil, and says of each release which it is a member of.
    fn add_terms(&mut self, live: &Live, order: &Order) {
        let mut of: Vec<Vec<u32>> = vec![Vec::new(); self.releases.len()];
        for (at, factor) in self.problem.factors.iter().enumerate() {
            let adds = factor.weight.map(crate::weight::term_score);
            let reached = |(package, set): &(PackageId, Box<[u64]>)| {
                order.places[*package as usize] != u32::MAX && bits::meets(set, &live.sets[*package as usize])
            };
            if factor.members.is_empty() {
                self.hopeless |= adds.is_none();
                self.constant += adds.unwrap_or(0.0);
            } else if factor.members.iter().all(reached) {
                for (package, set) in &factor.members {
                    let place = self.places[order.places[*package as usize] as usize];
                    for candidate in bits::ones(set).filter(|one| *one < place.candidates as usize) {
                        of[place.first as usize + candidate].push(self.terms.len() as u32);
                    }
                }
                self.terms.push(Term {
                    members: factor.members.len() as u32,
                    adds,
                    factor: at as u32,
                });
            }
        }
        for (release, terms) in self.releases.iter_mut().zip(of) {
            let from = self.memberships.len() as u32;
            self.memberships.extend(terms);
            release.terms = (from, self.memberships.len() as u32);
        }
    }

    /// The number of a release.
    pub(super) fn release(&self, place: usize, candidate: usize) -> usize {
        self.places[place].first as usize + candidate
    }

    /// The live candidates of a place.
    pub(super) fn live(&self, place: usize) -> &[u64] {
        let Place { start, words, .. } = self.places[place];
        &self.fresh[start as usize..(start + words) as usize]
    }

    /// The places that each place may require, itself excluded, without repetition.
    pub(super) fn targets(&self) -> Vec<Vec<u32>> {
        let of = |(at, place): (usize, &Place)| {
            let releases = place.first as usize..(place.first + place.candidates) as usize;
            let edges = releases.flat_map(|release| {
                let (from, to) = self.releases[release].edges;
                &self.edges[from as usize..to as usize]
            });
            let mut targets: Vec<u32> = edges
                .map(|edge| edge.target)
                .filter(|to| *to as usize != at)
                .collect();
            targets.sort_unstable();
            targets.dedup();
            targets
        };
        self.places.iter().enumerate().map(of).collect()
    }

    /// How far apart the scores of releases of one package typically are: the root of the mean variance of the
    /// live candidates of packages with a choice; 1 where all are alike.
    pub(super) fn spread(&self) -> f64 {
        let (mut sum, mut packages) = (0.0, 0.0);
        for at in 0..self.places.len() {
            let scores =
                || bits::ones(self.live(at)).map(|candidate| self.scores[self.release(at, candidate)]);
            let count = scores().count() as f64;
            if count > 1.0 {
                let mean = scores().sum::<f64>() / count;
                sum += scores().map(|score| (score - mean) * (score - mean)).sum::<f64>() / count;
                packages += 1.0;
            }
        }
        let spread = if packages > 0.0 {
            f64::sqrt(sum / packages)
        } else {
            0.0
        };
        if spread > 0.0 { spread } else { 1.0 }
    }
}
