//! The predictors that score complete stacks one by one.
//!
//! In what follows s(c) is the score of a release and of the terms it completes, D the candidates that what is
//! decided so far allows, T a temperature, U uniform in [0, 1).
//!
//! | predictor | formula | source |
//! |---|---|---|
//! | `temporal-difference` | follows argmax over D of s(c) + V(c), or Boltzmann, e^((s + V)(c) / T) / Σ; with G = Σ of λ^(d − 1) · s over what is decided d ≤ n steps of requirement downstream, V(c) += α (G − V(c)), α larger when G is above V; untried c count with the largest G seen. Between such episodes it branches off the stack at hand: another release of one package, what depends on it decided anew from V; accepted as in annealing | Sutton, *Learning to predict by the methods of temporal differences*, 1988; uneven rates: Matignon, Laurent and Le Fort-Piat, *Hysteretic Q-learning*, 2007; optimism: Sutton and Barto, *Reinforcement Learning*, 2.6 |
//! | `mcts` | descends by argmax of Q(c) + C √(ln N / n(c)), Q a mixture of best and mean score below c, at most 1 + W √N decisions of a node tried, best scored first; below the tree argmax s(c), now and then any | Kocsis and Szepesvári, *Bandit based Monte-Carlo planning*, 2006; one player: Schadd et al., 2008; widening: Coulom, 2007 |
//! | `simulated-annealing` | a neighbour that scores Δ less is accepted when U < e^(−Δ / T); T ← T (1 + κ (a(t) − accepted)) keeps the share of accepted ones at a(t) = 0.44 (1 − t)², t the share of the limit that is used | Kirkpatrick, Gelatt and Vecchi, 1983; schedule by acceptance: Lam and Delosme, 1988 |
//! | `hill-climbing` | the first better neighbour in random order; from a new random stack when none is better | Russell and Norvig, *Artificial Intelligence*, 4.1 |
//! | `random-walk` | each package uniform over D, whoever requires before what is required | Pearson, *The problem of the random walk*, 1905 |
//! | `sampling` | each package uniform over D, in random order, so that releases of packages deep in the graph are drawn as often as others | |
//! | `package-combinations` | every combination of the releases of some packages, argmax s(c) for the others | |
//!
//! Every complete stack counts against the limit, repeated ones included. Terms that forbid a stack make a
//! dead end of the release that would complete them; no such stack is ever scored. All arithmetic that bears
//! on a decision is the same on every machine.

mod auto;
mod combine;
mod graph;
mod layout;
mod local;
mod maths;
mod mcts;
mod run;
mod sample;
mod temporal;
mod walker;

use thoth_schema::error::Fault;

use crate::predictor::{Found, Predictor, Task};
use crate::terms::score_of;
pub(crate) use auto::Auto;
use graph::Followers;
use layout::Layout;
use run::{DEFAULT_LIMIT, Run};
use sample::Sequence;
use walker::Walker;

/// How stacks are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    TemporalDifference,
    Mcts,
    SimulatedAnnealing,
    HillClimbing,
    RandomWalk,
    Sampling,
    PackageCombinations,
}

/// Scores stacks one by one and keeps the best.
pub(crate) struct Sampler(pub(crate) Method);

impl Predictor for Sampler {
    fn search(&self, task: &mut Task<'_>) -> Result<Found, Fault> {
        let Some(first) = task.decide()? else {
            return Ok(Found::nothing());
        };
        let request = task.request;
        let layout = Layout::new(task.problem, &task.space.live, &task.order);
        let mut walker = Walker::new(&layout);
        let mut run = Run::new(task, DEFAULT_LIMIT);
        let mut values = None;
        let seed = request.seed;
        match self.0 {
            Method::TemporalDifference => {
                let followers = Followers::new(&layout);
                let warm = request.warm_start.as_ref();
                values = Some(temporal::search(
                    &mut walker,
                    &mut run,
                    &followers,
                    &first,
                    warm,
                    seed,
                ));
            }
            Method::Mcts => mcts::search(&mut walker, &mut run, seed),
            Method::SimulatedAnnealing => local::anneal(&mut walker, &mut run, &first, seed),
            Method::HillClimbing => local::climb(&mut walker, &mut run, &first, seed),
            Method::RandomWalk => sample::search(&mut walker, &mut run, Sequence::Ordered, seed),
            Method::Sampling => sample::search(&mut walker, &mut run, Sequence::Shuffled, seed),
            Method::PackageCombinations => {
                run = Run::new(task, u64::MAX).patient();
                let places = combine::places(&layout, &request.combine)?;
                combine::search(&mut walker, &mut run, &places);
            }
        }
        let outcome = run.finish();
        // Where every walk ends in a dead end the decision's stack is still better than none.
        let (stacks, scored) = match outcome.stacks.is_empty() {
            true => (vec![first], 1),
            false => (outcome.stacks, outcome.scored),
        };
        let mut found = task.with_facts(stacks, scored);
        let best = found.stacks.first().map(|pins| score_of(task.problem, pins));
        let bound = found.bound.or(best);
        found.trace = outcome.recorder.map(|recorder| recorder.finish(bound));
        found.values = values;
        Ok(found)
    }
}
