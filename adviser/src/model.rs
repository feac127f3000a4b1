//! What an advice is asked about: the knowledge in reach and the request.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thoth_schema::environment::Environment;
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::name::PackageName;
use thoth_schema::requirement::Requirement;
use thoth_schema::version::Version;
use thoth_schema::versions::VersionSet;

use crate::advice::Reason;
use crate::check::Pinned;
use crate::control::SearchControl;
use crate::scoring::{EvidenceByRelease, ObservedStack, Policy};
use crate::values::ValueTable;

/// The knowledge a request may touch: an over-approximation gathered from the graph. Packages that no legal
/// stack reaches do no harm; a package that is absent counts as unknown.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Universe {
    /// Knowledge by normalised name.
    pub packages: BTreeMap<PackageName, PackageKnowledge>,
    /// What is said of several releases together, by rules and by what was observed.
    pub terms: Vec<Term>,
    /// What is known of releases besides their metadata.
    pub evidence: EvidenceByRelease,
    /// Stacks with releases in reach that something was seen of.
    pub observed: Vec<ObservedStack>,
    /// When the newest release in reach was published, RFC 3339: the present, as far as the knowledge goes.
    pub newest_publication: Option<String>,
}

/// Something that holds of every stack which has one release of each of its members.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Term {
    /// Packages, each at most once, with the versions meant. A package that the problem does not reach makes
    /// the term void; no members at all make it hold of every stack.
    pub members: Vec<Member>,
    /// What it does.
    pub effect: Effect,
    /// Why, for the answer.
    pub reason: Reason,
}

/// One package of a term.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// The package.
    pub package: PackageName,
    /// The versions meant.
    pub versions: VersionSet,
    /// The index they come from; `None` for any.
    pub index: Option<String>,
}

/// What a term does to the stacks it holds of.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Effect {
    /// Adds to their score; may be negative.
    Adds(f64),
    /// Makes them illegal.
    Forbids,
}

/// What is known of one package.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PackageKnowledge {
    /// Whether any version of it is recorded.
    pub known: bool,
    /// Whether every recorded release of it is a pre-release; PEP 440 then lets installers take one.
    pub all_prereleases: bool,
    /// The candidates that survive artifact, tag, index and date filtering, in any order; of equal versions
    /// the first wins.
    pub candidates: Vec<Candidate>,
}

/// One release that could be pinned.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Candidate {
    /// The PEP 440 version.
    pub version: Version,
    /// Its order key (`thoth_schema::version::order_key`).
    pub order: String,
    /// The index it comes from.
    pub index: String,
    /// Whether its index withdrew it (PEP 592).
    pub yanked: bool,
    /// The Python versions it admits, as recorded (core metadata `Requires-Python`).
    pub requires_python: Option<String>,
    /// Its requirements; `None` when they are not known, which makes it no candidate but missing knowledge.
    #[serde(with = "crate::serial")]
    pub requirements: Option<Vec<Arc<Requirement>>>,
    /// Its score from a table of scores; unlisted releases have none and count as 0.
    pub score: Option<f64>,
    /// When it was published, RFC 3339.
    pub published_at: Option<String>,
}

/// What is asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The requirements the stack must meet, in the order given.
    pub requirements: Vec<Requirement>,
    /// Restrictions on versions; they never pull a package in.
    pub constraints: Vec<Requirement>,
    /// The runtime the stack is for.
    pub environment: Environment,
    /// When pre-releases are legal.
    pub prerelease: PrereleasePolicy,
    /// Where the scores of releases come from.
    pub scoring: Scoring,
    /// What the advice is for: how the units of [`Scoring::Knowledge`] are weighed.
    pub recommendation_type: RecommendationType,
    /// What is accepted and refused beyond versions.
    pub policy: Policy,
    /// The stack in use, which is kept unless a better one exists.
    pub lock: Option<Pinned>,
    /// How to search.
    pub predictor: PredictorName,
    /// How many stacks to return at most; 0 counts as 1.
    pub count: usize,
    /// How many stacks a sampling predictor may score; `None` leaves it its default.
    pub limit: Option<u64>,
    /// How long the search may take.
    pub budget: Duration,
    /// Seed of random predictors.
    pub seed: u64,
    /// The packages whose releases `package-combinations` combines; the direct ones when empty.
    pub combine: Vec<PackageName>,
    /// What an earlier search of these packages in this environment learnt.
    pub warm_start: Option<ValueTable>,
    /// Whether to record the course of the search.
    pub trace: bool,
    /// Where the caller watches the search and may end it.
    #[serde(skip)]
    pub control: Option<Arc<SearchControl>>,
}

/// Defines a closed set of names with parsing, printing and documentation.
macro_rules! names {
    ($(#[$meta:meta])* $name:ident, $what:literal { $($(#[$doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// All of them, in the order they are documented.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name as written on command lines and in documents.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.pad(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = Fault;

            fn from_str(text: &str) -> Result<Self, Fault> {
                Self::ALL.iter().copied().find(|known| known.as_str() == text).ok_or_else(|| {
                    let known: Vec<&str> = Self::ALL.iter().map(|one| one.as_str()).collect();
                    Fault::new(ErrorCode::InvalidArgument, format!("unknown {} `{text}`", $what))
                        .remedy(format!("use one of {}", known.join(", ")))
                })
            }
        }
    };
}

names! {
    /// When a pre-release (or development release) may be chosen.
    #[derive(Default)]
    PrereleasePolicy, "pre-release policy" {
        /// Where a root requirement or constraint on the package names a pre-release, or nothing else was
        /// ever published (as uv).
        #[default]
        IfNecessaryOrExplicit = "if-necessary-or-explicit",
        /// Where no final release meets all that the stack requires of the package, or a requirement of the
        /// stack on it names a pre-release (as pip).
        Fallback = "fallback",
        /// Always.
        Allow = "allow",
        /// Never.
        Disallow = "disallow",
    }
}

names! {
    /// Where the score of a release comes from.
    #[derive(Default)]
    Scoring, "scoring" {
        /// [`Candidate::score`], unlisted 0.
        Given = "given",
        /// 1 for the newest legal release of a package, 0 for the oldest, linear in rank between.
        Recency = "recency",
        /// Units of all that is known, weighed by the recommendation type; see [`crate::scoring`].
        #[default]
        Knowledge = "knowledge",
    }
}

names! {
    /// What the advice is for.
    #[derive(Default)]
    RecommendationType, "recommendation type" {
        /// The newest releases.
        #[default]
        Latest = "latest",
        /// What is known to run.
        Stable = "stable",
        /// What is worth trying out.
        Testing = "testing",
        /// What runs fast.
        Performance = "performance",
        /// What has no known advisory.
        Security = "security",
    }
}

names! {
    /// How to search; see the module `predictor` for formulas and sources.
    #[derive(Default)]
    PredictorName, "predictor" {
        /// `exact` where that is cheap, else what suits the problem; the answer names the one that ran.
        #[default]
        Auto = "auto",
        /// Elimination over the package graph; proves the optimum and counts the space.
        Exact = "exact",
        /// The newest legal stack, as installers pick it.
        Latest = "latest",
        /// Learns what each release brings about and follows what it learnt.
        TemporalDifference = "temporal-difference",
        /// Monte-Carlo tree search for one player.
        Mcts = "mcts",
        /// One package changed at a time, worse stacks accepted less and less.
        SimulatedAnnealing = "simulated-annealing",
        /// One package changed at a time, better stacks accepted alone, from many random stacks.
        HillClimbing = "hill-climbing",
        /// Independent random stacks, decided in the order of requirement; the best of them.
        RandomWalk = "random-walk",
        /// Independent random stacks, decided in random order; the best of them.
        Sampling = "sampling",
        /// Every combination of the releases of some packages, the others at their best.
        PackageCombinations = "package-combinations",
    }
}
