//! What is known of a space whose states are too many: from the last layer that was reached whole.
//!
//! - A bound: the best over its states of what is sure and the most that may come.
//! - An estimate of the number of stacks by random probing (Knuth, *Estimating the efficiency of backtrack
//!   programs*, 1975): a probe chooses at random and multiplies how many choices there were at each step; the
//!   mean over probes estimates the number of ends, without bias. Probes start at a state of the layer,
//!   chosen in proportion to the known number of ways to it, so that only what lies beyond is estimated.
//! - Good stacks: elimination goes on with the most promising states of each layer alone (a beam).

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::component::Component;
use super::count::Count;
use super::layer::{Chains, Layer, Slot, UNDECIDED};
use super::open::Span;
use super::{Limits, Run, STATE_LIMIT};
use crate::bits;
use crate::clock::Clock;
use crate::hash::FastMap;
use crate::problem::{PackageId, Pins};
use crate::prune::Live;

/// Probes at most.
const PROBES: u64 = 1_024;

/// Probes that are made even when the time is over.
const LEAST_PROBES: u64 = 64;

/// What may be spent on knowing part of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rest<'c> {
    /// When the beam and the probes have to end.
    pub(crate) clock: Clock<'c>,
    /// How many states of a layer the beam keeps; 0 for no beam.
    pub(crate) width: usize,
    /// Seed of the probes.
    pub(crate) seed: u64,
}

/// What is known of a space that was not eliminated.
#[derive(Debug, Clone)]
pub(crate) struct Partial {
    /// No stack weighs more.
    pub(crate) bound: i128,
    /// How many stacks there may be; `None` when the number is too large for one.
    pub(crate) estimate: Option<Estimate>,
    /// Good stacks, best first; not always any.
    pub(crate) best: Vec<(i128, Pins)>,
}

/// An estimate of a number of stacks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Estimate {
    pub(crate) stacks: f64,
    /// Standard error of the mean.
    pub(crate) error: f64,
    pub(crate) probes: u64,
}

impl<'c, C: Count> Run<'_, '_, 'c, C> {
    /// What is known when the search stops before the component `at`, in states of `layer`.
    pub(super) fn partial(
        mut self,
        mut layer: Layer<C>,
        mut chains: Chains,
        mut at: usize,
        rest: Rest<'c>,
    ) -> Partial {
        let hopes = Hopes::new(&self, at).of_all(&self, &layer);
        let bound = hopes.iter().copied().max().unwrap_or(0);
        let estimate = self.estimate(&layer, at, rest);
        let mut best = Vec::new();
        if rest.width > 0 {
            self.limits = Limits {
                states: STATE_LIMIT,
                clock: rest.clock,
            };
            self.width = Some(rest.width);
            layer = layer.narrowed(rest.width, &hopes);
            if self.eliminate(&mut layer, &mut chains, &mut at).is_ok() {
                best = self.conclude(&layer, &chains).best;
            }
        }
        Partial {
            bound,
            estimate,
            best,
        }
    }

    /// Keeps the most promising states of a layer from which the component `at` is decided, where the search
    /// goes on with some alone.
    pub(super) fn narrow(&mut self, layer: Layer<C>, at: usize) -> Layer<C> {
        match self.width {
            None => layer,
            Some(width) => {
                let hopes = Hopes::new(self, at).of_all(self, &layer);
                layer.narrowed(width, &hopes)
            }
        }
    }

    fn estimate(&mut self, layer: &Layer<C>, at: usize, rest: Rest<'c>) -> Option<Estimate> {
        let mut total = 0.0;
        let ways: Vec<f64> = (0..layer.len())
            .map(|state| {
                total += layer.ways(state).count.rounded();
                total
            })
            .collect();
        let mut random = ChaCha8Rng::seed_from_u64(rest.seed);
        let (mut sum, mut squares, mut probes) = (0.0, 0.0, 0_u64);
        while probes < PROBES && (probes < LEAST_PROBES || !rest.clock.is_over()) {
            let start = total * fraction(&mut random);
            let state = ways
                .partition_point(|up_to| *up_to <= start)
                .min(ways.len().checked_sub(1)?);
            let ends = self.probe(layer.slots(state), layer.open(state), at, &mut random);
            sum += ends;
            squares += ends * ends;
            probes += 1;
        }
        let count = probes as f64;
        let mean = sum / count;
        let variance = (squares / count - mean * mean).max(0.0) / (count - 1.0);
        let (stacks, error) = (total * mean, total * variance.sqrt());
        (stacks.is_finite() && error.is_finite()).then_some(Estimate {
            stacks,
            error,
            probes,
        })
    }

    /// One way at random from a state to its end: the product of how many choices there were at each step,
    /// 0 at a dead end.
    fn probe(&mut self, slots: &[Slot], open: u32, at: usize, random: &mut ChaCha8Rng) -> f64 {
        let mut way = Way {
            slots: slots.to_vec(),
            open,
            choices: 1.0,
        };
        let order = self.order;
        for component in order.components.iter().skip(at) {
            let whole = match component.as_slice() {
                [package] => self.probe_single(*package, &mut way, random),
                packages => self.probe_cycle(packages, &mut way, random),
            };
            if whole.is_none() {
                return 0.0;
            }
        }
        way.choices
    }

    fn probe_single(&mut self, package: PackageId, way: &mut Way, random: &mut ChaCha8Rng) -> Option<()> {
        let place = self.order.places[package as usize];
        if way.slots.first().is_none_or(|slot| slot.place != place) {
            way.open = self.settle(way.open, &way.slots, Span::single(place))?.0;
            return Some(());
        }
        let (slots, mut pick) = (std::mem::take(&mut way.slots), Pick::default());
        let stop = self.each_single(package, &slots, way.open, |group, slots, open, _| {
            pick.offer(group.members, slots, open, random);
            true
        });
        stop.ok().and_then(|()| pick.follow(way))
    }

    fn probe_cycle(&mut self, packages: &[PackageId], way: &mut Way, random: &mut ChaCha8Rng) -> Option<()> {
        let component = Component::new(self.order, packages);
        while let Some(at) = component.next(&way.slots) {
            let (slots, mut pick) = (std::mem::take(&mut way.slots), Pick::default());
            let stop = self.each_in_cycle(&component, &slots, way.open, at, |group, slots, open, _| {
                pick.offer(group.members, slots, open, random);
                true
            });
            stop.ok().and_then(|()| pick.follow(way))?;
        }
        let slots = std::mem::take(&mut way.slots);
        let (inside, open) = self.leave(&component, &slots, way.open)?;
        way.slots = slots[inside..].to_vec();
        way.open = open;
        Some(())
    }
}

/// Uniform in [0, 1).
fn fraction(random: &mut ChaCha8Rng) -> f64 {
    (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// A probe on its way.
struct Way {
    slots: Vec<Slot>,
    open: u32,
    choices: f64,
}

/// One of several choices, each as likely as any other, while they are named one group after the other.
#[derive(Default)]
struct Pick {
    slots: Vec<Slot>,
    open: u32,
    choices: u64,
}

impl Pick {
    fn offer(&mut self, members: u32, slots: &[Slot], open: u32, random: &mut ChaCha8Rng) {
        self.choices += u64::from(members);
        if fraction(random) * (self.choices as f64) < f64::from(members) {
            self.slots.clear();
            self.slots.extend_from_slice(slots);
            self.open = open;
        }
    }

    /// Goes on with the choice; `None` when there was none.
    fn follow(self, way: &mut Way) -> Option<()> {
        if self.choices == 0 {
            return None;
        }
        way.choices *= self.choices as f64;
        (way.slots, way.open) = (self.slots, self.open);
        Some(())
    }
}

/// The most that is still to come.
struct Hopes {
    /// The packages in the order of decision.
    sequence: Vec<PackageId>,
    /// For each undecided package the most each of its candidates can add.
    most: Vec<Vec<i128>>,
    /// For each undecided package the most it adds where nothing requires it yet, and the sum of these.
    unrequired: Vec<i128>,
    sum: i128,
    /// The most that is left of what is required of a package.
    known: FastMap<(PackageId, u32), i128>,
}

impl Hopes {
    /// When the component `at` is the next to be decided.
    fn new<C: Count>(run: &Run<'_, '_, '_, C>, at: usize) -> Self {
        let (space, terms) = (&*run.space, &run.space.terms);
        let components = run.order.components.get(at..).unwrap_or(&[]);
        let mut most: Vec<Vec<i128>> = vec![Vec::new(); space.problem.size()];
        for package in components.iter().flatten() {
            let candidates = 0..space.problem.package(*package).candidates.len();
            let weight = |candidate| terms.weight(space.problem, *package, candidate);
            most[*package as usize] = candidates.map(weight).collect();
        }
        // What a term may add none of whose members is decided is hoped for with its first member.
        for joint in &terms.joint {
            let untouched = joint
                .members
                .iter()
                .all(|(package, _)| !most[*package as usize].is_empty());
            if let (Some(weight), Some((package, set))) = (joint.weight, joint.members.first())
                && untouched
                && weight > 0
            {
                for candidate in bits::ones(set) {
                    most[*package as usize][candidate] += weight;
                }
            }
        }
        let mut hopes = Self {
            sequence: run.order.components.iter().flatten().copied().collect(),
            unrequired: vec![0; most.len()],
            most,
            sum: 0,
            known: FastMap::default(),
        };
        for package in components.iter().flatten() {
            let at = *package as usize;
            hopes.unrequired[at] = hopes.left(*package, &space.live.sets[at], &space.live).max(0);
            hopes.sum += hopes.unrequired[at];
        }
        hopes
    }

    /// What no stack through each state of the layer exceeds.
    fn of_all<C: Count>(mut self, run: &Run<'_, '_, '_, C>, layer: &Layer<C>) -> Vec<i128> {
        (0..layer.len()).map(|state| self.of(run, layer, state)).collect()
    }

    fn of<C: Count>(&mut self, run: &Run<'_, '_, '_, C>, layer: &Layer<C>, state: usize) -> i128 {
        let sure = layer.ways(state).best.first().map_or(0, |entry| entry.weight);
        let terms = run.lists.get(layer.open(state));
        let open = terms
            .iter()
            .filter_map(|term| run.space.terms.joint[*term as usize].weight);
        let mut hope = sure + self.sum + open.map(|weight| weight.max(0)).sum::<i128>();
        for slot in layer.slots(state) {
            let package = self.sequence[slot.place as usize];
            hope -= self.unrequired[package as usize];
            if slot.choice != UNDECIDED {
                continue;
            }
            let key = (package, slot.mask);
            let left = match self.known.get(&key) {
                Some(known) => *known,
                None => {
                    let left = self.left(package, run.space.mask(package, slot.mask), &run.space.live);
                    self.known.insert(key, left);
                    left
                }
            };
            hope += left;
        }
        hope
    }

    /// The most a candidate of the set adds.
    fn left(&self, package: PackageId, set: &[u64], live: &Live) -> i128 {
        let most = &self.most[package as usize];
        let candidates = bits::ones(set).filter(|candidate| live.has(package, *candidate));
        candidates.map(|candidate| most[candidate]).max().unwrap_or(0)
    }
}
