//! The best stack of a problem, for the modes that ask more than one question of it: by elimination, and where
//! that takes too many states by branch and bound.

use crate::branch;
use crate::clock::Clock;
use crate::decide::{Decision, decide};
use crate::exact::{self, Limits, STATE_LIMIT};
use crate::order::Order;
use crate::problem::{Pins, Problem};
use crate::prune::Live;
use crate::space::Space;

/// How much of the time elimination may use before branch and bound takes over, in percent.
const ELIMINATION_SHARE: u32 = 60;

/// What is known of the best stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Best {
    /// There is no stack.
    None,
    /// A stack.
    Found {
        /// Its pins.
        pins: Pins,
        /// What it weighs.
        weight: i128,
        /// No stack weighs more; its own weight where that is proven.
        bound: i128,
    },
    /// The time was over before a stack was found or ruled out.
    Undecided,
}

/// The best stack of the live candidates, starting from stacks that are known.
pub(crate) fn best(problem: &Problem, live: Live, mut known: Vec<Pins>, clock: Clock<'_>) -> Best {
    let order = Order::new(problem, &live);
    let mut space = Space::new(problem, live);
    let limits = Limits {
        states: STATE_LIMIT,
        clock: clock.share(ELIMINATION_SHARE),
    };
    if let Some(solved) = exact::solve(&mut space, &order, 1, limits) {
        return match solved.best.into_iter().next() {
            Some((weight, pins)) => Best::Found {
                pins,
                weight,
                bound: weight,
            },
            None => Best::None,
        };
    }
    if known.is_empty() {
        let roots: Vec<usize> = (0..problem.roots.len()).collect();
        match decide(problem, &space.live, &roots, clock) {
            Decision::Stack(pins) => known.push(pins),
            Decision::Nothing(_) => return Best::None,
            Decision::Undecided => return Best::Undecided,
        }
    }
    let bounded = branch::search(problem, &space.live, 1, known, clock);
    let complete = bounded.complete;
    match bounded.best.into_iter().next() {
        Some((weight, pins)) => Best::Found {
            pins,
            weight,
            bound: if complete { weight } else { bounded.bound },
        },
        None if complete => Best::None,
        None => Best::Undecided,
    }
}

/// More than any two stacks of the problem differ in weight; `None` where sums of it would not fit.
pub(crate) fn spread(problem: &Problem) -> Option<i128> {
    let mut spread = 1_i128;
    for package in &problem.packages {
        let weights = || package.candidates.iter().map(|legal| legal.weight);
        let highest = weights().max().unwrap_or(0).max(0);
        let lowest = weights().min().unwrap_or(0).min(0);
        spread = spread.checked_add(highest.checked_sub(lowest)?)?;
    }
    for factor in &problem.factors {
        spread = spread.checked_add(factor.weight.unwrap_or(0).checked_abs()?)?;
    }
    (spread < i128::MAX >> 8).then_some(spread)
}
