//! The newest stack: as installers pick it, then raised where one package alone can be newer.

use crate::problem::{Pins, Problem};
use crate::prune::Live;

/// Raises packages one at a time, by name, to the newest release that leaves the pins a stack with all else
/// unchanged, until none can be raised alone.
pub(crate) fn raise(problem: &Problem, live: &Live, pins: &mut Pins) {
    loop {
        let mut raised = false;
        for package in 0..pins.len() {
            raised |= raise_one(problem, live, pins, package);
        }
        if !raised {
            return;
        }
    }
}

fn raise_one(problem: &Problem, live: &Live, pins: &mut Pins, package: usize) -> bool {
    let Some(pinned) = pins[package] else { return false };
    for newer in 0..pinned {
        if !live.has(package as u32, newer as usize) {
            continue;
        }
        pins[package] = Some(newer);
        if problem.closure(pins).is_some() {
            return true;
        }
    }
    pins[package] = Some(pinned);
    false
}
