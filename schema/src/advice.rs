//! What was advised, for whom: the payload of `advice` documents.

mod request;
mod stack;
mod unknown;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use pep508_rs::PackageName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Fault;
use crate::json::{self, violation};
use crate::release::null_as_default;
use crate::solver::Skipped;

pub use request::{AdviceEnvironment, AdviceRequest, GivenScore};
pub use stack::{AdvicePin, AdvisedStack, Remark};

/// One advice: what was asked, and what came out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdviceRecord {
    /// What was asked.
    #[serde(default, deserialize_with = "null_as_default")]
    pub request: AdviceRequest,
    /// How it ended.
    pub outcome: AdviceOutcome,
    /// The stacks that were advised, best first.
    #[serde(default, deserialize_with = "null_as_default")]
    pub stacks: Vec<AdvisedStack>,
    /// Packages of which not enough was known.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub lacked: Vec<Lacked>,
    /// What is to be said of the request as a whole.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub messages: Vec<Remark>,
    /// Why there is no stack, where that is proven.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict: Option<AdviceConflict>,
    /// What was removed before the search.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub pruned: Vec<PrunedReleases>,
    /// What went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// How long it took, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<f64>,
    /// What the search did and knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<SearchFigures>,
    /// Checksum of the graph that was asked, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub graph_checksum: Option<String>,
    /// What the advice can be given again from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replay: Option<AdviceReplay>,
    /// Parts of the document that could not be used, and why. Not read from our own documents.
    #[serde(skip)]
    pub skipped: Vec<Skipped>,
}

/// What an advice can be given again from. The shapes are those of the version of the adviser that is named.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdviceReplay {
    /// The version of the adviser.
    pub adviser: String,
    /// The SHA-256 of the knowledge that the advice rests on, by which the store keeps it.
    pub knowledge: String,
    /// The revisions of the packages in reach, as the graph had them; `null` for a package that it did not have.
    pub revisions: BTreeMap<String, Option<String>>,
    /// What was asked of the search, as the text of a JSON object: seeds have more digits than a number of JSON.
    pub request: String,
    /// The whole answer without id and times, as the text of a JSON object.
    pub answer: String,
}

/// How an advice ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AdviceOutcome {
    /// At least one stack was advised.
    Advised,
    /// It is proven that no stack meets the request.
    Unsatisfiable,
    /// No stack can be made of what is known, but one might exist if more were known.
    #[serde(alias = "needs_knowledge")]
    NeedsKnowledge,
    /// A rule ended the advice.
    Refused,
    /// There is no answer.
    Error,
}

impl AdviceOutcome {
    /// The name in documents and in the graph.
    pub fn as_str(self) -> &'static str {
        match self {
            AdviceOutcome::Advised => "advised",
            AdviceOutcome::Unsatisfiable => "unsatisfiable",
            AdviceOutcome::NeedsKnowledge => "needs-knowledge",
            AdviceOutcome::Refused => "refused",
            AdviceOutcome::Error => "error",
        }
    }
}

/// A package of which not enough was known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Lacked {
    /// The package; normalised as PEP 503 says.
    #[schemars(with = "String")]
    pub package: PackageName,
    /// The versions wanted of it; absent or empty for any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specifier: Option<String>,
    /// Who wants it, as `name==version`, or `request`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required_by: Option<String>,
}

/// Why no stack meets a request.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct AdviceConflict {
    /// The argument in sentences; the last is the conclusion.
    #[serde(default, deserialize_with = "null_as_default")]
    pub sentences: Vec<String>,
    /// A minimal set of requirements that cannot be met together.
    #[serde(default, deserialize_with = "null_as_default")]
    pub requirements: Vec<String>,
}

/// Releases that were removed before the search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PrunedReleases {
    /// The package.
    pub package: String,
    /// Why, as a code.
    pub reason: String,
    /// How many.
    pub count: u64,
    /// One of them.
    pub example: String,
}

/// What the search did and knows. Counts that are not known are absent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SearchFigures {
    /// How many distinct stacks there are; an upper bound unless `spaceIsExact`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stacks_in_space: Option<StackCount>,
    /// Whether that number is exact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub space_is_exact: Option<bool>,
    /// Stacks scored one by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stacks_scored: Option<i64>,
    /// Complete stacks that were accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stacks_accepted: Option<i64>,
    /// Complete stacks that were discarded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stacks_discarded: Option<i64>,
    /// Rounds of the resolver.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iterations: Option<i64>,
    /// No stack scores above this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<f64>,
    /// Whether the first stack is proven the best.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub optimal: Option<bool>,
    /// Statements asked of the graph.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub graph_statements: Option<i64>,
}

/// A number of stacks of any size: a number up to 2^53, decimal digits above.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum StackCount {
    /// A number every reader of JSON has exactly.
    Number(u64),
    /// Decimal digits.
    Digits(String),
}

impl fmt::Display for StackCount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StackCount::Number(number) => write!(formatter, "{number}"),
            StackCount::Digits(digits) => write!(formatter, "{digits}"),
        }
    }
}

impl AdviceRecord {
    /// Reads the payload of an envelope; the number counts keys that were not understood.
    pub(crate) fn from_value(value: &Value, base: &str) -> Result<(AdviceRecord, usize), Fault> {
        let mut record: AdviceRecord = json::typed(value, base)?;
        if let Some(stated) = &record.request.as_of {
            let place = format!("{base}/request/asOf");
            let normal = crate::time::normalise(stated)
                .ok_or_else(|| violation(format!("`{stated}` is not a time of RFC 3339"), &place))?;
            record.request.as_of = Some(normal);
        }
        if let Some(pins) = &record.request.lock {
            check_pins(pins, &format!("{base}/request/lock"))?;
        }
        record.check_stacks(base)?;
        let unknown = unknown::count(value);
        Ok((record, unknown))
    }

    fn check_stacks(&self, base: &str) -> Result<(), Fault> {
        if self.stacks.is_empty() == (self.outcome == AdviceOutcome::Advised) {
            let message = format!("an outcome of `{}` contradicts the stacks", self.outcome.as_str());
            return Err(violation(message, &format!("{base}/stacks")));
        }
        let mut ranks = BTreeSet::new();
        for (position, stack) in self.stacks.iter().enumerate() {
            let place = format!("{base}/stacks/{position}");
            if stack.rank == 0 || !ranks.insert(stack.rank) {
                let message = format!("the rank {} is not one of its own, from 1", stack.rank);
                return Err(violation(message, &format!("{place}/rank")));
            }
            check_pins(&stack.pins, &format!("{place}/pins"))?;
        }
        Ok(())
    }
}

/// A stack holds one release of a package.
fn check_pins(pins: &[AdvicePin], base: &str) -> Result<(), Fault> {
    let mut named = BTreeSet::new();
    for (position, pin) in pins.iter().enumerate() {
        if !named.insert((&pin.name, pin.develop)) {
            let message = format!("{} is pinned twice", pin.name);
            return Err(violation(message, &format!("{base}/{position}/name")));
        }
    }
    Ok(())
}
