//! The predictors: how the space of stacks is searched.
//!
//! All maximise the score of a stack, the sum of the scores of its releases.
//!
//! | predictor | idea | source |
//! |---|---|---|
//! | `auto` | `exact` where elimination is cheap; else the predictor that suits the score, and branch and bound from what it found | |
//! | `exact` | `best(S) = max over candidates c of the next package p: score(c) + best(S after c)`, equal states `S` merged; the same recursion with sums instead of maxima counts the space | variable elimination: Bertelè and Brioschi, *Nonserial Dynamic Programming*, 1972; Dechter, *Bucket elimination*, 1999. Where states explode: branch and bound, Land and Doig, 1960 |
//! | `latest` | the newest candidate of each package in turn, conflicts learned, then raised one package at a time | PubGrub: Weizenbaum 2018, after CDCL, Marques-Silva and Sakallah 1999 |
//!
//! The others score stacks one by one: see the module `predictors`.

use std::time::Duration;

use thoth_schema::error::{ErrorCode, Fault};

use crate::branch;
use crate::clock::Clock;
use crate::decide::{Decision, decide};
use crate::exact::{self, CHEAP_STATE_LIMIT, Estimate, Limits, Partial, Rest, STATE_LIMIT};
use crate::latest;
use crate::model::{PredictorName, Request};
use crate::order::Order;
use crate::predictors::{Auto, Method, Sampler};
use crate::problem::{Pins, Problem};
use crate::space::Space;
use crate::terms::{exact_score_of, score_of};
use crate::trace::SearchTrace;
use crate::values::ValueTable;
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
    /// An estimate of the same number where it is not exact.
    pub(crate) estimate: Option<Estimate>,
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
        PredictorName::Auto => &Auto,
        PredictorName::Exact => &Exact,
        PredictorName::Latest => &Latest,
        PredictorName::TemporalDifference => &Sampler(Method::TemporalDifference),
        PredictorName::Mcts => &Sampler(Method::Mcts),
        PredictorName::SimulatedAnnealing => &Sampler(Method::SimulatedAnnealing),
        PredictorName::HillClimbing => &Sampler(Method::HillClimbing),
        PredictorName::RandomWalk => &Sampler(Method::RandomWalk),
        PredictorName::Sampling => &Sampler(Method::Sampling),
        PredictorName::PackageCombinations => &Sampler(Method::PackageCombinations),
    }
}

pub(crate) struct Exact;

impl Predictor for Exact {
    fn search(&self, task: &mut Task<'_>) -> Result<Found, Fault> {
        match task.eliminate() {
            Ok(found) => Ok(found),
            Err(partial) => task.branch(partial, Vec::new()),
        }
    }
}

pub(crate) struct Latest;

impl Predictor for Latest {
    fn search(&self, task: &mut Task<'_>) -> Result<Found, Fault> {
        let Some(mut pins) = task.decide()? else {
            return Ok(Found::nothing());
        };
        latest::raise(task.problem, &task.space.live, &mut pins);
        Ok(task.with_facts(vec![pins], 1))
    }
}

impl Found {
    pub(crate) fn nothing() -> Self {
        Self {
            stacks: Vec::new(),
            space: "0".to_owned(),
            space_is_exact: true,
            estimate: None,
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
    /// The best stacks and their number by elimination; where there are too many states, what is known by then.
    pub(crate) fn eliminate(&mut self) -> Result<Found, Partial> {
        let limits = Limits {
            states: STATE_LIMIT,
            clock: self.clock.share(ELIMINATION_SHARE),
        };
        let rest = Rest {
            clock: self.clock.share(ELIMINATION_SHARE + REST_SHARE),
            width: BEAM_WIDTH,
            seed: self.request.seed,
        };
        let keep = self.request.count.max(1);
        let solved = exact::solve_or_bound(&mut self.space, &self.order, keep, limits, rest)?;
        Ok(Found {
            optimal: !solved.best.is_empty(),
            stacks: solved.best.into_iter().map(|(_, pins)| pins).collect(),
            space: solved.count,
            ..Found::nothing()
        })
    }

    /// The best stacks by branch and bound, as far as the time allows, from stacks that are known.
    ///
    /// # Errors
    ///
    /// `BUDGET_EXHAUSTED` where none was known and the time was over before one was found.
    pub(crate) fn branch(&self, partial: Partial, mut known: Vec<Pins>) -> Result<Found, Fault> {
        let keep = self.request.count.max(1);
        known.extend(partial.best.into_iter().map(|(_, pins)| pins));
        if known.is_empty() {
            let Some(first) = self.decide()? else {
                return Ok(Found::nothing());
            };
            known.push(first);
        }
        let bounded = branch::search(self.problem, &self.space.live, keep, known, self.clock);
        let bound = bounded.bound.min(partial.bound);
        let met = keep == 1 && bounded.best.first().is_some_and(|(weight, _)| *weight >= bound);
        let optimal = bounded.complete || met;
        Ok(Found {
            stacks: bounded.best.into_iter().map(|(_, pins)| pins).collect(),
            space: self.count_bound(),
            space_is_exact: false,
            estimate: partial.estimate,
            scored: bounded.scored,
            bound: (!optimal).then(|| score_above(bound, self.problem.summands())),
            optimal,
            ..Found::nothing()
        })
    }

    /// A stack by complete decision; `None` when it is proven that there is none.
    pub(crate) fn decide(&self) -> Result<Option<Pins>, Fault> {
        let roots: Vec<usize> = (0..self.problem.roots.len()).collect();
        match decide(
            self.problem,
            &self.space.live,
            &roots,
            self.clock.at_least(DECISION_GRACE),
        ) {
            Decision::Stack(pins) => Ok(Some(pins)),
            Decision::Nothing(_) => Ok(None),
            Decision::Undecided => Err(ended_early(self.clock.is_cancelled())),
        }
    }

    /// What stacks found otherwise are worth: the size of the space and a bound, exact where that is cheap.
    pub(crate) fn with_facts(&mut self, stacks: Vec<Pins>, scored: u64) -> Found {
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

fn ended_early(cancelled: bool) -> Fault {
    let why = if cancelled {
        "the search was cancelled"
    } else {
        "the budget of time was used up"
    };
    Fault::new(
        ErrorCode::BudgetExhausted,
        format!("{why} before a stack was found or ruled out"),
    )
    .remedy("give more milliseconds, or narrower requirements")
}
