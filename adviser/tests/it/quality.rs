//! How good the stacks of the predictors are, against the proven optimum, over many tables of scores.

use std::time::Instant;

use serde_json::Value;
use thoth_adviser::{PredictorName, Request, Scoring, Universe, advise};

use crate::loader::{Loader, cases, score};

/// A recorded problem whose scores are drawn anew by seed.
pub(crate) struct Scored {
    pub(crate) universe: Universe,
    pub(crate) request: Request,
}

impl Scored {
    pub(crate) fn load(id: &str) -> Option<Self> {
        let mut loader = Loader::default();
        let case: Value = cases("corpus").into_iter().find(|case| case["id"] == id)?;
        let request = Request {
            scoring: Scoring::Given,
            ..loader.request(&case)
        };
        let universe = loader.universe(&case, &request);
        Some(Self { universe, request })
    }

    pub(crate) fn score_by(&mut self, seed: &str) {
        for (name, knowledge) in &mut self.universe.packages {
            for candidate in &mut knowledge.candidates {
                candidate.score = Some(score(seed, name.as_ref(), &candidate.version));
            }
        }
    }

    /// The best score, and how many stacks were scored a second.
    pub(crate) fn best(&self, predictor: PredictorName, limit: u64, seed: u64) -> (f64, f64) {
        let request = Request {
            predictor,
            limit: Some(limit),
            seed,
            ..self.request.clone()
        };
        let start = Instant::now();
        let advice = advise(&self.universe, &request).expect("an advice");
        let rate = advice.search.stacks_scored as f64 / start.elapsed().as_secs_f64();
        (advice.stacks[0].score, rate)
    }
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    (values[(values.len() - 1) / 2] + values[values.len() / 2]) / 2.0
}

const SAMPLERS: [PredictorName; 6] = [
    PredictorName::TemporalDifference,
    PredictorName::Mcts,
    PredictorName::SimulatedAnnealing,
    PredictorName::HillClimbing,
    PredictorName::RandomWalk,
    PredictorName::Sampling,
];

#[test]
fn tune() {
    let prefix = std::env::var("SEEDS").unwrap_or_else(|_| "t".to_owned());
    for (id, limits) in [
        ("corpus/flask-py3.6-2020-02-06", [300, 1_000, 10_000, 70_000]),
        ("corpus/flask-tf-2.1.0", [300, 1_000, 3_000, 10_000]),
    ] {
        let Some(mut scored) = Scored::load(id) else {
            return;
        };
        for limit in limits {
            for predictor in SAMPLERS {
                let mut shares = Vec::new();
                let mut fastest: f64 = 0.0;
                for seed in 0..20 {
                    scored.score_by(&format!("{prefix}{seed}"));
                    let optimum = scored.best(PredictorName::Exact, 1, 0).0;
                    let (best, rate) = scored.best(predictor, limit, seed);
                    shares.push(best / optimum * 100.0);
                    fastest = fastest.max(rate);
                }
                let least = shares.iter().copied().fold(f64::INFINITY, f64::min);
                let mean = shares.iter().sum::<f64>() / shares.len() as f64;
                println!(
                    "{id} {limit} {predictor:20} median {:.2} mean {mean:.2} least {least:.2} {fastest:.0}/s",
                    median(shares)
                );
            }
        }
    }
}
