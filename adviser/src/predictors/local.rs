//! Local search: one package changed at a time, what no longer fits repaired.
//!
//! A neighbour of a stack gives one package another release; every other package keeps its own where that is
//! still allowed, and takes the best scored one allowed where it is not.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::layout::Layout;
use super::maths::{below, exp, unit};
use super::run::Run;
use super::sample::{Sequence, Uniform, any};
use super::walker::{Policy, UNPINNED, Walker};
use crate::bits;
use crate::problem::Pins;

/// Keeps the pins of a stack where they are allowed.
struct Repair {
    pins: Vec<u32>,
}

impl Policy for Repair {
    fn pick(&mut self, walker: &Walker<'_>, place: usize) -> usize {
        let pinned = self.pins[place];
        let choices = walker.choices(place);
        if pinned != UNPINNED && bits::has(choices, pinned as usize) {
            return pinned as usize;
        }
        best(walker, place)
    }
}

/// The choice with the best score, terms it completes included; of equal ones the newest.
pub(super) fn best(walker: &Walker<'_>, place: usize) -> usize {
    let layout = walker.layout;
    let terms = !layout.terms.is_empty();
    let mut best = (f64::NEG_INFINITY, 0);
    for candidate in bits::ones(walker.choices(place)) {
        let release = layout.release(place, candidate);
        let gain = if terms { walker.completes(release) } else { 0.0 };
        let score = layout.scores[release] + gain;
        if score > best.0 {
            best = (score, candidate);
        }
    }
    best.1
}

/// The pins of a stack by place.
pub(super) fn by_place(layout: &Layout<'_>, pins: &Pins) -> Vec<u32> {
    let pin = |place: &super::layout::Place| pins[place.package as usize].unwrap_or(UNPINNED);
    layout.places.iter().map(pin).collect()
}

/// First-improvement hill climbing from random stacks: neighbours in random order, the first better one taken;
/// where none is better, from a new random stack.
pub(super) fn climb(walker: &mut Walker<'_>, run: &mut Run<'_>, first: &Pins, seed: u64) {
    let layout = walker.layout;
    let mut start = Uniform {
        random: ChaCha8Rng::seed_from_u64(seed),
        sequence: Sequence::Ordered,
    };
    let mut moves: Vec<(u32, u32)> = Vec::with_capacity(layout.releases.len());
    for place in 0..layout.places.len() {
        if bits::count(layout.live(place)) > 1 {
            moves.extend(bits::ones(layout.live(place)).map(|candidate| (place as u32, candidate as u32)));
        }
    }
    let mut repair = Repair {
        pins: by_place(layout, first),
    };
    let mut at_hand = score_of(walker, run, &mut repair);
    // How many moves were tried since the last that was better.
    let mut tried = 0;
    while run.goes_on() {
        if tried >= moves.len() || at_hand == f64::NEG_INFINITY {
            tried = 0;
            at_hand = restart(walker, run, &mut repair, &mut start);
            continue;
        }
        // One step of a Fisher-Yates shuffle: every move once before any comes again.
        let pick = tried + below(&mut start.random, (moves.len() - tried) as u32) as usize;
        moves.swap(tried, pick);
        let (place, candidate) = moves[tried];
        tried += 1;
        let pinned = repair.pins[place as usize];
        if pinned == UNPINNED || pinned == candidate {
            continue;
        }
        match walker.walk_forced(&[(place as usize, candidate as usize)], &mut repair) {
            None => run.dead_end(),
            Some(score) => {
                run.offer(walker, score, None);
                if score > at_hand + layout.precision {
                    repair.pins.copy_from_slice(&walker.pinned);
                    at_hand = score;
                    tried = 0;
                }
            }
        }
    }
}

fn score_of(walker: &mut Walker<'_>, run: &mut Run<'_>, repair: &mut Repair) -> f64 {
    let score = walker.walk(repair);
    match score {
        Some(score) => run.offer(walker, score, None),
        None => run.dead_end(),
    }
    score.unwrap_or(f64::NEG_INFINITY)
}

fn restart(walker: &mut Walker<'_>, run: &mut Run<'_>, repair: &mut Repair, start: &mut Uniform) -> f64 {
    match walker.walk(start) {
        None => {
            run.dead_end();
            f64::NEG_INFINITY
        }
        Some(score) => {
            run.offer(walker, score, None);
            repair.pins.copy_from_slice(&walker.pinned);
            score
        }
    }
}

/// The share of neighbours that is accepted at the start; it falls to none with the square of what is left.
const START_ACCEPTANCE: f64 = 0.44;

/// By how much the temperature is corrected after each neighbour.
const CORRECTION: f64 = 0.01;

/// Simulated annealing whose temperature follows the share of accepted neighbours.
pub(super) fn anneal(walker: &mut Walker<'_>, run: &mut Run<'_>, first: &Pins, seed: u64) {
    let layout = walker.layout;
    let mut random = ChaCha8Rng::seed_from_u64(seed.wrapping_add(1));
    let mut repair = Repair {
        pins: by_place(layout, first),
    };
    let changing: Vec<usize> = (0..layout.places.len())
        .filter(|at| bits::count(layout.live(*at)) > 1)
        .collect();
    let mut temperature = layout.spread();
    let mut at_hand = score_of(walker, run, &mut repair);
    let mut start = Uniform {
        random: ChaCha8Rng::seed_from_u64(seed),
        sequence: Sequence::Ordered,
    };
    while at_hand == f64::NEG_INFINITY && run.goes_on() {
        at_hand = restart(walker, run, &mut repair, &mut start);
    }
    if changing.is_empty() {
        return;
    }
    while run.goes_on() {
        let place = changing[below(&mut random, changing.len() as u32) as usize];
        let Some(candidate) = any(&mut random, layout.live(place)) else {
            continue;
        };
        if repair.pins[place] == UNPINNED || repair.pins[place] as usize == candidate {
            // No neighbour; where there is never one, the search gives up.
            run.dead_end();
            continue;
        }
        let Some(score) = walker.walk_forced(&[(place, candidate)], &mut repair) else {
            run.dead_end();
            continue;
        };
        run.offer(walker, score, Some(temperature));
        let gain = score - at_hand;
        let accepted = gain >= 0.0 || unit(&mut random) < exp((gain / temperature).max(-50.0));
        if accepted {
            repair.pins.copy_from_slice(&walker.pinned);
            at_hand = score;
        }
        let left = 1.0 - run.progress();
        let wanted = START_ACCEPTANCE * left * left;
        temperature *= 1.0 + CORRECTION * (wanted - f64::from(u8::from(accepted)));
    }
}
