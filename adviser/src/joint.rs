//! Joint advice: one lock for several environments, or the smallest difference between locks.
//!
//! The problems of the environments are put side by side into one, each package in a copy for every environment
//! that reaches it. A package in reach of several gets a shared package besides, whose candidates are its versions:
//! each copy requires of it the version it has, so that copies agree wherever they are pinned. Where no such stack
//! exists the shared packages have one candidate more, "they differ", which every copy admits and which costs more
//! than all scores together: the best stack then has the fewest packages whose versions differ, and of those the
//! best total score. Both are problems like any other, so the exact search decides them, and proves what it finds.

mod product;

use serde::{Deserialize, Serialize};
use thoth_schema::error::{ErrorCode, Fault};

use crate::advice::{Conflict, Stack};
use crate::best::{Best, best};
use crate::check::check_stack;
use crate::clock::Clock;
use crate::explain;
use crate::gather::Unknown;
use crate::legal::Rules;
use crate::model::{Request, Universe};
use crate::problem::{Pins, Problem};
use crate::prune::Live;
use crate::report;
use product::{Coupling, Product};

/// How much of the time one lock for all may take before a smallest difference is looked for, in percent.
const ONE_LOCK_SHARE: u32 = 50;

/// How a joint request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JointOutcome {
    /// One version of each package serves all environments.
    OneLock,
    /// Some packages have to differ.
    Different,
    /// There is an environment in which no stack meets its request.
    Unsatisfiable,
}

/// The answer to requests for several environments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JointAdvice {
    /// How it ended.
    pub outcome: JointOutcome,
    /// One for each environment, in the order given; without stacks when one of them has none.
    pub environments: Vec<JointStack>,
    /// The packages whose versions differ, by name.
    pub differences: Vec<Difference>,
    /// Whether it is proven that fewer packages cannot differ.
    pub minimal: bool,
    /// Whether it is proven that no locks with as few differences have a better total score.
    pub optimal: bool,
    /// The sum of the scores of the stacks.
    pub score: f64,
    /// Milliseconds of the search.
    pub millis: f64,
}

/// The part of one environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JointStack {
    /// Name of the environment.
    pub environment: String,
    /// Its stack.
    pub stack: Option<Stack>,
    /// Why it has none.
    pub conflict: Option<Conflict>,
}

/// A package of which environments hold different versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// Normalised package name.
    pub package: String,
    /// The version of each environment, in the order given; absent where it is not needed.
    pub versions: Vec<Option<String>>,
}

/// Advises for several environments at once: one lock for all of them where there is one, else locks that differ
/// in the fewest packages; of those the best total score. A package that only some environments need is no
/// difference.
///
/// # Errors
///
/// - As [`crate::advise()`] for every request; `INVALID_ARGUMENT` for none.
/// - `BUDGET_EXHAUSTED` when the time was over before stacks were found or ruled out.
/// - `LOCK_CHECK_FAILED` when the independent checker refuses a stack: a bug, never an answer.
pub fn advise_jointly(parts: &[(&Universe, &Request)]) -> Result<JointAdvice, Fault> {
    let Some((_, first)) = parts.first() else {
        return Err(Fault::new(ErrorCode::InvalidArgument, "no environment is given"));
    };
    let clock = Clock::start(first.budget).under(first.control.as_deref());
    let mut problems = Vec::with_capacity(parts.len());
    for (universe, request) in parts {
        let mut rules = Rules::new(request)?;
        let (problem, _) = Problem::build(universe, &mut rules, Unknown::Excluded)?;
        problems.push(problem);
    }
    let shared = Product::new(parts, &problems, Coupling::Equal)?;
    let found = match solve(&shared, Vec::new(), clock.share(ONE_LOCK_SHARE)) {
        Best::Found { pins, weight, bound } => Some((shared, pins, true, weight == bound)),
        one_lock => differing(parts, &problems, one_lock == Best::None, clock)?,
    };
    let mut advice = match found {
        Some((product, pins, minimal, optimal)) => {
            answered(parts, &problems, &product, &pins, minimal, optimal)?
        }
        None => unsatisfiable(parts, &problems, clock)?,
    };
    advice.millis = clock.elapsed().as_micros() as f64 / 1000.0;
    Ok(advice)
}

fn solve(product: &Product, known: Vec<Pins>, clock: Clock<'_>) -> Best {
    match Live::pruned(&product.problem) {
        None => Best::None,
        Some(live) => best(&product.problem, live, known, clock),
    }
}

type Answer = (Product, Pins, bool, bool);

/// Locks with the fewest differences; `None` when an environment has no stack. `impossible` says that one lock is
/// ruled out.
fn differing(
    parts: &[(&Universe, &Request)],
    problems: &[Problem],
    impossible: bool,
    clock: Clock<'_>,
) -> Result<Option<Answer>, Fault> {
    let mut alone = Vec::new();
    for problem in problems {
        let Some(live) = Live::pruned(problem) else {
            return Ok(None);
        };
        match best(problem, live, Vec::new(), clock.share(75)) {
            Best::None => return Ok(None),
            Best::Found { pins, .. } => alone.push(pins),
            Best::Undecided => return Err(out_of_budget()),
        }
    }
    let product = Product::new(parts, problems, Coupling::Costly)?;
    // The best of each environment, whatever the others have, is where the search starts.
    let start = product.together(&alone);
    match solve(&product, start.into_iter().collect(), clock) {
        Best::None => Ok(None),
        Best::Undecided => Err(out_of_budget()),
        Best::Found { pins, weight, bound } => {
            let optimal = weight == bound;
            let differ = product.differences(&pins);
            // Every stack of the bound, and better ones, have at least so many differences.
            let least = product.least_differences(bound).max(usize::from(impossible));
            Ok(Some((product, pins, optimal || differ <= least, optimal)))
        }
    }
}

fn answered(
    parts: &[(&Universe, &Request)],
    problems: &[Problem],
    product: &Product,
    pins: &Pins,
    minimal: bool,
    optimal: bool,
) -> Result<JointAdvice, Fault> {
    let mut environments = Vec::with_capacity(parts.len());
    for (part, (universe, request)) in parts.iter().enumerate() {
        let stack = report::stack(&problems[part], universe, request, &product.part(part, pins));
        let violations = check_stack(universe, request, &stack);
        if !violations.is_empty() {
            let message = format!("the stack found is not valid: {}", violations.join("; "));
            return Err(Fault::new(ErrorCode::LockCheckFailed, message)
                .remedy("report this as a bug with the requests"));
        }
        environments.push(JointStack {
            environment: request.environment.name.clone(),
            stack: Some(stack),
            conflict: None,
        });
    }
    let differences = differences(&environments);
    Ok(JointAdvice {
        outcome: if differences.is_empty() {
            JointOutcome::OneLock
        } else {
            JointOutcome::Different
        },
        score: environments
            .iter()
            .filter_map(|one| one.stack.as_ref())
            .map(|stack| stack.score)
            .sum(),
        environments,
        differences,
        minimal,
        optimal,
        millis: 0.0,
    })
}

/// The packages of which stacks hold different releases.
fn differences(environments: &[JointStack]) -> Vec<Difference> {
    let mut versions = std::collections::BTreeMap::<&str, Vec<Option<(&str, &str)>>>::new();
    for (part, environment) in environments.iter().enumerate() {
        for pin in environment.stack.iter().flat_map(|stack| &stack.pins) {
            let all = versions
                .entry(&pin.name)
                .or_insert_with(|| vec![None; environments.len()]);
            all[part] = Some((&pin.version, &pin.index));
        }
    }
    let differs = |all: &Vec<Option<(&str, &str)>>| {
        let mut held = all.iter().flatten();
        held.next().is_some_and(|first| held.any(|other| other != first))
    };
    let versions = versions.into_iter().filter(|(_, all)| differs(all));
    versions
        .map(|(package, all)| Difference {
            package: package.to_owned(),
            versions: all
                .into_iter()
                .map(|one| one.map(|(version, _)| version.to_owned()))
                .collect(),
        })
        .collect()
}

fn unsatisfiable(
    parts: &[(&Universe, &Request)],
    problems: &[Problem],
    clock: Clock<'_>,
) -> Result<JointAdvice, Fault> {
    let mut environments = Vec::with_capacity(parts.len());
    for ((universe, request), problem) in parts.iter().zip(problems) {
        let clock = clock.extended();
        let conflict = if explain::is_unsatisfiable(problem, clock) {
            let mut rules = Rules::new(request)?;
            Some(explain::conflict(universe, request, &mut rules, problem, clock)?)
        } else {
            None
        };
        environments.push(JointStack {
            environment: request.environment.name.clone(),
            stack: None,
            conflict,
        });
    }
    Ok(JointAdvice {
        outcome: JointOutcome::Unsatisfiable,
        environments,
        differences: Vec::new(),
        minimal: true,
        optimal: false,
        score: 0.0,
        millis: 0.0,
    })
}

fn out_of_budget() -> Fault {
    Fault::new(
        ErrorCode::BudgetExhausted,
        "the budget of time was used up before locks were found or ruled out",
    )
    .remedy("give more milliseconds, or narrower requirements")
}
