//! One request from beginning to end.

use std::time::Duration;

use thoth_schema::error::{ErrorCode, Fault};

use crate::advice::{Advice, Missing, Outcome, Reason, SearchReport, SpaceEstimate, SpaceMethod, StackCount};
use crate::check::check_stack;
use crate::clock::Clock;
use crate::decide::{Decision, decide};
use crate::explain;
use crate::gather::Unknown;
use crate::legal::Rules;
use crate::lock;
use crate::model::{Request, Universe};
use crate::order::Order;
use crate::predictor::{Found, Task, predictor};
use crate::problem::Problem;
use crate::prune::Live;
use crate::report;
use crate::space::Space;
use crate::trace::SearchTrace;
use crate::values::ValueTable;

/// The least time explanations get, whatever the budget of the search.
const EXPLANATION_BUDGET: Duration = Duration::from_secs(2);

/// An advice with what the search leaves behind beside it.
#[derive(Debug, Clone)]
pub struct Advised {
    /// The answer.
    pub advice: Advice,
    /// What the search learnt, for [`Request::warm_start`] of a later one; only of a predictor that learns.
    pub values: Option<ValueTable>,
    /// The course of the search, when [`Request::trace`] asks for it; only of a predictor that scores stacks.
    pub trace: Option<SearchTrace>,
}

/// Answers a request from the knowledge in reach.
///
/// # Errors
///
/// As [`advise_fully`].
pub fn advise(universe: &Universe, request: &Request) -> Result<Advice, Fault> {
    Ok(advise_fully(universe, request)?.advice)
}

/// Answers a request from the knowledge in reach, and keeps what was learnt on the way.
///
/// # Errors
///
/// - `UNSUPPORTED_REQUIREMENT` when a requirement that applies names an address.
/// - `INVALID_ARGUMENT` for scores that cannot be summed.
/// - `BUDGET_EXHAUSTED` when the time was over before a stack was found or ruled out.
/// - `LOCK_CHECK_FAILED` when the independent checker refuses a stack: a bug, never an answer.
pub fn advise_fully(universe: &Universe, request: &Request) -> Result<Advised, Fault> {
    let clock = Clock::start(request.budget).under(request.control.as_deref());
    let mut rules = Rules::new(request)?;
    let (problem, missing) = Problem::build(universe, &mut rules, Unknown::Excluded)?;
    let started = clock.elapsed();
    let mut found = match Live::pruned(&problem) {
        None => None,
        Some(live) => {
            let order = Order::new(&problem, &live);
            let space = Space::new(&problem, live);
            let mut task = Task {
                problem: &problem,
                space,
                order,
                request,
                clock,
            };
            Some(predictor(request.predictor).search(&mut task)?).filter(|found| !found.stacks.is_empty())
        }
    };
    let searched = clock.elapsed() - started;
    let mut advice = match &found {
        Some(found) => advised(universe, &mut rules, &problem, found, missing)?,
        None => nothing(universe, request, &mut rules, &problem, missing)?,
    };
    let search = &mut advice.search;
    search.search_millis = millis(searched);
    search.millis = millis(clock.elapsed());
    if let (Some(_), Some(table)) = (
        found.as_ref().and_then(|found| found.values.as_ref()),
        &request.warm_start,
    ) {
        search.recalled_values = table.values.len() as u64;
    }
    if let Some(control) = &request.control {
        control.report(
            search.stacks_scored,
            advice.stacks.first().map(|stack| stack.score),
        );
        search
            .bound
            .into_iter()
            .for_each(|bound| control.report_bound(bound));
    }
    Ok(Advised {
        advice,
        values: found.as_mut().and_then(|found| found.values.take()),
        trace: found.as_mut().and_then(|found| found.trace.take()),
    })
}

/// Milliseconds, to the microsecond.
fn millis(time: Duration) -> f64 {
    time.as_micros() as f64 / 1000.0
}

fn advised<'a>(
    universe: &'a Universe,
    rules: &mut Rules<'a>,
    problem: &Problem,
    found: &Found,
    missing: Vec<Missing>,
) -> Result<Advice, Fault> {
    let request = rules.request();
    let mut stacks = Vec::with_capacity(found.stacks.len());
    for pins in &found.stacks {
        let stack = report::stack(problem, universe, request, pins);
        let violations = check_stack(universe, request, &stack);
        if !violations.is_empty() {
            let message = format!("the stack found is not valid: {}", violations.join("; "));
            return Err(Fault::new(ErrorCode::LockCheckFailed, message)
                .remedy("report this as a bug with the request"));
        }
        stacks.push(stack);
    }
    if let Some(first) = stacks.first_mut() {
        first.reasons.splice(0..0, stack_reasons(found));
    }
    let lock = lock::judge(universe, request, problem).map(|lock| lock.settle(&mut stacks, request.count));
    let bound = found.bound.or(stacks.first().map(|stack| stack.score));
    let search = SearchReport {
        predictor: found.ran.unwrap_or(request.predictor),
        stacks_in_space: StackCount(found.space.clone()),
        space_is_exact: found.space_is_exact,
        space_method: space_method(found),
        space_estimate: found.estimate.map(|estimate| SpaceEstimate {
            stacks: estimate.stacks,
            standard_error: estimate.error,
            probes: estimate.probes,
        }),
        stacks_scored: found.scored,
        bound,
        optimal: found.optimal,
        ..SearchReport::of_nothing(request)
    };
    let first = found.stacks.first();
    let rejections = first.map(|pins| explain::why::newest(universe, rules, problem, pins, found.optimal));
    Ok(Advice {
        id: None,
        outcome: Outcome::Advised,
        stacks,
        search,
        conflict: None,
        missing,
        pruned: Vec::new(),
        rejections: rejections.unwrap_or_default(),
        lock,
        rules: None,
    })
}

fn space_method(found: &Found) -> SpaceMethod {
    match found.estimate {
        _ if found.space_is_exact => SpaceMethod::Exact,
        Some(_) => SpaceMethod::KnuthEstimate,
        None => SpaceMethod::UpperBound,
    }
}

fn stack_reasons(found: &Found) -> Vec<Reason> {
    let space = &found.space;
    let mut reasons = Vec::new();
    if found.optimal {
        reasons.push(Reason::new("PROVEN_OPTIMUM", "no legal stack scores higher"));
    } else if let Some(bound) = found.bound {
        reasons.push(Reason::new(
            "BOUND",
            format!("no legal stack scores above {bound}"),
        ));
    }
    reasons.push(match (found.space_is_exact, space.as_str()) {
        (true, "1") => Reason::new("SPACE", "the only legal stack"),
        (true, _) => Reason::new("SPACE", format!("one of exactly {space} legal stacks")),
        (false, _) => match found.estimate {
            Some(estimate) => {
                let about = estimate.stacks;
                Reason::new(
                    "SPACE",
                    format!("one of about {about:.1e} legal stacks, by estimate; one of at most {space}"),
                )
            }
            None => Reason::new("SPACE", format!("one of at most {space} legal stacks")),
        },
    });
    reasons
}

fn nothing<'a>(
    universe: &'a Universe,
    request: &'a Request,
    rules: &mut Rules<'a>,
    problem: &Problem,
    missing: Vec<Missing>,
) -> Result<Advice, Fault> {
    let clock = Clock::start(request.budget.max(EXPLANATION_BUDGET));
    let outcome = if !missing.is_empty() && would_fit(universe, rules, clock)? {
        Outcome::NeedsKnowledge
    } else {
        Outcome::Unsatisfiable
    };
    let conflict = explain::conflict(universe, request, rules, problem, clock)?;
    Ok(Advice {
        id: None,
        outcome,
        stacks: Vec::new(),
        search: SearchReport::of_nothing(request),
        conflict: Some(conflict),
        missing,
        pruned: Vec::new(),
        rejections: Vec::new(),
        lock: lock::judge(universe, request, problem).map(|lock| lock.settle(&mut Vec::new(), request.count)),
        rules: None,
    })
}

/// Whether a stack would exist if what is not known fitted. Only a proof of the contrary counts as no.
fn would_fit<'a>(universe: &'a Universe, rules: &mut Rules<'a>, clock: Clock<'_>) -> Result<bool, Fault> {
    let (problem, _) = Problem::build(universe, rules, Unknown::Fits)?;
    let Some(live) = Live::pruned(&problem) else {
        return Ok(false);
    };
    let roots: Vec<usize> = (0..problem.roots.len()).collect();
    Ok(!matches!(
        decide(&problem, &live, &roots, clock),
        Decision::Nothing(_)
    ))
}
