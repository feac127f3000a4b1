//! Why nothing fits: a minimal set of requirements in conflict, and the argument in sentences.

pub(crate) mod forced;
pub(crate) mod obstacle;
mod phrases;
mod story;
pub(crate) mod why;
pub(crate) mod words;

use thoth_schema::error::Fault;

use crate::advice::Conflict;
use crate::clock::Clock;
use crate::decide::{Decision, decide};
use crate::gather::Unknown;
use crate::legal::Rules;
use crate::model::{Request, Universe};
use crate::problem::Problem;
use crate::prune::Live;
use phrases::Phrases;

/// The minimal conflict of a request that cannot be met, and the argument for it.
pub(crate) fn conflict<'a>(
    universe: &'a Universe,
    request: &Request,
    rules: &mut Rules<'a>,
    problem: &Problem,
    clock: Clock<'_>,
) -> Result<Conflict, Fault> {
    let core = minimal((0..problem.roots.len()).collect(), |core| {
        Ok(is_unsatisfiable(&problem.with_roots(core), clock))
    })?;
    // Leaving requirements out may also take permissions away, for a yanked release they pin or a pre-release
    // they name: what is left must be minimal as a request of its own.
    let core = minimal(core, |core| {
        let part = Request {
            requirements: requirements(problem, core),
            ..request.clone()
        };
        let (part, _) = Problem::build(universe, &mut Rules::new(&part)?, Unknown::Excluded)?;
        Ok(is_unsatisfiable(&part, clock))
    })?;
    let sentences = told(universe, rules, &problem.with_roots(&core), None, clock);
    let requirements = core
        .iter()
        .map(|root| problem.roots[*root].requirement.text.clone())
        .collect();
    Ok(Conflict {
        sentences,
        requirements,
    })
}

/// Why the roots of a problem that has no stack cannot be met together, in sentences; `own` names the release that
/// the last root stands for, where it is no requirement.
fn told<'a>(
    universe: &'a Universe,
    rules: &mut Rules<'a>,
    problem: &Problem,
    own: Option<String>,
    clock: Clock<'_>,
) -> Vec<String> {
    let all: Vec<usize> = (0..problem.roots.len()).collect();
    let mut phrases = Phrases::new(universe, rules, problem, own);
    match decide(problem, &Live::all(problem), &all, clock) {
        Decision::Nothing(Some(tree)) => story::tell(&mut phrases, &tree),
        _ => vec![phrases.bare_conclusion()],
    }
}

fn requirements(problem: &Problem, roots: &[usize]) -> Vec<thoth_schema::requirement::Requirement> {
    roots
        .iter()
        .map(|root| (*problem.roots[*root].requirement).clone())
        .collect()
}

/// Takes requirements away, in the order given, as long as what is left still cannot be met.
fn minimal(
    mut core: Vec<usize>,
    mut is_unsatisfiable: impl FnMut(&[usize]) -> Result<bool, Fault>,
) -> Result<Vec<usize>, Fault> {
    let mut at = 0;
    while at < core.len() && core.len() > 1 {
        let mut fewer = core.clone();
        fewer.remove(at);
        if is_unsatisfiable(&fewer)? {
            core = fewer;
        } else {
            at += 1;
        }
    }
    Ok(core)
}

/// Whether it is proven that the roots cannot be met together.
pub(crate) fn is_unsatisfiable(problem: &Problem, clock: Clock<'_>) -> bool {
    let Some(live) = Live::pruned(problem) else {
        return true;
    };
    let all: Vec<usize> = (0..problem.roots.len()).collect();
    matches!(decide(problem, &live, &all, clock), Decision::Nothing(_))
}
