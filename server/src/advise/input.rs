//! What is asked of the adviser, as text from outside, and as the request that is made of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use thoth_adviser::{
    Pinned, PinnedRelease, Policy, PredictorName, PrereleasePolicy, RecommendationType, Request, Scoring,
};
use thoth_schema::environment::Environment;
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::name;
use thoth_schema::requirement::Requirement;
use thoth_schema::version;

use super::RulesInput;

/// Most requirements and constraints of one request.
pub const MAX_REQUIREMENTS: usize = 1_000;
/// Most stacks that one request may ask for.
pub const MAX_STACKS: usize = 100;
/// Longest search of one request, milliseconds.
pub const MAX_BUDGET_MILLIS: u64 = 600_000;

/// Scores by normalised package name and order key of the version.
pub(super) type Scores = BTreeMap<(String, String), f64>;

/// What is asked, as text from outside.
#[derive(Debug, Clone)]
pub struct AdviseInput {
    /// PEP 508 requirements.
    pub requirements: Vec<String>,
    /// PEP 508 requirements that only restrict versions.
    pub constraints: Vec<String>,
    /// Indexes that releases may come from, most preferred first; empty = every one the graph knows.
    pub indexes: Vec<String>,
    /// The runtime the stack is for.
    pub environment: Environment,
    /// When pre-releases are legal.
    pub prerelease: PrereleasePolicy,
    /// What the advice is for.
    pub recommendation_type: RecommendationType,
    /// How to search.
    pub predictor: PredictorName,
    /// How many stacks to return at most.
    pub count: usize,
    /// How many stacks a sampling predictor may score.
    pub limit: Option<u64>,
    /// How long the search may take, milliseconds.
    pub budget_millis: u64,
    /// Seed of random predictors.
    pub seed: u64,
    /// Whether a predictor that learns starts from what was learnt of the same packages and environment before; `None`
    /// leaves it to `auto` to do so, and to a predictor that is named not to, so that its seed tells all.
    pub warm_start: Option<bool>,
    /// Only what was published until then: a date (its whole day) or a timestamp.
    pub as_of: Option<String>,
    /// Scores by package name and version; `None` scores by all that is known.
    pub scores: Option<BTreeMap<(String, String), f64>>,
    /// Packages that may only be installed from wheels; `:all:` for every one.
    pub only_binary: BTreeSet<String>,
    /// Packages that may not be installed from wheels; `:all:` for every one.
    pub no_binary: BTreeSet<String>,
    /// What is accepted and refused beyond versions.
    pub policy: Policy,
    /// The stack in use: version by package name; it is kept unless a better one exists.
    pub lock: Option<BTreeMap<String, String>>,
    /// Rules of the request, and what rules ask of it.
    pub rules: RulesInput,
}

impl AdviseInput {
    /// One stack, by the default of everything else, from a search of ten seconds at most.
    pub fn new(requirements: Vec<String>, environment: Environment) -> Self {
        Self {
            requirements,
            constraints: Vec::new(),
            indexes: Vec::new(),
            environment,
            prerelease: PrereleasePolicy::default(),
            recommendation_type: RecommendationType::default(),
            predictor: PredictorName::default(),
            count: 1,
            limit: None,
            budget_millis: 10_000,
            seed: 0,
            warm_start: None,
            as_of: None,
            scores: None,
            only_binary: BTreeSet::new(),
            no_binary: BTreeSet::new(),
            policy: Policy::default(),
            lock: None,
            rules: RulesInput::default(),
        }
    }
}

pub(super) fn request(input: &AdviseInput) -> Result<Request, Fault> {
    within(
        "requirements",
        input.requirements.len() + input.constraints.len(),
        MAX_REQUIREMENTS,
    )?;
    within("count", input.count, MAX_STACKS)?;
    if input.budget_millis == 0 || input.budget_millis > MAX_BUDGET_MILLIS {
        return Err(Fault::new(
            ErrorCode::InvalidArgument,
            format!(
                "a budget of {} milliseconds is outside 1 to {MAX_BUDGET_MILLIS}",
                input.budget_millis
            ),
        )
        .at("budgetMillis")
        .remedy("name a budget within those bounds"));
    }
    let scoring = if input.scores.is_some() {
        Scoring::Given
    } else {
        Scoring::Knowledge
    };
    Ok(Request {
        requirements: parsed(&input.requirements, "requirements")?,
        constraints: parsed(&input.constraints, "constraints")?,
        environment: input.environment.clone(),
        prerelease: input.prerelease,
        scoring,
        recommendation_type: input.recommendation_type,
        policy: input.policy.clone().checked()?,
        lock: input.lock.as_ref().map(lock).transpose()?,
        predictor: input.predictor,
        count: input.count.max(1),
        limit: input.limit,
        budget: Duration::from_millis(input.budget_millis),
        seed: input.seed,
        combine: Vec::new(),
        warm_start: None,
        trace: false,
        control: None,
    })
}

/// The pins of a lock, from whichever index has them.
fn lock(stated: &BTreeMap<String, String>) -> Result<Pinned, Fault> {
    within("lock", stated.len(), MAX_REQUIREMENTS)?;
    let pin = |(name, version): (&String, &String)| {
        let version = version::parse(version)?;
        Ok((name::package(name)?, PinnedRelease { version, index: None }))
    };
    stated.iter().map(pin).collect()
}

/// Scores by package name and order key, so that `1.0.0` means the release `1.0`.
pub(super) fn scores(input: &AdviseInput) -> Result<Option<Scores>, Fault> {
    let Some(given) = &input.scores else {
        return Ok(None);
    };
    let mut scores = Scores::new();
    for ((package, version), score) in given {
        let order = version::order_key(&version::parse(version)?);
        scores.insert((name::package(package)?.to_string(), order), *score);
    }
    Ok(Some(scores))
}

pub(super) fn within(what: &str, number: usize, most: usize) -> Result<(), Fault> {
    if number <= most {
        return Ok(());
    }
    Err(Fault::new(
        ErrorCode::LimitExceeded,
        format!("{what}: {number} is more than the limit of {most}"),
    )
    .at(what)
    .remedy("ask for less at once"))
}

pub(super) fn parsed(texts: &[String], place: &str) -> Result<Vec<Requirement>, Fault> {
    let parse = |(position, text): (usize, &String)| {
        Requirement::parse(text)
            .and_then(Requirement::without_url)
            .map_err(|fault| {
                if fault.pointer.is_some() {
                    fault
                } else {
                    fault.at(format!("/{place}/{position}"))
                }
            })
    };
    texts.iter().enumerate().map(parse).collect()
}

/// [`AdviseInput::as_of`] as a time, where it can be read as one.
pub(super) fn as_of_stated(input: &AdviseInput) -> Option<String> {
    input.as_of.as_deref().and_then(|text| as_of(text).ok())
}

/// The last instant that counts, in the form in which the graph keeps times.
pub(super) fn as_of(text: &str) -> Result<String, Fault> {
    let text = text.trim();
    if text.len() == 10 && thoth_schema::time::normalise(&format!("{text}T00:00:00Z")).is_some() {
        return Ok(format!("{text}T23:59:59.999999Z"));
    }
    match thoth_schema::time::normalise(text) {
        Some(time) if time.contains('.') => Ok(time),
        Some(time) => Ok(format!("{}.000000Z", time.trim_end_matches('Z'))),
        None => Err(Fault::new(
            ErrorCode::InvalidArgument,
            format!("`{text}` is neither a date nor a time"),
        )
        .at("asOf")
        .remedy("write 2020-08-21 or 2020-08-21T12:00:00Z")),
    }
}
