//! What an advice says, typed as the JSON contract of `thoth advise` has it.

use async_graphql::{Enum, SimpleObject, Union};
use thoth_adviser::{self as adviser, Outcome};

use super::advice_input::Predictor;
use super::rejection::Rejection;
use crate::advise::Report;

/// How a request for advice ended. Nothing fitting is an answer, not an error.
#[derive(Union)]
pub(crate) enum AdviseResult {
    /// There is at least one stack.
    Advised(Advised),
    /// It is proven that there is none.
    Unsatisfiable(Unsatisfiable),
    /// There is none in what is known, but there might be one.
    NeedsKnowledge(NeedsKnowledge),
}

/// At least one stack meets the request.
#[derive(SimpleObject)]
pub(crate) struct Advised {
    /// The id under which the advice is kept and can be given again; absent where it is not kept.
    id: Option<String>,
    /// The best stacks, best first.
    stacks: Vec<Stack>,
    /// What the search did and what it proves.
    search: SearchReport,
    /// Knowledge that was wanted on the way; more might be possible with it.
    missing: Vec<Missing>,
    /// Releases that were left out before the search, by package and reason.
    pruned: Vec<Pruned>,
    /// Why releases are not part of the first stack: of each of its packages the newest release, where an older one is
    /// pinned, and every release that was asked about.
    rejections: Vec<Rejection>,
}

/// It is proven that no stack meets the request.
#[derive(SimpleObject)]
pub(crate) struct Unsatisfiable {
    /// The id under which the advice is kept and can be given again; absent where it is not kept.
    id: Option<String>,
    /// Why there is none.
    conflict: Option<Conflict>,
    /// What the search did and what it proves.
    search: SearchReport,
    /// Knowledge that was wanted on the way.
    missing: Vec<Missing>,
    /// Releases that were left out before the search, by package and reason.
    pruned: Vec<Pruned>,
    /// Why releases are not part of the first stack: of each of its packages the newest release, where an older one is
    /// pinned, and every release that was asked about.
    rejections: Vec<Rejection>,
}

/// No stack can be made of what is known, but one might exist.
#[derive(SimpleObject)]
pub(crate) struct NeedsKnowledge {
    /// The id under which the advice is kept and can be given again; absent where it is not kept.
    id: Option<String>,
    /// The knowledge that is wanted.
    missing: Vec<Missing>,
    /// Why what is known does not suffice.
    conflict: Option<Conflict>,
    /// What the search did and what it proves.
    search: SearchReport,
    /// Releases that were left out before the search, by package and reason.
    pruned: Vec<Pruned>,
    /// Why releases are not part of the first stack: of each of its packages the newest release, where an older one is
    /// pinned, and every release that was asked about.
    rejections: Vec<Rejection>,
}

/// One locked stack: one release for every package reached from the requirements.
#[derive(SimpleObject)]
pub(crate) struct Stack {
    /// Sum of the scores of its pins.
    score: f64,
    /// One pin for every package, by name.
    pins: Vec<Pin>,
    /// What is to be said of the stack as a whole.
    reasons: Vec<Reason>,
}

/// One release of a stack.
#[derive(SimpleObject)]
pub(crate) struct Pin {
    /// Name of the package as PEP 503 normalises it.
    name: String,
    /// Version in the normal form of PEP 440.
    version: String,
    /// The index it comes from.
    index: String,
    /// The extras that the stack asks of it.
    extras: Vec<String>,
    /// Hashes of its files, e.g. `sha256:…`, as installers check them.
    hashes: Vec<String>,
    /// What it adds to the score of the stack.
    score: f64,
    /// Why this release.
    reasons: Vec<Reason>,
}

/// Why something is as it is.
#[derive(SimpleObject)]
pub(crate) struct Reason {
    /// Code from a closed set.
    code: String,
    /// The reason in words.
    message: String,
}

/// What the search did and what it proves.
#[derive(SimpleObject)]
pub(crate) struct SearchReport {
    /// The predictor that ran.
    predictor: Predictor,
    /// Its seed, in decimal digits.
    seed: String,
    /// How many different stacks there are, in decimal digits: the number has no limit. An upper bound unless
    /// `spaceIsExact`.
    stacks_in_space: String,
    /// Whether `stacksInSpace` is exact.
    space_is_exact: bool,
    /// How the number of stacks is known.
    space_method: SpaceMethod,
    /// An estimate of the number of stacks, with `KNUTH_ESTIMATE`.
    space_estimate: Option<SpaceEstimate>,
    /// How many stacks were scored one by one, in decimal digits; 0 for a search that never looks at stacks singly.
    stacks_scored: String,
    /// No stack of the space scores above this; absent where nothing is known.
    bound: Option<f64>,
    /// Whether the first stack is proven the best.
    optimal: bool,
    /// Milliseconds of the search alone.
    search_millis: f64,
    /// Milliseconds that the advice took.
    millis: f64,
    /// Statements asked of the graph.
    graph_statements: u64,
    /// Packages that an earlier advice had read and the graph has not changed since.
    cache_hits: u64,
    /// Releases left out before the search in all releases of the packages in reach, from 0 to 1.
    pruned_share: f64,
}

/// How a number of stacks is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum SpaceMethod {
    /// `stacksInSpace` is counted.
    Exact,
    /// `stacksInSpace` is the product of the numbers of releases.
    UpperBound,
    /// `stacksInSpace` is an upper bound, `spaceEstimate` an estimate by random probing (Knuth 1975).
    KnuthEstimate,
}

/// An estimate of a number of stacks, without bias.
#[derive(SimpleObject)]
pub(crate) struct SpaceEstimate {
    /// About how many stacks there are.
    stacks: f64,
    /// Standard error of that number, as far as the probes tell.
    standard_error: f64,
    /// How many random probes were made.
    probes: u64,
}

/// Why no stack meets the request.
#[derive(SimpleObject)]
pub(crate) struct Conflict {
    /// The argument in sentences; the last is the conclusion.
    sentences: Vec<String>,
    /// A minimal set of the given requirements that cannot be met together, as they were written.
    requirements: Vec<String>,
}

/// Knowledge that is wanted.
#[derive(SimpleObject)]
pub(crate) struct Missing {
    /// The package of which nothing, or not enough, is known.
    package: String,
    /// The versions wanted of it; empty for any.
    specifier: String,
    /// Who wants it: a release as `name==version`, or `request`.
    required_by: String,
}

/// Releases that were left out before the search.
#[derive(SimpleObject)]
pub(crate) struct Pruned {
    /// The package.
    package: String,
    /// Why, as a code from a closed set.
    reason: String,
    /// How many of its releases.
    count: u64,
    /// One of them.
    example: String,
}

impl From<Report> for AdviseResult {
    fn from(report: Report) -> Self {
        let advice = report.advice;
        let id = advice.id;
        let search = SearchReport::from(advice.search);
        let conflict = advice.conflict.map(Conflict::from);
        let missing = advice.missing.into_iter().map(Missing::from).collect();
        let pruned = advice.pruned.into_iter().map(Pruned::from).collect();
        let rejections = advice.rejections.into_iter().map(Rejection::from).collect();
        match advice.outcome {
            Outcome::Advised => {
                let stacks = advice.stacks.into_iter().map(Stack::from).collect();
                Self::Advised(Advised {
                    id,
                    stacks,
                    search,
                    missing,
                    pruned,
                    rejections,
                })
            }
            Outcome::Unsatisfiable => Self::Unsatisfiable(Unsatisfiable {
                id,
                conflict,
                search,
                missing,
                pruned,
                rejections,
            }),
            Outcome::NeedsKnowledge => Self::NeedsKnowledge(NeedsKnowledge {
                id,
                missing,
                conflict,
                search,
                pruned,
                rejections,
            }),
        }
    }
}

impl From<adviser::Stack> for Stack {
    fn from(stack: adviser::Stack) -> Self {
        Self {
            score: stack.score,
            pins: stack.pins.into_iter().map(Pin::from).collect(),
            reasons: stack.reasons.into_iter().map(Reason::from).collect(),
        }
    }
}

impl From<adviser::Pin> for Pin {
    fn from(pin: adviser::Pin) -> Self {
        Self {
            name: pin.name,
            version: pin.version,
            index: pin.index,
            extras: pin.extras,
            hashes: pin.hashes,
            score: pin.score,
            reasons: pin.reasons.into_iter().map(Reason::from).collect(),
        }
    }
}

impl From<adviser::Reason> for Reason {
    fn from(reason: adviser::Reason) -> Self {
        Self {
            code: reason.code,
            message: reason.message,
        }
    }
}

impl From<adviser::SearchReport> for SearchReport {
    fn from(search: adviser::SearchReport) -> Self {
        Self {
            predictor: search.predictor.into(),
            seed: search.seed.to_string(),
            stacks_in_space: search.stacks_in_space.to_string(),
            space_is_exact: search.space_is_exact,
            space_method: match search.space_method {
                adviser::SpaceMethod::Exact => SpaceMethod::Exact,
                adviser::SpaceMethod::UpperBound => SpaceMethod::UpperBound,
                adviser::SpaceMethod::KnuthEstimate => SpaceMethod::KnuthEstimate,
            },
            space_estimate: search.space_estimate.map(|estimate| SpaceEstimate {
                stacks: estimate.stacks,
                standard_error: estimate.standard_error,
                probes: estimate.probes,
            }),
            stacks_scored: search.stacks_scored.to_string(),
            bound: search.bound,
            optimal: search.optimal,
            search_millis: search.search_millis,
            millis: search.millis,
            graph_statements: search.graph_statements,
            cache_hits: search.cache_hits,
            pruned_share: search.pruned_share,
        }
    }
}

impl From<adviser::Conflict> for Conflict {
    fn from(conflict: adviser::Conflict) -> Self {
        Self {
            sentences: conflict.sentences,
            requirements: conflict.requirements,
        }
    }
}

impl From<adviser::Missing> for Missing {
    fn from(missing: adviser::Missing) -> Self {
        Self {
            package: missing.package,
            specifier: missing.specifier,
            required_by: missing.required_by,
        }
    }
}

impl From<adviser::Pruned> for Pruned {
    fn from(pruned: adviser::Pruned) -> Self {
        Self {
            package: pruned.package,
            reason: pruned.reason,
            count: pruned.count,
            example: pruned.example,
        }
    }
}
