//! One request for advice: gathers candidates from the graph in a few rounds, searches them locally, and fills in what
//! only the graph knows: hashes of the pinned releases and what was pruned on the way.

mod cache;
mod evidence;
mod frontier;
mod gather;
mod kept;
mod known;
mod learnt;
mod modes;
mod pruned;
mod reach;
mod rules;
mod scope;
mod together;
mod wanted;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use thoth_adviser::{
    Advice, Outcome, Pinned, PinnedRelease, Policy, PredictorName, PrereleasePolicy, RecommendationType,
    Request, Scoring, SearchControl, SearchTrace, Stack, Subject, ValueTable,
};
use thoth_cypher::Graph;
use thoth_ingest::broker::BrokerConfig;
use thoth_ingest::store::StoreConfig;
use thoth_ingest::wanted::WantedPublisher;
use thoth_schema::environment::Environment;
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::name::{self, PackageName};
use thoth_schema::requirement::Requirement;
use thoth_schema::tags::ArtifactName;
use thoth_schema::version;

use known::{File, Fit, Known, Release};
use together::Together;

pub use cache::{Cache, CacheSize};
use kept::{Basis, Keeper};
use modes::Searched;

pub use gather::Gathered;
pub use kept::{Replayed, replay};
pub use modes::{JointReport, MAX_ENVIRONMENTS, RepairReport, advise_jointly, repair, subject};
pub use reach::{keep_within_reach, keep_within_reach_of_any};
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

/// The answer, in the shape of the JSON contract.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Report {
    /// The advice with hashes, pruned releases and the number of graph statements filled in.
    pub advice: Advice,
}

/// Answers requests over one graph, and remembers between them what it read of packages.
pub struct Advisor {
    graph: Together,
    cache: Cache,
    wanted: Option<Arc<WantedPublisher>>,
    keeper: Option<Keeper>,
}

impl Advisor {
    /// An adviser that keeps at most so many bytes of packages; 0 keeps nothing.
    pub fn new(graph: Arc<dyn Graph>, cache_bytes: usize) -> Self {
        Self {
            graph: Together::new(graph),
            cache: Cache::new(cache_bytes),
            wanted: None,
            keeper: None,
        }
    }

    /// Tells this broker what is wanted where an advice lacks knowledge.
    #[must_use]
    pub fn telling(mut self, broker: Option<BrokerConfig>) -> Self {
        self.wanted = broker.map(|broker| Arc::new(WantedPublisher::new(broker)));
        self
    }

    /// Keeps every advice in this store, so that it can be given again.
    #[must_use]
    pub fn keeping(mut self, store: Option<StoreConfig>) -> Self {
        self.keeper = store.map(Keeper::new);
        self
    }

    /// What is remembered.
    pub fn cache(&self) -> &Cache {
        &self.cache
    }

    /// Answers one request.
    ///
    /// # Errors
    /// As [`advise`].
    pub async fn advise(&self, input: &AdviseInput) -> Result<Report, Fault> {
        self.advise_under(input, &Arc::default()).await
    }

    /// Answers one request whose search the caller may watch, and end early with the best that it has.
    ///
    /// # Errors
    /// As [`advise`].
    pub async fn advise_under(
        &self,
        input: &AdviseInput,
        control: &Arc<SearchControl>,
    ) -> Result<Report, Fault> {
        let answered = self.complete(input, None, control).await;
        answered.map(|(report, _)| report)
    }

    /// Answers one request as [`Advisor::advise_under`], and says of every release asked about why it is not part of the
    /// first stack. Gives the course of the search as well where the predictor has one.
    ///
    /// # Errors
    /// As [`advise`].
    pub async fn advise_explained(
        &self,
        input: &AdviseInput,
        subjects: Vec<Subject>,
        control: &Arc<SearchControl>,
    ) -> Result<(Report, Option<SearchTrace>), Fault> {
        self.complete(input, Some(subjects), control).await
    }

    async fn complete(
        &self,
        input: &AdviseInput,
        subjects: Option<Vec<Subject>>,
        control: &Arc<SearchControl>,
    ) -> Result<(Report, Option<SearchTrace>), Fault> {
        let Answered {
            mut report,
            trace,
            basis,
            values,
        } = answer(
            &self.graph,
            &self.cache,
            self.keeper.as_ref(),
            input,
            subjects,
            control,
        )
        .await?;
        if let Some(keeper) = &self.keeper {
            keeper.remember(&basis, values.as_ref()).await;
            report.advice.id = keeper.keep(input, &basis, &report.advice).await;
        }
        if let Some(publisher) = &self.wanted
            && report.advice.outcome == Outcome::NeedsKnowledge
        {
            wanted::tell(
                Arc::clone(publisher),
                wanted::messages(input, &report.advice.missing),
            );
        }
        Ok((report, trace))
    }
}

/// Answers one request, remembering nothing.
///
/// # Errors
/// - `INVALID_REQUIREMENT`, `UNSUPPORTED_REQUIREMENT`, `INVALID_ARGUMENT` for what is asked.
/// - Faults of the graph, and of [`thoth_adviser::advise`].
pub async fn advise(graph: &dyn Graph, input: &AdviseInput) -> Result<Report, Fault> {
    let answered = answer(graph, &Cache::new(0), None, input, None, &Arc::default()).await;
    answered.map(|answered| answered.report)
}

/// What the search of a request starts from, for whoever searches by other means than [`advise`].
///
/// # Errors
/// As [`advise`], but those of the search.
pub async fn gathered(graph: &dyn Graph, input: &AdviseInput) -> Result<(Gathered, Request), Fault> {
    let request = request(input)?;
    let as_of = input.as_of.as_deref().map(as_of).transpose()?;
    let scores = scores(input)?;
    let gathered = gather::gather(graph, &Cache::new(0), input, &request, as_of, scores).await?;
    Ok((gathered, request))
}

/// A report with what the search leaves behind beside it.
struct Answered {
    report: Report,
    trace: Option<SearchTrace>,
    basis: Basis,
    values: Option<ValueTable>,
}

/// Answers one request; with subjects, however few, it explains them and records the course of the search.
async fn answer(
    graph: &dyn Graph,
    cache: &Cache,
    keeper: Option<&Keeper>,
    input: &AdviseInput,
    subjects: Option<Vec<Subject>>,
    control: &Arc<SearchControl>,
) -> Result<Answered, Fault> {
    let started = Instant::now();
    let mut request = request(input)?;
    request.trace = subjects.is_some();
    request.control = Some(Arc::clone(control));
    let as_of = input.as_of.as_deref().map(as_of).transpose()?;
    let scores = scores(input)?;
    let mut gathered = gather::gather(graph, cache, input, &request, as_of, scores).await?;
    let ruling = rules::rule(graph, cache, input, &request, &mut gathered).await?;
    let Gathered {
        universe,
        removed,
        pruned,
        pruned_share,
        statements,
        cache_hits,
        known,
    } = gathered;
    let universe = Arc::new(universe);
    if let Some(keeper) = keeper.filter(|_| learnt::recalls(input)) {
        request.warm_start = keeper.recall(&universe, &request).await;
    }
    let basis = Basis {
        request,
        universe,
        known,
    };
    let refusal = ruling.as_ref().filter(|ruling| ruling.refuses());
    let Searched {
        mut advice,
        trace,
        values,
    } = match refusal.map(|ruling| ruling.refusal(&basis.request)) {
        Some(refused) => Searched::refused(refused),
        None => {
            let (universe, request) = (Arc::clone(&basis.universe), basis.request.clone());
            let subjects = subjects.unwrap_or_default();
            modes::searched(move || modes::search(&universe, &request, &removed, &subjects)).await?
        }
    };
    for (severity, line) in ruling.iter().flat_map(|ruling| ruling.annotate(&mut advice)) {
        rules::log(&severity, &line);
    }
    add_hashes(&basis.known, input, &mut advice.stacks)?;
    advice.pruned = pruned;
    advice.search.graph_statements = statements;
    advice.search.cache_hits = cache_hits;
    advice.search.pruned_share = pruned_share;
    advice.search.millis = (started.elapsed().as_micros() as f64) / 1_000.0;
    Ok(Answered {
        report: Report { advice },
        trace,
        basis,
        values,
    })
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

/// [`AdviseInput::as_of`] as a time, where it can be read as one.
fn as_of_stated(input: &AdviseInput) -> Option<String> {
    input.as_of.as_deref().and_then(|text| as_of(text).ok())
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
fn add_hashes(
    known: &BTreeMap<PackageName, Arc<Known>>,
    input: &AdviseInput,
    stacks: &mut [Stack],
) -> Result<(), Fault> {
    let tags = input.environment.supported_tags();
    for pin in stacks.iter_mut().flat_map(|stack| &mut stack.pins) {
        let (name, order) = (
            name::package(&pin.name)?,
            version::order_key(&version::parse(&pin.version)?),
        );
        let releases = known.get(&name).into_iter().flat_map(|known| &known.releases);
        let is_pinned =
            |release: &&Release| release.candidate.order == order && release.candidate.index == pin.index;
        let files = releases
            .into_iter()
            .find(is_pinned)
            .into_iter()
            .flat_map(|release| &release.files);
        let files: Vec<&File> = files.filter(|file| file.fit != Fit::Gone).collect();
        let installs =
            |file: &&File| file.filename.is_empty() || tags.supports(&ArtifactName::parse(&file.filename));
        if !files.is_empty() && !files.iter().any(installs) {
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
            .filter(|file| !file.sha256.is_empty())
            .map(|file| format!("sha256:{}", file.sha256))
            .collect();
        pin.hashes = hashes.into_iter().collect();
    }
    Ok(())
}
