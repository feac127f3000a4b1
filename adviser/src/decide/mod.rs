//! The complete decision: whether the requirements can be met at all, by conflict-driven search (PubGrub,
//! Weizenbaum 2018; the `pubgrub` crate), newest releases first.

mod provider;
mod set;

use pubgrub::{DerivationTree, PubGrubError};

use crate::bits;
use crate::clock::Clock;
use crate::exact;
use crate::order::Order;
use crate::problem::{Pins, Problem};
use crate::prune::Live;
use crate::space::Space;

pub(crate) use provider::{Node, Provider, RequiresOtherOfItself};
pub(crate) use set::Candidates;

/// Why the requirements cannot be met, as derived.
pub(crate) type Derivation = DerivationTree<Node, Candidates, RequiresOtherOfItself>;

/// What the decision found.
pub(crate) enum Decision {
    /// A stack, newest releases first.
    Stack(Pins),
    /// Proven: there is none.
    Nothing(Option<Box<Derivation>>),
    /// The time was over before it was known.
    Undecided,
}

/// Decides whether the root requirements with these places can be met together.
pub(crate) fn decide(problem: &Problem, live: &Live, roots: &[usize], clock: Clock<'_>) -> Decision {
    let provider = Provider::new(problem, live, roots, clock);
    let selected = match pubgrub::resolve(&provider, Node::Root, 0_u32) {
        Ok(selected) => selected,
        Err(PubGrubError::NoSolution(tree)) => return Decision::Nothing(Some(Box::new(tree))),
        Err(_) => return Decision::Undecided,
    };
    let mut pins: Pins = vec![None; problem.size()];
    for (node, candidate) in selected {
        if let Node::Package(package) = node {
            pins[package as usize] = Some(candidate);
        }
    }
    let part;
    let asked = if roots.len() == problem.roots.len() {
        problem
    } else {
        part = problem.with_roots(roots);
        &part
    };
    drop_unneeded(asked, &mut pins);
    if asked.closure(&pins).is_some() {
        return Decision::Stack(pins);
    }
    // The search above takes pre-releases where conflicts, not requirements, rule final releases out; only
    // under the fallback policy does that make a difference, and then elimination decides.
    decide_by_elimination(asked, clock)
}

/// Packages a decision still holds although, in the end, nothing requires them.
fn drop_unneeded(problem: &Problem, pins: &mut Pins) {
    let mut needed = vec![false; problem.size()];
    let mut extras: Vec<Vec<u64>> = problem
        .packages
        .iter()
        .map(|package| vec![0; bits::words_for(package.extras.len())])
        .collect();
    let mut todo: Vec<u32> = Vec::new();
    for root in &problem.roots {
        let more = bits::join(
            &mut extras[root.target as usize],
            problem.extra_sets[root.target as usize].get(root.extras),
        );
        if !std::mem::replace(&mut needed[root.target as usize], true) || more {
            todo.push(root.target);
        }
    }
    while let Some(package) = todo.pop() {
        let at = package as usize;
        let Some(candidate) = pins[at] else { continue };
        for need in &problem.packages[at].candidates[candidate as usize].needs {
            if !need.always && !bits::meets(problem.extra_sets[at].get(need.under), &extras[at]) {
                continue;
            }
            let to = need.target as usize;
            let more = bits::join(&mut extras[to], problem.extra_sets[to].get(need.extras));
            if !std::mem::replace(&mut needed[to], true) || more {
                todo.push(need.target);
            }
        }
    }
    for (pin, needed) in pins.iter_mut().zip(needed) {
        if !needed {
            *pin = None;
        }
    }
}

fn decide_by_elimination(problem: &Problem, clock: Clock<'_>) -> Decision {
    let Some(live) = Live::pruned(problem) else {
        return Decision::Nothing(None);
    };
    let order = Order::new(problem, &live);
    let mut space = Space::new(problem, live);
    let limits = exact::Limits {
        states: exact::STATE_LIMIT,
        clock,
    };
    match exact::solve(&mut space, &order, 1, limits) {
        None => Decision::Undecided,
        Some(solved) => match solved.best.into_iter().next() {
            Some((_, pins)) => Decision::Stack(pins),
            None => Decision::Nothing(None),
        },
    }
}
