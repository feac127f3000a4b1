//! What each recommendation type makes of the units. The table of docs/adviser.md is this one; a test compares them.

use serde::{Deserialize, Serialize};

use crate::model::RecommendationType;

/// One thing that speaks for or against a release, or against releases together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Distance from the newest legal release, by rank.
    Recency,
    /// Distance from the newest knowledge, by time.
    Age,
    /// Outcomes of solving, building and testing.
    Installability,
    /// Advisories that affect the release.
    Advisories,
    /// Findings of static analysis.
    SecurityIndicators,
    /// Withdrawal from the index.
    Yanked,
    /// The licence policy of the request.
    Licence,
    /// How much depends on the package.
    Popularity,
    /// Figures measured on such hardware.
    Performance,
    /// Releases that were seen to fail together.
    Pairs,
    /// Whole stacks that were seen.
    Stacks,
}

impl Unit {
    /// All of them, as they are listed.
    pub const ALL: [Self; 11] = [
        Self::Recency,
        Self::Age,
        Self::Installability,
        Self::Advisories,
        Self::SecurityIndicators,
        Self::Yanked,
        Self::Licence,
        Self::Popularity,
        Self::Performance,
        Self::Pairs,
        Self::Stacks,
    ];

    /// The name in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Recency => "recency",
            Self::Age => "age",
            Self::Installability => "installability",
            Self::Advisories => "advisories",
            Self::SecurityIndicators => "security-indicators",
            Self::Yanked => "yanked",
            Self::Licence => "licence",
            Self::Popularity => "popularity",
            Self::Performance => "performance",
            Self::Pairs => "pairs",
            Self::Stacks => "stacks",
        }
    }
}

/// What a unit counts: differently where it speaks for a release and where it speaks against it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weight {
    /// The factor of a mean above 0.
    pub gain: f64,
    /// The factor of a mean below 0.
    pub cost: f64,
}

impl Weight {
    /// What a mean adds to the score.
    pub fn of(self, mean: f64) -> f64 {
        mean * if mean > 0.0 { self.gain } else { self.cost }
    }

    /// Whether nothing of the unit counts.
    pub fn is_nothing(self) -> bool {
        self.gain == 0.0 && self.cost == 0.0
    }
}

/// What a unit counts in a recommendation type.
pub fn weight(kind: RecommendationType, unit: Unit) -> Weight {
    use RecommendationType::{Latest, Performance, Security, Stable, Testing};
    let (gain, cost) = match (unit, kind) {
        (Unit::Recency, Latest | Testing) => (0.0, 1.0),
        (Unit::Recency, Stable | Performance | Security) => (0.0, 0.25),
        (Unit::Age, Latest | Testing) => (0.0, 0.0),
        (Unit::Age, Performance) => (0.0, 0.05),
        (Unit::Age, Stable | Security) => (0.0, 0.1),
        (Unit::Installability, Latest) => (0.0, 1.0),
        (Unit::Installability, Stable) => (1.0, 1.0),
        // Worth trying is what is not known yet.
        (Unit::Installability, Testing) => (-0.25, 0.5),
        (Unit::Installability, Performance | Security) => (0.5, 1.0),
        (Unit::Advisories, Latest | Performance) => (0.0, 0.5),
        (Unit::Advisories, Stable) => (0.0, 1.0),
        (Unit::Advisories, Testing) => (0.0, 0.25),
        (Unit::Advisories, Security) => (0.0, 4.0),
        (Unit::SecurityIndicators, Stable) => (0.0, 0.25),
        (Unit::SecurityIndicators, Security) => (0.0, 1.0),
        (Unit::SecurityIndicators, Latest | Testing | Performance) => (0.0, 0.0),
        (Unit::Yanked, Latest | Testing | Performance) => (0.0, 0.5),
        (Unit::Yanked, Stable | Security) => (0.0, 1.0),
        (Unit::Licence, _) => (0.0, 2.0),
        (Unit::Popularity, Latest | Testing | Performance) => (0.0, 0.0),
        (Unit::Popularity, Stable | Security) => (0.0, 0.1),
        (Unit::Performance, Performance) => (2.0, 2.0),
        (Unit::Performance, Stable) => (0.1, 0.1),
        (Unit::Performance, Latest | Testing | Security) => (0.0, 0.0),
        (Unit::Pairs, Testing) => (0.0, 0.5),
        (Unit::Pairs, _) => (0.0, 1.0),
        (Unit::Stacks, Latest | Testing) => (0.0, 0.5),
        (Unit::Stacks, Stable) => (1.0, 1.0),
        (Unit::Stacks, Performance | Security) => (0.5, 1.0),
    };
    Weight { gain, cost }
}
