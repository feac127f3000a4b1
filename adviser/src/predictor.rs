//! The predictors: how the space of stacks is searched.
//!
//! All maximise the score of a stack, the sum of the scores of its releases.
//!
//! | predictor | idea | source |
//! |---|---|---|
//! | `exact` | `best(S) = max over candidates c of the next package p: score(c) + best(S after c)`, equal states `S` merged; the same recursion with sums instead of maxima counts the space | variable elimination: Bertelè and Brioschi, *Nonserial Dynamic Programming*, 1972; Dechter, *Bucket elimination*, 1999. Where states explode: branch and bound, Land and Doig, 1960 |
//! | `latest` | the newest candidate of each package in turn, conflicts learned, then raised one package at a time | PubGrub: Weizenbaum 2018, after CDCL, Marques-Silva and Sakallah 1999 |
//! | `random-walk` | `n` independent stacks, each package uniform over the candidates still allowed; the best of them | Pearson, *The problem of the random walk*, 1905 |

use std::time::Duration;

use thoth_schema::error::{ErrorCode, Fault};

use crate::branch;
use crate::clock::Clock;
use crate::decide::{Decision, decide};
use crate::exact::{self, CHEAP_STATE_LIMIT, Limits, STATE_LIMIT, Solved};
use crate::latest;
use crate::model::{PredictorName, Request};
use crate::order::Order;
use crate::problem::{Pins, Problem};
use crate::space::Space;
use crate::trace::SearchTrace;
use crate::values::ValueTable;
use crate::walk;
use crate::weight::{exact_score, score_above};

/// How much of the budget elimination may use before branch and bound takes over, in percent.
const ELIMINATION_SHARE: u32 = 60;

/// How much of the budget the facts that go along with another search may use, in percent.
const FACTS_SHARE: u32 = 30;

/// What the first decision gets even of a smaller budget, so that there is a stack to return.
const DECISION_GRACE: Duration = Duration::from_millis(500);

/// What a predictor is given.
pub(crate) struct Task<'p> {
    pub(crate) problem: &'p Problem,
    pub(crate) space: Space<'p>,
    pub(crate) order: Order,
    pub(crate) request: &'p Request,
    pub(crate) clock: Clock<'p>,
}

/// What a predictor found.
#[derive(Debug)]
pub(crate) struct Found {
    /// Stacks, best first; none only when it is proven that there is none.
    pub(crate) stacks: Vec<Pins>,
    /// Number of stacks in decimal digits; an upper bound unless `space_is_exact`.
    pub(crate) space: String,
    pub(crate) space_is_exact: bool,
    pub(crate) scored: u64,
    /// No stack scores more; absent when the first stack is proven the best.
    pub(crate) bound: Option<f64>,
    /// Whether the first stack is proven the best.
    pub(crate) optimal: bool,
    /// The predictor that was chosen, where the one asked for chooses.
    pub(crate) ran: Option<PredictorName>,
    /// What was learnt.
    pub(crate) values: Option<ValueTable>,
    /// The course of the search.
    pub(crate) trace: Option<SearchTrace>,
}

/// One way to search.
pub(crate) trait Predictor {
    /// Searches until it is done, or the time is over.
    ///
    /// # Errors
    ///
    /// `BUDGET_EXHAUSTED` when the time was over before any stack was found, or proven not to exist.
    fn search(&self, task: &mut Task<'_>) -> Result<Found, Fault>;
}

/// The predictor of that name.
pub(crate) fn predictor(name: PredictorName) -> &'static dyn Predictor {
    match name {
        PredictorName::Exact => &Exact,
        PredictorName::Latest => &Latest,
        PredictorName::RandomWalk => &RandomWalk,
    }
}

struct Exact;

impl Predictor for Exact {
    fn search(&self, task: &mut Task<'_>) -> Result<Found, Fault> {
        let limits = Limits {
            states: STATE_LIMIT,
            clock: task.clock.share(ELIMINATION_SHARE),
        };
        let keep = task.request.count.max(1);
        if let Some(solved) = exact::solve(&mut task.space, &task.order, keep, limits) {
            return Ok(Found {
                optimal: !solved.best.is_empty(),
                stacks: solved.best.into_iter().map(|(_, pins)| pins).collect(),
                space: solved.count,
                space_is_exact: true,
                scored: 0,
                ..Found::nothing()
            });
        }
        let Some(first) = task.decide()? else {
            return Ok(Found::nothing());
        };
        let known = vec![first];
        let bounded = branch::search(task.problem, &task.space.live, keep, known, task.clock);
        let complete = bounded.complete;
        Ok(Found {
            stacks: bounded.best.into_iter().map(|(_, pins)| pins).collect(),
            space: task.count_bound(),
            space_is_exact: false,
            scored: bounded.scored,
            bound: (!complete).then(|| score_above(bounded.bound, task.problem.size())),
            optimal: complete,
            ..Found::nothing()
        })
    }
}

struct Latest;

impl Predictor for Latest {
    fn search(&self, task: &mut Task<'_>) -> Result<Found, Fault> {
        let Some(mut pins) = task.decide()? else {
            return Ok(Found::nothing());
        };
        latest::raise(task.problem, &task.space.live, &mut pins);
        Ok(task.with_facts(vec![pins], 1))
    }
}

struct RandomWalk;

impl Predictor for RandomWalk {
    fn search(&self, task: &mut Task<'_>) -> Result<Found, Fault> {
        let Request {
            count, seed, limit, ..
        } = *task.request;
        let limit = limit.unwrap_or(walk::DEFAULT_LIMIT);
        let Some(first) = task.decide()? else {
            return Ok(Found::nothing());
        };
        let walked = walk::walk(
            task.problem,
            &task.space.live,
            &task.order,
            count,
            seed,
            limit,
            task.clock,
        );
        // Where every walk ends in a dead end the decision's stack is still better than none.
        let (stacks, scored) = match walked.best.is_empty() {
            true => (vec![first], 1),
            false => (
                walked.best.into_iter().map(|(_, pins)| pins).collect(),
                walked.scored,
            ),
        };
        Ok(task.with_facts(stacks, scored))
    }
}

impl Found {
    fn nothing() -> Self {
        Self {
            stacks: Vec::new(),
            space: "0".to_owned(),
            space_is_exact: true,
            scored: 0,
            bound: None,
            optimal: false,
            ran: None,
            values: None,
            trace: None,
        }
    }
}

impl Task<'_> {
    /// A stack by complete decision; `None` when it is proven that there is none.
    fn decide(&self) -> Result<Option<Pins>, Fault> {
        let roots: Vec<usize> = (0..self.problem.roots.len()).collect();
        match decide(
            self.problem,
            &self.space.live,
            &roots,
            self.clock.at_least(DECISION_GRACE),
        ) {
            Decision::Stack(pins) => Ok(Some(pins)),
            Decision::Nothing(_) => Ok(None),
            Decision::Undecided => Err(out_of_budget()),
        }
    }

    /// What stacks found otherwise are worth: the size of the space and a bound, exact where that is cheap.
    fn with_facts(&mut self, stacks: Vec<Pins>, scored: u64) -> Found {
        let limits = Limits {
            states: CHEAP_STATE_LIMIT,
            clock: self.clock.share(FACTS_SHARE),
        };
        let solved = exact::solve(&mut self.space, &self.order, 1, limits);
        let best = |solved: &Solved| solved.best.first().map(|(_, pins)| pins.clone());
        let best = solved.as_ref().and_then(best);
        let (space, space_is_exact) = match &solved {
            Some(solved) => (solved.count.clone(), true),
            None => (self.count_bound(), false),
        };
        let relaxed = || {
            score_above(
                branch::relaxed_bound(self.problem, &self.space.live),
                self.problem.size(),
            )
        };
        let bound = best
            .as_ref()
            .map_or_else(relaxed, |pins| score_of(self.problem, pins));
        let exact = |pins: &Pins| exact_score_of(self.problem, pins);
        let optimal = best.is_some() && best.as_ref().map(exact) == stacks.first().map(exact);
        Found {
            stacks,
            space,
            space_is_exact,
            scored,
            bound: (!optimal).then_some(bound),
            optimal,
            ..Found::nothing()
        }
    }

    /// At least as many as there are stacks: the product of the live candidates of all packages, those that a
    /// stack may do without counting one more.
    fn count_bound(&self) -> String {
        let live = &self.space.live;
        let factors = live.sets.iter().zip(&live.certain).map(|(set, certain)| {
            let optional = u32::from(!certain);
            crate::bits::count(set) + optional
        });
        factors
            .fold(num_bigint::BigUint::from(1_u32), |product, factor| {
                product * factor
            })
            .to_string()
    }
}

/// The score of a stack: the sum over its pins in the order of their names.
pub(crate) fn score_of(problem: &Problem, pins: &Pins) -> f64 {
    let pinned = pins.iter().zip(&problem.packages);
    pinned
        .filter_map(|(pin, package)| pin.map(|pin| package.candidates[pin as usize].score))
        .fold(0.0, |sum, one| sum + one)
}

/// The same without rounding.
fn exact_score_of(problem: &Problem, pins: &Pins) -> i128 {
    let pinned = pins.iter().zip(&problem.packages);
    pinned
        .filter_map(|(pin, package)| pin.map(|pin| exact_score(package.candidates[pin as usize].weight)))
        .sum()
}

fn out_of_budget() -> Fault {
    Fault::new(
        ErrorCode::BudgetExhausted,
        "the budget of time was used up before a stack was found or ruled out",
    )
    .remedy("give more milliseconds, or narrower requirements")
}
