//! Temporal difference: learns what choosing a release brings about downstream, and follows what it learnt.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::graph::Followers;
use super::layout::Layout;
use super::maths::{below, exp, unit};
use super::run::Run;
use super::sample::{Sequence, Uniform};
use super::walker::{Policy, UNPINNED, Walker};
use crate::bits;
use crate::problem::Pins;
use crate::values::{LearntValue, ValueTable};

/// The rate of learning never falls below this, so that values follow a policy that gets better.
const LEAST_RATE: f64 = 0.1;

/// Of this many episodes one is made from the values alone; the others branch off the stack at hand.
const EPISODES_PER_FRESH: u64 = 4;

/// How many decisions of an episode from the values alone are left to chance, about.
const CHANCES_PER_EPISODE: f64 = 1.5;

/// The temperature at the start, in units of the spread of scores.
const START_TEMPERATURE: f64 = 0.3;

/// How many proposals are drawn before one is taken as it is.
const PROPOSALS: u32 = 4;

/// The learner.
pub(super) struct Agent<'l> {
    layout: &'l Layout<'l>,
    followers: &'l Followers,
    random: ChaCha8Rng,
    /// By release: what was learnt, and from how many stacks.
    values: Vec<f64>,
    visits: Vec<u32>,
    /// By place: the most that was ever seen downstream, which an untried release may hope for.
    hopes: Vec<f64>,
    /// The stack at hand by place, and its score.
    incumbent: Vec<u32>,
    score: f64,
    temperature: f64,
    spread: f64,
    chance: f64,
    branching: bool,
    /// Places whose decision is open again in an episode that branches off.
    affected: Vec<u64>,
    odds: Vec<f64>,
}

/// Scores stacks up to the limit; what was learnt.
pub(super) fn search(
    walker: &mut Walker<'_>,
    run: &mut Run<'_>,
    followers: &Followers,
    first: &Pins,
    warm: Option<&ValueTable>,
    seed: u64,
) -> ValueTable {
    let layout = walker.layout;
    let mut agent = Agent::new(layout, followers, seed);
    if let Some(table) = warm {
        agent.recall(table);
    }
    agent.start(first);
    let mut chance = Uniform {
        random: ChaCha8Rng::seed_from_u64(seed.wrapping_add(1)),
        sequence: Sequence::Ordered,
    };
    let mut episode = 0_u64;
    while run.goes_on() {
        let left = 1.0 - run.progress();
        agent.temperature = agent.spread * START_TEMPERATURE * left * left;
        let fresh = episode.is_multiple_of(EPISODES_PER_FRESH);
        let made = if episode > 0 && agent.score == f64::NEG_INFINITY {
            // Nothing to learn from yet.
            walker.walk(&mut chance)
        } else if fresh {
            agent.branching = false;
            // The first episode shows what is known already.
            agent.chance = if episode == 0 {
                0.0
            } else {
                CHANCES_PER_EPISODE / layout.places.len() as f64
            };
            walker.walk(&mut agent)
        } else {
            let step = agent.branch();
            walker.walk_forced(&[step], &mut agent)
        };
        episode += 1;
        match made {
            None => run.dead_end(),
            Some(score) => {
                agent.learn(walker);
                agent.accept(walker, score);
                run.offer(walker, score, Some(agent.temperature));
            }
        }
    }
    agent.table()
}

impl<'l> Agent<'l> {
    fn new(layout: &'l Layout<'l>, followers: &'l Followers, seed: u64) -> Self {
        let (places, releases) = (layout.places.len(), layout.releases.len());
        let most = layout.places.iter().map(|place| place.candidates as usize).max();
        Self {
            layout,
            followers,
            random: ChaCha8Rng::seed_from_u64(seed),
            values: vec![0.0; releases],
            visits: vec![0; releases],
            hopes: vec![0.0; places],
            incumbent: vec![UNPINNED; places],
            score: f64::NEG_INFINITY,
            temperature: 0.0,
            spread: layout.spread(),
            chance: 0.0,
            branching: false,
            affected: vec![0; bits::words_for(places)],
            odds: Vec::with_capacity(most.unwrap_or(0)),
        }
    }

    /// Takes a stack as the one at hand; its score is found out when it is walked.
    fn start(&mut self, pins: &Pins) {
        for (at, place) in self.layout.places.iter().enumerate() {
            self.incumbent[at] = pins[place.package as usize].unwrap_or(UNPINNED);
        }
    }

    /// What a release is worth: its own score, and what was learnt to follow from it.
    fn worth(&self, place: usize, candidate: usize) -> f64 {
        let release = self.layout.release(place, candidate);
        let follows = match self.visits[release] {
            0 => self.hopes[place],
            _ => self.values[release],
        };
        self.layout.scores[release] + follows
    }

    fn worth_here(&self, walker: &Walker<'_>, place: usize, candidate: usize) -> f64 {
        self.worth(place, candidate) + walker.completes(self.layout.release(place, candidate))
    }

    /// A package and a release to branch off the stack at hand with.
    fn branch(&mut self) -> (usize, usize) {
        self.branching = true;
        let mut step = (0, 0);
        for _ in 0..PROPOSALS {
            let place = below(&mut self.random, self.layout.places.len() as u32) as usize;
            let pinned = self.incumbent[place];
            let live = self.layout.live(place);
            let Some(candidate) = super::sample::any(&mut self.random, live) else {
                continue;
            };
            if pinned == UNPINNED || pinned as usize == candidate {
                continue;
            }
            step = (place, candidate);
            let loss = self.worth(place, candidate) - self.worth(place, pinned as usize);
            if self.accepts(loss) {
                break;
            }
        }
        self.affected.copy_from_slice(self.followers.all(step.0));
        step
    }

    /// Metropolis: gains always, losses with probability e^(loss / temperature).
    fn accepts(&mut self, gain: f64) -> bool {
        gain >= 0.0
            || self.temperature > 0.0 && unit(&mut self.random) < exp((gain / self.temperature).max(-50.0))
    }

    fn best(&self, walker: &Walker<'_>, place: usize) -> usize {
        let mut best = (f64::NEG_INFINITY, 0);
        let terms = !self.layout.terms.is_empty();
        for candidate in bits::ones(walker.choices(place)) {
            let worth = if terms {
                self.worth_here(walker, place, candidate)
            } else {
                self.worth(place, candidate)
            };
            if worth > best.0 {
                best = (worth, candidate);
            }
        }
        best.1
    }

    /// Boltzmann: a release with probability proportional to e^(worth / temperature).
    fn by_chance(&mut self, walker: &Walker<'_>, place: usize) -> usize {
        let best = self.best(walker, place);
        let most = self.worth_here(walker, place, best);
        let heat = self.temperature.max(self.spread * 0.01);
        let mut odds = std::mem::take(&mut self.odds);
        odds.clear();
        let mut sum = 0.0;
        for candidate in bits::ones(walker.choices(place)) {
            sum += exp(((self.worth_here(walker, place, candidate) - most) / heat).min(0.0));
            odds.push(sum);
        }
        let drawn = unit(&mut self.random) * sum;
        let at = odds.iter().position(|up_to| drawn < *up_to);
        self.odds = odds;
        at.and_then(|at| bits::ones(walker.choices(place)).nth(at))
            .unwrap_or(best)
    }

    /// Credits every step with what followed it.
    fn learn(&mut self, walker: &Walker<'_>) {
        for place in &walker.touched {
            let place = *place as usize;
            let followers = self.followers.near(place);
            if followers.is_empty() {
                continue;
            }
            let mut followed = 0.0;
            for (after, trace) in followers {
                if walker.pinned[*after as usize] != UNPINNED {
                    followed += trace * walker.rewards[*after as usize];
                }
            }
            let release = self.layout.release(place, walker.pinned[place] as usize);
            let visits = &mut self.visits[release];
            if *visits == 0 && self.hopes[place] == 0.0 || followed > self.hopes[place] {
                self.hopes[place] = followed;
            }
            *visits = visits.saturating_add(1);
            let rate = if followed > self.values[release] {
                0.5
            } else {
                LEAST_RATE
            };
            let rate = rate.max(1.0 / f64::from(*visits));
            self.values[release] += rate * (followed - self.values[release]);
        }
    }

    fn accept(&mut self, walker: &Walker<'_>, score: f64) {
        if self.score == f64::NEG_INFINITY || self.accepts(score - self.score) {
            self.incumbent.copy_from_slice(&walker.pinned);
            self.score = score;
        }
    }

    /// Takes over values learnt before.
    fn recall(&mut self, table: &ValueTable) {
        let known: std::collections::BTreeMap<(&str, &str), &LearntValue> = table
            .values
            .iter()
            .map(|one| ((one.package.as_str(), one.version.as_str()), one))
            .collect();
        for (at, place) in self.layout.places.iter().enumerate() {
            let package = self.layout.problem.package(place.package);
            for (candidate, legal) in package.candidates.iter().enumerate() {
                let key = (package.name.as_ref(), legal.version.as_str());
                let Some(learnt) = known.get(&key).filter(|one| one.value.is_finite()) else {
                    continue;
                };
                let release = self.layout.release(at, candidate);
                self.values[release] = learnt.value;
                self.visits[release] = u32::try_from(learnt.visits).unwrap_or(u32::MAX);
                self.hopes[at] = self.hopes[at].max(learnt.value);
            }
        }
    }

    /// What was learnt, by package and version.
    fn table(&self) -> ValueTable {
        let mut values = Vec::new();
        for (at, place) in self.layout.places.iter().enumerate() {
            let package = self.layout.problem.package(place.package);
            for (candidate, legal) in package.candidates.iter().enumerate() {
                let release = self.layout.release(at, candidate);
                if self.visits[release] > 0 {
                    values.push(LearntValue {
                        package: package.name.to_string(),
                        version: legal.version.clone(),
                        value: self.values[release],
                        visits: u64::from(self.visits[release]),
                    });
                }
            }
        }
        values.sort_by(|left, right| (&left.package, &left.version).cmp(&(&right.package, &right.version)));
        ValueTable { values }
    }
}

impl Policy for Agent<'_> {
    fn pick(&mut self, walker: &Walker<'_>, place: usize) -> usize {
        if !self.branching {
            return if self.chance > 0.0 && unit(&mut self.random) < self.chance {
                self.by_chance(walker, place)
            } else {
                self.best(walker, place)
            };
        }
        let pinned = self.incumbent[place];
        if pinned != UNPINNED && !bits::has(&self.affected, place) {
            if bits::has(walker.choices(place), pinned as usize) {
                return pinned as usize;
            }
            // What follows from another choice is decided anew.
            bits::join(&mut self.affected, self.followers.all(place));
        }
        self.best(walker, place)
    }
}
