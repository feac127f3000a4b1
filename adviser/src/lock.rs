//! The stack in use: judged as any other, and kept unless a better one exists.

use thoth_schema::version::order_key;

use crate::advice::{LockReport, Reason, Stack};
use crate::check::check;
use crate::model::{Request, Universe};
use crate::problem::{Pins, Problem};
use crate::report;

/// Scores that differ by less are the same: what adding floating point numbers in another order may change.
const SAME: f64 = 1e-9;

/// A lock, looked at.
pub(crate) struct Judged {
    /// The lock as a stack, where it may be used.
    pub(crate) stack: Option<Stack>,
    violations: Vec<String>,
}

/// Looks at the lock of a request, if it has one.
pub(crate) fn judge(universe: &Universe, request: &Request, problem: &Problem) -> Option<Judged> {
    let lock = request.lock.as_ref()?;
    let mut violations = check(universe, request, lock);
    let mut pins: Pins = vec![None; problem.size()];
    for (name, pin) in lock {
        let Ok(package) = problem
            .packages
            .binary_search_by(|package| package.name.cmp(name))
        else {
            continue;
        };
        let order = order_key(&pin.version);
        let sources = universe
            .packages
            .get(name)
            .map_or(&[][..], |known| &known.candidates);
        pins[package] = problem.packages[package]
            .candidates
            .iter()
            .position(|legal| {
                let source = sources.get(legal.source);
                source.is_some_and(|source| {
                    source.order == order && pin.index.as_ref().is_none_or(|index| *index == source.index)
                })
            })
            .map(|at| at as u32);
    }
    let forbidding = problem
        .factors
        .iter()
        .filter(|factor| factor.weight.is_none() && factor.holds(&pins));
    violations.extend(forbidding.map(|factor| universe.terms[factor.term].reason.message.clone()));
    // What the checker admits the problem has: a pin that is not there would be a package less.
    let complete = pins.iter().flatten().count() == lock.len();
    let stack = (violations.is_empty() && complete).then(|| report::stack(problem, universe, request, &pins));
    if stack.is_none() && violations.is_empty() {
        violations.push("a release of it is not legal for this request".to_owned());
    }
    Some(Judged { stack, violations })
}

impl Judged {
    /// Puts the lock in front of the stacks that were found, where none of them is better.
    pub(crate) fn settle(self, stacks: &mut Vec<Stack>, count: usize) -> LockReport {
        let score = self.stack.as_ref().map(|lock| lock.score);
        let best = stacks.first().map(|best| best.score);
        let difference = best.zip(score).map(|(best, score)| best - score);
        let Some(mut lock) = self
            .stack
            .filter(|_| difference.is_none_or(|better| better <= SAME))
        else {
            return LockReport {
                kept: false,
                score,
                difference,
                violations: self.violations,
            };
        };
        let same = |stack: &Stack| {
            let release = |pin: &crate::advice::Pin| (pin.name.clone(), pin.version.clone());
            stack.pins.iter().map(release).eq(lock.pins.iter().map(release))
        };
        if let Some(at) = stacks.iter().position(same) {
            lock = stacks.remove(at);
        }
        lock.reasons.insert(
            0,
            Reason::new("KEPT", "the stack in use: nothing that was found is better"),
        );
        stacks.insert(0, lock);
        stacks.truncate(count.max(1));
        LockReport {
            kept: true,
            score,
            difference,
            violations: self.violations,
        }
    }
}
