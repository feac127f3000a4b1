//! One request for advice: gathers candidates from the graph in a few rounds, searches them locally, and fills in what
//! only the graph knows: hashes of the pinned releases and what was pruned on the way.

mod evidence;
mod frontier;
mod gather;
mod pruned;
mod reach;
mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde::Serialize;
use thoth_adviser::{
    Advice, Pinned, PinnedRelease, Policy, PredictorName, PrereleasePolicy, RecommendationType, Request,
    Scoring, Universe,
};
use thoth_cypher::{Graph, PRUNE_ARTIFACTS, params};
use thoth_schema::environment::Environment;
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::name;
use thoth_schema::purl;
use thoth_schema::requirement::Requirement;
use thoth_schema::tags::ArtifactName;
use thoth_schema::version;

pub use gather::Gathered;
pub use reach::keep_within_reach;
pub use rules::RulesInput;

/// Most requirements and constraints of one request.
pub const MAX_REQUIREMENTS: usize = 1_000;
/// Most stacks that one request may ask for.
pub const MAX_STACKS: usize = 100;
/// Longest search of one request, milliseconds.
pub const MAX_BUDGET_MILLIS: u64 = 600_000;

/// Scores by normalised package name and order key of the version.
type Scores = BTreeMap<(String, String), f64>;

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

/// The answer, in the shape of the JSON contract.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Report {
    /// The advice with hashes, pruned releases and the number of graph statements filled in.
    pub advice: Advice,
}

/// Answers one request.
///
/// # Errors
/// - `INVALID_REQUIREMENT`, `UNSUPPORTED_REQUIREMENT`, `INVALID_ARGUMENT` for what is asked.
/// - Faults of the graph, and of [`thoth_adviser::advise`].
pub async fn advise(graph: &dyn Graph, input: &AdviseInput) -> Result<Report, Fault> {
    let started = Instant::now();
    let request = request(input)?;
    let as_of = input.as_of.as_deref().map(as_of).transpose()?;
    let scores = scores(input)?;
    let mut gathered = gather::gather(graph, input, &request, as_of, scores).await?;
    let ruling = rules::rule(graph, input, &request, &mut gathered).await?;
    let Gathered {
        universe,
        pruned,
        mut statements,
    } = gathered;
    let refusal = ruling.as_ref().filter(|ruling| ruling.refuses());
    let mut advice = match refusal.map(|ruling| ruling.refusal(&request)) {
        Some(refused) => refused,
        None => {
            let searched =
                tokio::task::spawn_blocking(move || thoth_adviser::advise(&universe, &request)).await;
            searched
                .map_err(|error| Fault::new(ErrorCode::Internal, format!("the search stopped: {error}")))??
        }
    };
    for (severity, line) in ruling.iter().flat_map(|ruling| ruling.annotate(&mut advice)) {
        rules::log(&severity, &line);
    }
    statements += add_hashes(graph, input, &mut advice).await?;
    advice.pruned = pruned;
    advice.search.graph_statements = statements;
    advice.search.millis = (started.elapsed().as_micros() as f64) / 1_000.0;
    Ok(Report { advice })
}

/// What the search of a request starts from, for whoever searches by other means than [`advise`].
///
/// # Errors
/// As [`advise`], but for those of the search.
pub async fn prepare(graph: &dyn Graph, input: &AdviseInput) -> Result<(Universe, Request), Fault> {
    let request = request(input)?;
    let as_of = input.as_of.as_deref().map(as_of).transpose()?;
    let gathered = gather::gather(graph, input, &request, as_of, scores(input)?).await?;
    Ok((gathered.universe, request))
}

fn request(input: &AdviseInput) -> Result<Request, Fault> {
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
fn scores(input: &AdviseInput) -> Result<Option<Scores>, Fault> {
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

fn within(what: &str, number: usize, most: usize) -> Result<(), Fault> {
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

fn parsed(texts: &[String], place: &str) -> Result<Vec<Requirement>, Fault> {
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

/// The last instant that counts, in the form in which the graph keeps times.
fn as_of(text: &str) -> Result<String, Fault> {
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

/// Fills in the hashes of every pin; proves on the way that each pinned release has a file that installs.
async fn add_hashes(graph: &dyn Graph, input: &AdviseInput, advice: &mut Advice) -> Result<u64, Fault> {
    let mut keys = BTreeMap::new();
    for pin in advice.stacks.iter().flat_map(|stack| &stack.pins) {
        let name = name::package(&pin.name)?;
        let key = purl::version_key(&name, &version::parse(&pin.version)?, Some(&pin.index));
        keys.insert((pin.name.clone(), pin.version.clone(), pin.index.clone()), key);
    }
    if keys.is_empty() {
        return Ok(0);
    }
    let wanted: Vec<&String> = keys.values().collect();
    let rows = graph.read(&PRUNE_ARTIFACTS, params! { "keys" => wanted }).await?;
    let mut files: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for row in rows.iter() {
        files
            .entry(row.text("key"))
            .or_default()
            .push((row.text("filename"), row.text("sha256")));
    }
    let tags = input.environment.supported_tags();
    for pin in advice.stacks.iter_mut().flat_map(|stack| &mut stack.pins) {
        let key = keys.get(&(pin.name.clone(), pin.version.clone(), pin.index.clone()));
        let Some(files) = key.and_then(|key| files.get(key.as_str())) else {
            continue;
        };
        let installs = |(filename, _): &(&str, &str)| {
            filename.is_empty() || tags.supports(&ArtifactName::parse(filename))
        };
        if !files.iter().any(installs) {
            return Err(Fault::new(
                ErrorCode::LockCheckFailed,
                format!(
                    "no file of {} {} installs on {}",
                    pin.name, pin.version, input.environment.name
                ),
            ));
        }
        let hashes: BTreeSet<String> = files
            .iter()
            .filter(|(_, sha256)| !sha256.is_empty())
            .map(|(_, sha256)| format!("sha256:{sha256}"))
            .collect();
        pin.hashes = hashes.into_iter().collect();
    }
    Ok(1)
}
