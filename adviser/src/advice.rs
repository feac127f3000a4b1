//! What an advice says, in the shape of the JSON contract.

use serde::{Deserialize, Serialize};

use crate::model::{PredictorName, Request};
use crate::rejection::Rejection;
use crate::rules::RulesReport;
use crate::scoring::{Interval, UnitScore};

/// Numbers up to this are exact in every JSON reader; larger counts are written as decimal strings.
const LARGEST_EXACT_NUMBER: u64 = 1 << 53;

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// At least one stack is returned.
    Advised,
    /// It is proven that no stack meets the request.
    Unsatisfiable,
    /// No stack can be made of what is known, but one might exist if `missing` were known.
    NeedsKnowledge,
    /// A rule ends the advice; `rules` says which and why.
    Refused,
}

/// The answer to one request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Advice {
    /// The id under which it is kept and can be given again; filled in by the caller who keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// The best stacks, best first.
    pub stacks: Vec<Stack>,
    /// What the search knows about how good they are.
    pub search: SearchReport,
    /// Why there is none.
    pub conflict: Option<Conflict>,
    /// Which knowledge is missing, by package, specifier and who requires it.
    pub missing: Vec<Missing>,
    /// What was removed before the search; filled in by the caller, who ran the prune statements.
    pub pruned: Vec<Pruned>,
    /// Why releases are not part of the first stack: of each of its packages the newest release, where an older
    /// one is pinned, and every release that was asked about.
    #[serde(default)]
    pub rejections: Vec<Rejection>,
    /// What became of the lock of the request; absent where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock: Option<LockReport>,
    /// What the rules did to it; absent where none concerns the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<RulesReport>,
}

/// What became of the lock that the request came with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LockReport {
    /// Whether it is the first stack of the answer: it may be used, and nothing that was found is better.
    pub kept: bool,
    /// Its score; absent where it may not be used.
    pub score: Option<f64>,
    /// How much better the best stack is; absent where either is.
    pub difference: Option<f64>,
    /// Why it may not be used, one sentence each.
    pub violations: Vec<String>,
}

/// One locked stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stack {
    /// The sum of the scores of the pins in the order of their names, and of what is said of several together.
    pub score: f64,
    /// Where the score lies with 95 %, as far as the evidence goes; absent where scores are given.
    #[serde(default)]
    pub interval: Option<Interval>,
    /// How many observations, advisories and findings it rests on.
    #[serde(default)]
    pub evidence: u64,
    /// One pin for every package, by name.
    pub pins: Vec<Pin>,
    /// What is to be said of the stack as a whole.
    pub reasons: Vec<Reason>,
}

/// One release of a stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pin {
    /// Normalised package name.
    pub name: String,
    /// PEP 440 version.
    pub version: String,
    /// The index the release comes from.
    pub index: String,
    /// The extras the stack asks of it, sorted.
    pub extras: Vec<String>,
    /// Artifact hashes, `sha256:…`; filled in by the caller.
    pub hashes: Vec<String>,
    /// What the release adds to the score of the stack.
    pub score: f64,
    /// Where that lies with 95 %; absent where scores are given.
    #[serde(default)]
    pub interval: Option<Interval>,
    /// How many observations, advisories and findings it rests on.
    #[serde(default)]
    pub evidence: u64,
    /// What each unit says of the release; the score is their weighted sum less that of the best release of the package.
    #[serde(default)]
    pub units: Vec<UnitScore>,
    /// Why this release.
    pub reasons: Vec<Reason>,
}

/// A typed reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reason {
    /// A code from a closed set, SCREAMING_SNAKE.
    pub code: String,
    /// The reason in words.
    pub message: String,
    /// Where more is told, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Keys of the graph nodes it rests on: observations, advisories, rules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
}

impl Reason {
    /// A reason of the given code.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            link: None,
            evidence: Vec::new(),
        }
    }

    /// With the nodes it rests on.
    pub fn with_evidence(mut self, keys: impl IntoIterator<Item = String>) -> Self {
        self.evidence.extend(keys);
        self
    }

    /// With a place where more is told.
    pub fn with_link(mut self, link: Option<String>) -> Self {
        self.link = link;
        self
    }
}

/// What the search did and what it knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchReport {
    /// The predictor that ran.
    pub predictor: PredictorName,
    /// Its seed.
    pub seed: u64,
    /// How many distinct stacks there are; an upper bound unless `space_is_exact`.
    pub stacks_in_space: StackCount,
    /// Whether that number is exact.
    pub space_is_exact: bool,
    /// How the number of stacks is known.
    #[serde(default)]
    pub space_method: SpaceMethod,
    /// An estimate of the number; only with [`SpaceMethod::KnuthEstimate`].
    #[serde(default)]
    pub space_estimate: Option<SpaceEstimate>,
    /// How many stacks were scored one by one; 0 for a search that never looks at stacks singly.
    pub stacks_scored: u64,
    /// No stack of the space scores above this; absent where nothing is known.
    pub bound: Option<f64>,
    /// Whether the first stack is proven the best.
    pub optimal: bool,
    /// Milliseconds of the search alone, from the problem laid out to the stacks found, to the microsecond.
    #[serde(default)]
    pub search_millis: f64,
    /// Milliseconds of the whole advice, to the microsecond.
    pub millis: f64,
    /// Values of releases, learnt by earlier searches, that the search started from.
    #[serde(default)]
    pub recalled_values: u64,
    /// Statements asked of the graph; filled in by the caller.
    pub graph_statements: u64,
    /// Packages that an earlier advice had read and the graph has not changed since; filled in by the caller.
    pub cache_hits: u64,
    /// Releases removed before the search in all releases of the packages in reach, from 0 to 1; filled in by the caller.
    pub pruned_share: f64,
}

impl SearchReport {
    /// Of a request that no stack meets; what callers fill in is zero.
    pub(crate) fn of_nothing(request: &Request) -> Self {
        Self {
            predictor: request.predictor,
            seed: request.seed,
            stacks_in_space: StackCount::zero(),
            space_is_exact: true,
            space_method: SpaceMethod::Exact,
            space_estimate: None,
            stacks_scored: 0,
            bound: None,
            optimal: false,
            search_millis: 0.0,
            millis: 0.0,
            recalled_values: 0,
            graph_statements: 0,
            cache_hits: 0,
            pruned_share: 0.0,
        }
    }
}

/// How a number of stacks is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SpaceMethod {
    /// Counted: [`SearchReport::stacks_in_space`] is exact.
    Exact,
    /// [`SearchReport::stacks_in_space`] is the product of the numbers of releases, no more.
    #[default]
    UpperBound,
    /// The same, and [`SearchReport::space_estimate`] estimates the number by random probing: Knuth,
    /// *Estimating the efficiency of backtrack programs*, 1975.
    KnuthEstimate,
}

/// An estimate of a number of stacks, without bias.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SpaceEstimate {
    /// About how many stacks there are.
    pub stacks: f64,
    /// Standard error of that number, as far as the probes tell.
    pub standard_error: f64,
    /// How many random probes were made.
    pub probes: u64,
}

/// A number of stacks of any size, in decimal digits. In JSON a number up to 2^53, a decimal string above.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackCount(pub String);

impl StackCount {
    /// No stack.
    pub fn zero() -> Self {
        Self("0".to_owned())
    }
}

impl std::fmt::Display for StackCount {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(&self.0)
    }
}

impl Serialize for StackCount {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.parse::<u64>() {
            Ok(number) if number <= LARGEST_EXACT_NUMBER => serializer.serialize_u64(number),
            _ => serializer.serialize_str(&self.0),
        }
    }
}

impl<'de> Deserialize<'de> for StackCount {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Number(u64),
            Text(String),
        }
        match Form::deserialize(deserializer)? {
            Form::Number(number) => Ok(Self(number.to_string())),
            Form::Text(text) if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => {
                Ok(Self(text))
            }
            Form::Text(_) => Err(serde::de::Error::custom(
                "a count of stacks is written in decimal digits",
            )),
        }
    }
}

/// Why no stack meets the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Conflict {
    /// The argument in sentences; the last is the conclusion.
    pub sentences: Vec<String>,
    /// A minimal set of the given requirements that cannot be met together, as they were written.
    pub requirements: Vec<String>,
}

/// Knowledge that is wanted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Missing {
    /// The package nothing, or not enough, is known of.
    pub package: String,
    /// The versions wanted of it; empty for any.
    pub specifier: String,
    /// Who wants it: the newest such release as `name==version`, or `request`.
    pub required_by: String,
}

/// What a prune statement removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pruned {
    /// The package.
    pub package: String,
    /// Why, as a code.
    pub reason: String,
    /// How many of its releases.
    pub count: u64,
    /// One of them.
    pub example: String,
    /// Keys of the graph nodes that say so of the example, where any do: observations, advisories, rules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
}
