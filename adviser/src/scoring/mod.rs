//! Scores from knowledge: typed units, each in [-1, 1], weighed by the recommendation type.
//!
//! The score of a release is `Σ weight(unit) · mean(unit) - baseline`, where the baseline of a package is the greatest
//! such sum among its legal releases, or 0 where none is above 0. The best release of a package so adds at most 0, and
//! every other release what it lacks against the best: **one package more is never a gain**, and a package of which
//! nothing good is known is a cost. Without any evidence only recency is left, from 0 for the newest release to -1 for
//! the oldest: what [`crate::Scoring::Recency`] gives, less one for every package.
//!
//! The interval of a sum is made from those of its parts, taken as independent, by the method of variance estimates
//! recovery (Zou and Donner 2008): deviations from the means are added in quadrature, each side for itself.

mod evidence;
mod licence;
mod observed;
mod policy;
mod posterior;
mod units;
mod weights;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::advice::Reason;
#[cfg(test)]
use crate::model::Candidate;
use crate::model::{RecommendationType, Request, Universe};

pub use evidence::{
    Affecting, Analysis, Comparison, Evidence, EvidenceByRelease, LicenceStatement, Place, Trial, system,
};
pub use observed::{Figure, ObservedStack, StackPin, compare, nearest, terms};
pub use policy::{LicencePolicy, Policy};
pub use posterior::Posterior;
pub(crate) use units::{Subject, rank};
pub use weights::{Unit, Weight, weight};

/// Where something lies with a probability of 95 %.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Not below this.
    pub low: f64,
    /// Not above this.
    pub high: f64,
}

impl Interval {
    /// Of what is certain.
    pub fn point(value: f64) -> Self {
        Self {
            low: value,
            high: value,
        }
    }
}

/// What one unit says of a release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UnitScore {
    /// The unit.
    pub unit: Unit,
    /// What is to be expected, from -1 to 1; 0 says nothing for or against.
    pub mean: f64,
    /// The lower end of the interval that holds 95 %.
    pub low: f64,
    /// Its upper end; what is no estimate has no width.
    pub high: f64,
    /// How many observations, advisories or findings that rests on.
    pub evidence: u64,
    /// What the mean is multiplied with.
    pub weight: f64,
    /// Why, with the keys of the nodes it rests on.
    pub reason: Reason,
}

/// A score with what is known of how sure it is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Estimate {
    pub(crate) interval: Interval,
    pub(crate) evidence: u64,
    pub(crate) units: Vec<UnitScore>,
}

/// Sums of estimates, each side of the interval for itself.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spread {
    below: f64,
    above: f64,
}

impl Spread {
    /// With one more part of this value and interval.
    pub(crate) fn add(&mut self, value: f64, interval: Interval) {
        self.below += (value - interval.low).powi(2);
        self.above += (interval.high - value).powi(2);
    }

    /// The interval around the sum of the values.
    pub(crate) fn around(self, value: f64) -> Interval {
        Interval {
            low: value - self.below.sqrt(),
            high: value + self.above.sqrt(),
        }
    }
}

impl Weight {
    /// Where the product lies, when the mean lies in the interval.
    fn interval(self, mean: Interval) -> Interval {
        let inner = (mean.low < 0.0 && mean.high > 0.0).then_some(0.0);
        let ends = [Some(self.of(mean.low)), Some(self.of(mean.high)), inner];
        let ends = ends.into_iter().flatten();
        Interval {
            low: ends.clone().fold(f64::INFINITY, f64::min),
            high: ends.fold(f64::NEG_INFINITY, f64::max),
        }
    }
}

/// The scores of the legal candidates of a package, newest first.
pub(crate) fn scores(universe: &Universe, request: &Request, subjects: &[Subject<'_>]) -> Vec<f64> {
    let context = units::Context::new(universe, request);
    let raw: Vec<f64> = subjects.iter().map(|subject| context.raw(subject)).collect();
    let baseline = raw.iter().copied().fold(0.0, f64::max);
    raw.into_iter().map(|raw| raw - baseline).collect()
}

/// What the units say of one release that scores so much.
pub(crate) fn estimate(
    universe: &Universe,
    request: &Request,
    subject: &Subject<'_>,
    score: f64,
) -> Estimate {
    let context = units::Context::new(universe, request);
    let units = context.units(subject);
    let mut spread = Spread::default();
    for said in &units {
        let weight = weight(request.recommendation_type, said.unit);
        let mean = Interval {
            low: said.low,
            high: said.high,
        };
        spread.add(weight.of(said.mean), weight.interval(mean));
    }
    let evidence = units.iter().map(|said| said.evidence).sum();
    Estimate {
        interval: spread.around(score),
        evidence,
        units,
    }
}

/// The factor that a mean is multiplied with.
fn factor(kind: RecommendationType, unit: Unit, mean: f64) -> f64 {
    let weight = weight(kind, unit);
    if mean > 0.0 { weight.gain } else { weight.cost }
}
