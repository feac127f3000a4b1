//! The predictor that picks one.

use thoth_schema::error::Fault;

use super::{Method, Sampler};
use crate::model::{PredictorName, RecommendationType, Scoring};
use crate::predictor::{Found, Latest, Predictor, Task};

/// `exact` where elimination copes with the space. Else a good stack by the predictor that suits the score, and
/// branch and bound from there for what is left of the time:
/// - `latest` where the newest releases are asked for and nothing else scores, for its stack is then close to
///   the best one;
/// - `simulated-annealing` where terms over several packages make the values of single ones misleading;
/// - `temporal-difference` elsewhere.
pub(crate) struct Auto;

impl Predictor for Auto {
    fn search(&self, task: &mut Task<'_>) -> Result<Found, Fault> {
        let partial = match task.eliminate() {
            Ok(found) => {
                return Ok(Found {
                    ran: Some(PredictorName::Exact),
                    ..found
                });
            }
            Err(partial) => partial,
        };
        let (name, predictor): (_, &dyn Predictor) = suitable(task);
        let found = predictor.search(task)?;
        if found.stacks.is_empty() || found.optimal {
            return Ok(Found {
                ran: Some(name),
                ..found
            });
        }
        let proven = task.branch(partial, found.stacks)?;
        Ok(Found {
            ran: Some(name),
            scored: found.scored + proven.scored,
            values: found.values,
            trace: found.trace,
            ..proven
        })
    }
}

fn suitable(task: &Task<'_>) -> (PredictorName, &'static dyn Predictor) {
    let request = task.request;
    if !task.problem.factors.is_empty() {
        let predictor = &Sampler(Method::SimulatedAnnealing);
        return (PredictorName::SimulatedAnnealing, predictor);
    }
    if request.scoring == Scoring::Recency && request.recommendation_type == RecommendationType::Latest {
        return (PredictorName::Latest, &Latest);
    }
    let predictor = &Sampler(Method::TemporalDifference);
    (PredictorName::TemporalDifference, predictor)
}
