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
use crate::exact::{self, CHEAP_STATE_LIMIT, Estimate, Limits, Rest, STATE_LIMIT};
use crate::latest;
use crate::model::{PredictorName, Request};
use crate::order::Order;
use crate::problem::{Pins, Problem};
use crate::space::Space;
use crate::terms::{exact_score_of, score_of};
use crate::walk;
use crate::weight::score_above;

/// How much of the budget elimination may use before branch and bound takes over, in percent.
const ELIMINATION_SHARE: u32 = 60;

/// How much of the budget the facts that go along with another search may use, in percent.
const FACTS_SHARE: u32 = 30;

/// How much more of it an estimate of the space and a first look for good stacks may use after that.
const REST_SHARE: u32 = 15;

/// How many states of a layer are followed to good stacks where there are too many for all.
const BEAM_WIDTH: usize = 2_000;

/// What the first decision gets even of a smaller budget, so that there is a stack to return.
const DECISION_GRACE: Duration = Duration::from_millis(500);

/// What a predictor is given.
pub(crate) struct Task<'p> {
    pub(crate) problem: &'p Problem,
    pub(crate) space: Space<'p>,
    pub(crate) order: Order,
    pub(crate) request: &'p Request,
    pub(crate) clock: Clock,
}

/// What a predictor found.
#[derive(Debug)]
pub(crate) struct Found {
    /// Stacks, best first; none only when it is proven that there is none.
    pub(crate) stacks: Vec<Pins>,
    /// Number of stacks in decimal digits; an upper bound unless `space_is_exact`.
    pub(crate) space: String,
    pub(crate) space_is_exact: bool,
    /// An estimate of the same number where it is not exact.
    pub(crate) estimate: Option<Estimate>,
    pub(crate) scored: u64,
    /// No stack scores more; absent when the first stack is proven the best.
    pub(crate) bound: Option<f64>,
    /// Whether the first stack is proven the best.
    pub(crate) optimal: bool,
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
        let rest = Rest {
            clock: task.clock.share(ELIMINATION_SHARE + REST_SHARE),
            width: BEAM_WIDTH,
            seed: task.request.seed,
        };
        let keep = task.request.count.max(1);
        let partial = match exact::solve_or_bound(&mut task.space, &task.order, keep, limits, rest) {
            Err(partial) => partial,
            Ok(solved) => {
                return Ok(Found {
                    optimal: !solved.best.is_empty(),
                    stacks: solved.best.into_iter().map(|(_, pins)| pins).collect(),
                    space: solved.count,
                    space_is_exact: true,
                    estimate: None,
                    scored: 0,
                    bound: None,
                });
            }
        };
        let mut known: Vec<Pins> = partial.best.into_iter().map(|(_, pins)| pins).collect();
        if known.is_empty() {
            let Some(first) = task.decide()? else {
                return Ok(Found::nothing());
            };
            known.push(first);
        }
        let bounded = branch::search(task.problem, &task.space.live, keep, known, task.clock);
        let bound = bounded.bound.min(partial.bound);
        let met = keep == 1 && bounded.best.first().is_some_and(|(weight, _)| *weight >= bound);
        let optimal = bounded.complete || met;
        Ok(Found {
            stacks: bounded.best.into_iter().map(|(_, pins)| pins).collect(),
            space: task.count_bound(),
            space_is_exact: false,
            estimate: partial.estimate,
            scored: bounded.scored,
            bound: (!optimal).then(|| score_above(bound, task.problem.summands())),
            optimal,
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
            estimate: None,
            scored: 0,
            bound: None,
            optimal: false,
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
        let rest = Rest {
            clock: self.clock.share(FACTS_SHARE + REST_SHARE),
            width: 0,
            seed: self.request.seed,
        };
        let (space, estimate, best, bound) =
            match exact::solve_or_bound(&mut self.space, &self.order, 1, limits, rest) {
                Ok(solved) => {
                    let best = solved.best.into_iter().next().map(|(_, pins)| pins);
                    let bound = best.as_ref().map(|pins| score_of(self.problem, pins));
                    (Some(solved.count), None, best, bound)
                }
                Err(partial) => {
                    let relaxed = branch::relaxed_bound(self.problem, &self.space.live);
                    let bound = score_above(relaxed.min(partial.bound), self.problem.summands());
                    (None, partial.estimate, None, Some(bound))
                }
            };
        let exact = |pins: &Pins| exact_score_of(self.problem, pins);
        let optimal = best.is_some() && best.as_ref().map(exact) == stacks.first().map(exact);
        Found {
            stacks,
            space_is_exact: space.is_some(),
            space: space.unwrap_or_else(|| self.count_bound()),
            estimate,
            scored,
            bound: bound.filter(|_| !optimal),
            optimal,
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

fn out_of_budget() -> Fault {
    Fault::new(
        ErrorCode::BudgetExhausted,
        "the budget of time was used up before a stack was found or ruled out",
    )
    .remedy("give more milliseconds, or narrower requirements")
}
