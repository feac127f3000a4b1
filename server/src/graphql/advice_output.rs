//! What an advice says, typed as the JSON contract of `thoth advise` has it.

use async_graphql::{Enum, Json, SimpleObject, Union};
use thoth_adviser::rules::ManifestChange;
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
    /// A rule ends the advice.
    Refused(Refused),
}

/// A rule ends the advice.
#[derive(SimpleObject)]
pub(crate) struct Refused {
    /// The id under which the advice is kept and can be given again; absent where it is not kept.
    id: Option<String>,
    /// The rules that end it, and why.
    rules: Option<RulesReport>,
    /// Releases that were left out before the search, by package and reason.
    pruned: Vec<Pruned>,
}

/// What the rules did.
#[derive(SimpleObject)]
pub(crate) struct RulesReport {
    /// Rules that concern a package in reach, or every request.
    considered: u64,
    /// Those of them that are meant for requests like this one.
    in_effect: u64,
    /// Those that are not applied although they might be meant, and why.
    skipped: Vec<SkippedRule>,
    /// Why the rules end the advice.
    refusals: Vec<Reason>,
    /// Changes of manifests that go with the stacks: `{"rule", "stack", "change"}`.
    manifest_changes: Vec<Json<ManifestChange>>,
}

/// A rule that is not applied.
#[derive(SimpleObject)]
pub(crate) struct SkippedRule {
    /// Key of the rule.
    rule: String,
    /// Why.
    reason: String,
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
    /// What became of the lock of the request.
    lock: Option<LockReport>,
    /// What the rules did; absent where none concerns the request.
    rules: Option<RulesReport>,
}

/// What became of the lock that the request came with.
#[derive(SimpleObject)]
pub(crate) struct LockReport {
    /// Whether it is the first stack of the answer.
    kept: bool,
    /// Its score; absent where it may not be used.
    score: Option<f64>,
    /// How much better the best stack is.
    difference: Option<f64>,
    /// Why it may not be used, one sentence each.
    violations: Vec<String>,
}

/// Where something lies with a probability of 95 %.
#[derive(SimpleObject)]
pub(crate) struct Interval {
    /// Not below this.
    low: f64,
    /// Not above this.
    high: f64,
}

/// What one unit says of a release.
#[derive(SimpleObject)]
pub(crate) struct UnitScore {
    /// Name of the unit, e.g. `installability`.
    unit: String,
    /// What is to be expected, from -1 to 1; 0 says nothing for or against.
    mean: f64,
    /// Lower end of the interval that holds 95 %.
    low: f64,
    /// Upper end of that interval.
    high: f64,
    /// How many observations, advisories or findings that rests on.
    evidence: u64,
    /// What the mean is multiplied with.
    weight: f64,
    /// Why.
    reason: Reason,
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
    /// Sum of the scores of its pins and of what is said of several together.
    score: f64,
    /// Where that lies with 95 %; absent where scores are given.
    interval: Option<Interval>,
    /// How many observations, advisories and findings it rests on.
    evidence: u64,
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
    /// Where that lies with 95 %; absent where scores are given.
    interval: Option<Interval>,
    /// How many observations, advisories and findings it rests on.
    evidence: u64,
    /// What each unit says of it.
    units: Vec<UnitScore>,
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
    /// Where more is told.
    link: Option<String>,
    /// Keys of the nodes it rests on: observations, advisories, rules.
    evidence: Vec<String>,
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
    /// Values of releases, learnt by earlier searches, that the search started from.
    recalled_values: u64,
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
    /// Keys of what says so of the example: observations, advisories, rules.
    evidence: Vec<String>,
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
        let rules = advice.rules.map(RulesReport::from);
        match advice.outcome {
            Outcome::Refused => Self::Refused(Refused { id, rules, pruned }),
            Outcome::Advised => {
                let stacks = advice.stacks.into_iter().map(Stack::from).collect();
                Self::Advised(Advised {
                    id,
                    stacks,
                    search,
                    missing,
                    pruned,
                    rejections,
                    lock: advice.lock.map(LockReport::from),
                    rules,
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

impl From<adviser::rules::RulesReport> for RulesReport {
    fn from(report: adviser::rules::RulesReport) -> Self {
        let skipped = report.skipped.into_iter().map(|one| SkippedRule {
            rule: one.rule,
            reason: one.reason,
        });
        Self {
            considered: report.considered as u64,
            in_effect: report.in_effect as u64,
            skipped: skipped.collect(),
            refusals: report.refusals.into_iter().map(Reason::from).collect(),
            manifest_changes: report.manifest_changes.into_iter().map(Json).collect(),
        }
    }
}

impl From<adviser::Stack> for Stack {
    fn from(stack: adviser::Stack) -> Self {
        Self {
            score: stack.score,
            interval: stack.interval.map(Interval::from),
            evidence: stack.evidence,
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
            interval: pin.interval.map(Interval::from),
            evidence: pin.evidence,
            units: pin.units.into_iter().map(UnitScore::from).collect(),
            reasons: pin.reasons.into_iter().map(Reason::from).collect(),
        }
    }
}

impl From<adviser::Reason> for Reason {
    fn from(reason: adviser::Reason) -> Self {
        Self {
            code: reason.code,
            message: reason.message,
            link: reason.link,
            evidence: reason.evidence,
        }
    }
}

impl From<adviser::Interval> for Interval {
    fn from(interval: adviser::Interval) -> Self {
        Self {
            low: interval.low,
            high: interval.high,
        }
    }
}

impl From<adviser::UnitScore> for UnitScore {
    fn from(said: adviser::UnitScore) -> Self {
        Self {
            unit: said.unit.as_str().to_owned(),
            mean: said.mean,
            low: said.low,
            high: said.high,
            evidence: said.evidence,
            weight: said.weight,
            reason: said.reason.into(),
        }
    }
}

impl From<adviser::LockReport> for LockReport {
    fn from(lock: adviser::LockReport) -> Self {
        Self {
            kept: lock.kept,
            score: lock.score,
            difference: lock.difference,
            violations: lock.violations,
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
            recalled_values: search.recalled_values,
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
            evidence: pruned.evidence,
        }
    }
}
