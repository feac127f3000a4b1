//! One request for advice: gathers candidates from the graph in a few rounds, searches them locally, and fills in what
//! only the graph knows: hashes of the pinned releases and what was pruned on the way.

mod cache;
mod evidence;
mod frontier;
mod gather;
mod input;
mod kept;
mod known;
mod learnt;
mod modes;
mod pruned;
mod reach;
mod rules;
mod scope;
mod together;
mod turns;
mod wanted;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;
use thoth_adviser::{Advice, Outcome, Request, SearchControl, SearchTrace, Stack, Subject, ValueTable};
use thoth_cypher::Graph;
use thoth_ingest::broker::BrokerConfig;
use thoth_ingest::store::StoreConfig;
use thoth_ingest::wanted::WantedPublisher;
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::name::{self, PackageName};
use thoth_schema::tags::ArtifactName;
use thoth_schema::version;

use known::{File, Fit, Known, Release};
use together::Together;

pub use cache::{Cache, CacheSize};
use kept::{Basis, Keeper};
use modes::Searched;
use turns::Turns;

pub use gather::Gathered;
pub use input::{AdviseInput, MAX_BUDGET_MILLIS, MAX_REQUIREMENTS, MAX_STACKS};
use input::{Scores, as_of, as_of_stated, request, scores};
pub use kept::{Replayed, replay};
pub use modes::{JointReport, MAX_ENVIRONMENTS, RepairReport, advise_jointly, repair, subject};
pub use reach::{keep_within_reach, keep_within_reach_of_any};
pub use rules::RulesInput;

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
    turns: Option<Turns>,
}

impl Advisor {
    /// An adviser that keeps at most so many bytes of packages; 0 keeps nothing.
    pub fn new(graph: Arc<dyn Graph>, cache_bytes: usize) -> Self {
        Self {
            graph: Together::new(graph),
            cache: Cache::new(cache_bytes),
            wanted: None,
            keeper: None,
            turns: None,
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

    /// Runs at most so many searches at once; a further one waits a moment and is then refused as `UNAVAILABLE`.
    #[must_use]
    pub fn searching(mut self, at_once: usize) -> Self {
        self.turns = Some(Turns::new(at_once));
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
        let means = Means {
            graph: &self.graph,
            cache: &self.cache,
            keeper: self.keeper.as_ref(),
            turns: self.turns.as_ref(),
        };
        let Answered {
            mut report,
            trace,
            basis,
            values,
        } = answer(&means, input, subjects, control).await?;
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
    let means = Means {
        graph,
        cache: &Cache::new(0),
        keeper: None,
        turns: None,
    };
    let answered = answer(&means, input, None, &Arc::default()).await;
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

/// What an advice is made with.
struct Means<'means> {
    graph: &'means dyn Graph,
    cache: &'means Cache,
    keeper: Option<&'means Keeper>,
    turns: Option<&'means Turns>,
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
    means: &Means<'_>,
    input: &AdviseInput,
    subjects: Option<Vec<Subject>>,
    control: &Arc<SearchControl>,
) -> Result<Answered, Fault> {
    let Means { graph, cache, .. } = *means;
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
    if let Some(keeper) = means.keeper.filter(|_| learnt::recalls(input)) {
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
            let _turn = match means.turns {
                Some(turns) => Some(turns.take().await?),
                None => None,
            };
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
