//! Candidates from the graph. A walk from the requirements over what is known of packages tells which packages must be
//! read, or asked whether they changed; one statement does both for all of them; and so on until a walk reads nothing new.
//! A package is asked for in the round of its distance from the request at the latest, so the rounds are at most the
//! depth of the closure, and one where everything was cached and holds. What survives is then asked for evidence.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use thoth_adviser::scoring::{EvidenceByRelease, ObservedStack};
use thoth_adviser::{
    Candidate, PackageKnowledge, Pruned, RemovedReleases, Request, Scoring, Term, Universe, scoring,
};
use thoth_cypher::{Graph, PRUNE_CANDIDATES, Params, Rows, Value, map};
use thoth_schema::error::Fault;
use thoth_schema::name::PackageName;
use thoth_schema::purl::{self, DEFAULT_INDEX};

use super::cache::Cache;
use super::evidence::{self, Survivors};
use super::frontier::{Frontier, Lines, Want};
use super::known::{Known, Release};
use super::pruned::Tally;
use super::scope::{Scope, shared};
use super::{AdviseInput, Scores};
use crate::metrics;

/// What the graph gave for one request.
pub struct Gathered {
    /// The candidates and what is known of each package reached.
    pub universe: Universe,
    /// What was removed, release by release.
    pub removed: RemovedReleases,
    /// What was removed, by package and reason.
    pub pruned: Vec<Pruned>,
    /// Removed releases in all releases of the packages reached, from 0 to 1.
    pub pruned_share: f64,
    /// How many statements that took.
    pub statements: u64,
    /// Packages that an earlier advise had read and the graph has not changed since.
    pub cache_hits: u64,
    /// The packages reached, as the graph gave them.
    pub(super) known: BTreeMap<PackageName, Arc<Known>>,
}

/// Gathers everything that a legal stack of the request may hold.
pub(super) async fn gather(
    graph: &dyn Graph,
    cache: &Cache,
    input: &AdviseInput,
    request: &Request,
    as_of: Option<String>,
    scores: Option<Scores>,
) -> Result<Gathered, Fault> {
    let environment = &request.environment;
    let start = Frontier::new(
        &request.requirements,
        &request.constraints,
        environment,
        request.prerelease,
    );
    let shared = shared(input, environment, as_of.as_deref());
    let mut lines = Lines::new(environment);
    let mut shelf = Shelf::new(cache, Scope::of(&shared));
    let mut statements = 0;
    let frontier = loop {
        let frontier = walk(start.clone(), input, &mut shelf, &mut lines);
        let round = shelf.round(&frontier);
        if round.asked.is_empty() {
            break frontier;
        }
        let rows = graph.read(&PRUNE_CANDIDATES, round.params(&shared)).await?;
        statements += 1;
        shelf.take(round, &rows, &mut lines)?;
    };
    let survivors = survivors(input, &frontier, &shelf);
    let mut known = evidence::known(graph, request, as_of.as_deref(), &survivors).await?;
    statements += known.statements;
    let evidence = std::mem::take(&mut known.releases);
    let observed = std::mem::take(&mut known.stacks);
    let sieve = Sieve {
        input,
        scores: scores.as_ref(),
        frontier: &frontier,
        evidence: &known,
    };
    let mut gathered = sieve.settled(request, &shelf, evidence, observed);
    gathered.statements = statements;
    gathered.cache_hits = shelf.hits;
    gathered.known = shelf.reached(&frontier);
    Ok(gathered)
}

/// Wants whatever a release that may be chosen requires, beginning with the request, as far as packages are known.
fn walk(
    mut frontier: Frontier,
    input: &AdviseInput,
    shelf: &mut Shelf<'_>,
    lines: &mut Lines<'_>,
) -> Frontier {
    loop {
        let open = frontier.take_open();
        if open.is_empty() {
            return frontier;
        }
        for (package, versions) in open {
            let Some(known) = shelf.look_up(&package) else {
                continue;
            };
            let Some(want) = frontier.get(&package) else {
                continue;
            };
            let prereleases = frontier.prereleases();
            let (extras, allowed) = (want.extras().clone(), Files::allowed(input, &package));
            let chosen: Vec<&Release> = known
                .releases
                .iter()
                .filter(|release| versions.contains(&release.candidate.order))
                .filter(|release| !want.removes(release, prereleases) && allowed.install(release))
                .collect();
            for requirement in chosen.into_iter().flat_map(|release| &release.lines) {
                if requirement.url.is_none() && lines.holds(requirement, &extras) {
                    frontier.want(requirement);
                }
            }
        }
    }
}

/// Which files of a package the request allows.
struct Files {
    sdists: bool,
    wheels: bool,
}

impl Files {
    fn allowed(input: &AdviseInput, package: &PackageName) -> Files {
        let listed = |names: &BTreeSet<String>| names.contains(":all:") || names.contains(package.as_ref());
        Files {
            sdists: !listed(&input.only_binary),
            wheels: !listed(&input.no_binary),
        }
    }

    fn install(&self, release: &Release) -> bool {
        release.installs(self.sdists, self.wheels)
    }
}

/// What this advise knows of packages, and which of it the graph has confirmed or given during this advise.
struct Shelf<'cache> {
    cache: &'cache Cache,
    scope: Scope,
    known: BTreeMap<PackageName, Arc<Known>>,
    confirmed: BTreeSet<PackageName>,
    hits: u64,
}

/// The packages of one statement, each with the revision that is known of it, and the extras that are asked.
struct Round {
    asked: BTreeMap<PackageName, Option<String>>,
    extras: BTreeSet<String>,
}

impl Round {
    fn params(&self, shared: &Params) -> Params {
        let wanted = self.asked.iter().map(|(package, revision)| {
            map! { "package" => purl::package_key(package), "known" => revision.clone() }
        });
        let mut params = shared.clone();
        params.insert("wanted".to_owned(), Value::List(wanted.collect()));
        let extras: Vec<&String> = self.extras.iter().collect();
        params.insert("extras".to_owned(), extras.into());
        params
    }
}

impl<'cache> Shelf<'cache> {
    fn new(cache: &'cache Cache, scope: Scope) -> Self {
        Self {
            cache,
            scope,
            known: BTreeMap::new(),
            confirmed: BTreeSet::new(),
            hits: 0,
        }
    }

    fn look_up(&mut self, package: &PackageName) -> Option<Arc<Known>> {
        if let Some(known) = self.known.get(package) {
            return Some(Arc::clone(known));
        }
        let kept = self.cache.get(&self.scope, package)?;
        self.known.insert(package.clone(), Arc::clone(&kept));
        Some(kept)
    }

    /// What must be asked before the walk counts: packages that nothing is known of, that were only remembered, or of
    /// which more extras are wanted.
    fn round(&self, frontier: &Frontier) -> Round {
        let mut round = Round {
            asked: BTreeMap::new(),
            extras: frontier.extras(),
        };
        for package in frontier.names() {
            let known = self.known.get(package);
            let suffices = known.filter(|known| {
                let extras = frontier.get(package).map(|want| want.extras());
                extras
                    .into_iter()
                    .flatten()
                    .all(|extra| known.extras.contains(extra.as_ref()))
            });
            match suffices {
                Some(_) if self.confirmed.contains(package) => {}
                Some(kept) => {
                    let revision = kept.revision.clone().filter(|_| kept.is_settled());
                    round.asked.insert(package.clone(), revision);
                }
                None => {
                    // Whoever asked for the other extras will ask again.
                    round
                        .extras
                        .extend(known.into_iter().flat_map(|known| known.extras.iter().cloned()));
                    round.asked.insert(package.clone(), None);
                }
            }
        }
        round
    }

    /// Takes the answer of the graph to a round.
    fn take(&mut self, round: Round, rows: &Rows, lines: &mut Lines<'_>) -> Result<(), Fault> {
        let mut revisions: BTreeMap<&str, &str> = BTreeMap::new();
        let mut releases: BTreeMap<&str, Vec<Release>> = BTreeMap::new();
        for row in rows.iter() {
            if row.text("key").is_empty() {
                revisions.insert(row.text("name"), row.text("revision"));
            } else {
                let release = Release::read(row, lines)?;
                releases.entry(row.text("name")).or_default().push(release);
            }
        }
        let (mut hits, mut misses) = (0, 0);
        for (package, asked) in round.asked {
            let revision = revisions
                .get(package.as_ref())
                .map(|revision| (*revision).to_owned());
            self.confirmed.insert(package.clone());
            if asked.is_some() && asked == revision {
                hits += 1;
                continue;
            }
            misses += 1;
            let releases = releases.remove(package.as_ref()).unwrap_or_default();
            let before = self.known.get(&package).map(Arc::as_ref);
            let known = Arc::new(Known::new(revision, round.extras.clone(), releases, before));
            self.cache.put(&self.scope, &package, &known);
            self.known.insert(package, known);
        }
        self.hits += hits;
        metrics::cache_used(hits, misses);
        Ok(())
    }

    fn reached(self, frontier: &Frontier) -> BTreeMap<PackageName, Arc<Known>> {
        let mut known = self.known;
        known.retain(|package, _| frontier.get(package).is_some());
        known
    }
}

/// The releases that pruning leaves, by key: what is asked for evidence.
fn survivors<'known>(
    input: &AdviseInput,
    frontier: &'known Frontier,
    shelf: &'known Shelf<'_>,
) -> Survivors<'known> {
    let mut survivors = Survivors::new();
    for package in frontier.names() {
        let (Some(want), Some(known)) = (frontier.get(package), shelf.known.get(package)) else {
            continue;
        };
        let allowed = Files::allowed(input, package);
        let fits = |release: &&Release| is_wanted(frontier, want, release) && allowed.install(release);
        for candidate in known.releases.iter().filter(fits).map(|one| &one.candidate) {
            let key = purl::version_key(package, &candidate.version, Some(&candidate.index));
            survivors.insert(key, (package, candidate.order.as_str()));
        }
    }
    survivors
}

fn is_wanted(frontier: &Frontier, want: &Want, release: &Release) -> bool {
    !want.removes(release, frontier.prereleases()) && !want.is_outside(release)
}

/// What decides where releases belong.
struct Sieve<'a> {
    input: &'a AdviseInput,
    scores: Option<&'a Scores>,
    frontier: &'a Frontier,
    evidence: &'a evidence::Known,
}

impl Sieve<'_> {
    /// Puts every release of the packages reached where it belongs.
    fn settled(
        &self,
        request: &Request,
        shelf: &Shelf<'_>,
        evidence: EvidenceByRelease,
        observed: Vec<ObservedStack>,
    ) -> Gathered {
        let mut tally = Tally::new(request);
        let mut universe = Universe {
            evidence,
            observed,
            ..Universe::default()
        };
        for package in self.frontier.names() {
            let mut knowledge = PackageKnowledge {
                all_prereleases: true,
                ..PackageKnowledge::default()
            };
            let known = shelf.known.get(package).into_iter();
            for release in known.flat_map(|known| &known.releases) {
                self.settle(package, release, &mut knowledge, &mut tally);
            }
            universe.packages.insert(package.clone(), knowledge);
        }
        universe.newest_publication = newest_publication(&universe);
        universe.terms.extend(scoring_terms(&universe, request));
        for (package, knowledge) in &mut universe.packages {
            knowledge.all_prereleases &= knowledge.known;
            knowledge.candidates.sort_by(|left, right| {
                let by_index = || rank(self.input, &left.index).cmp(&rank(self.input, &right.index));
                right.order.cmp(&left.order).then_with(by_index)
            });
            // Of one version from several indexes all stay: a rule may take away the first of them.
            tally.prereleases(package, knowledge);
        }
        let (pruned, removed) = tally.into_pruned();
        Gathered {
            pruned_share: pruned_share(&pruned, &universe),
            universe,
            removed,
            pruned,
            statements: 0,
            cache_hits: 0,
            known: BTreeMap::new(),
        }
    }

    /// Puts one release where it belongs: a candidate, missing knowledge, or removed for a reason.
    fn settle(
        &self,
        package: &PackageName,
        release: &Release,
        knowledge: &mut PackageKnowledge,
        tally: &mut Tally<'_>,
    ) {
        let Some(want) = self.frontier.get(package) else {
            return;
        };
        let exists = !release.foreign && !release.late;
        knowledge.known |= exists;
        // A release that vanished is known, but no alternative to a pre-release.
        if exists && !release.missing && !release.unknown {
            knowledge.all_prereleases &= release.prerelease;
        }
        if is_wanted(self.frontier, want, release) {
            if !Files::allowed(self.input, package).install(release) {
                tally.add(package, "no-installable-artifact", release);
                return;
            }
            let key = purl::version_key(
                package,
                &release.candidate.version,
                Some(&release.candidate.index),
            );
            if let Some((reason, evidence)) = self.evidence.removed.get(&key) {
                tally.add_with_evidence(package, reason, release, evidence);
                return;
            }
            let mut candidate = self.candidate(package, release);
            candidate.requirements = Some(release.lines.clone());
            knowledge.candidates.push(candidate);
            return;
        }
        let only_unknown = exists && !release.missing && release.unknown && !release.unreadable;
        if only_unknown && !want.is_outside(release) && !want.withdraws(release) && !release.python {
            knowledge.candidates.push(self.candidate(package, release));
        }
        tally.removed(package, release, want);
    }

    /// The release without its requirements, with its score.
    fn candidate(&self, package: &PackageName, release: &Release) -> Candidate {
        let mut candidate = release.candidate.clone();
        candidate.score = self.scores.and_then(|scores| {
            scores
                .get(&(package.to_string(), candidate.order.clone()))
                .copied()
        });
        candidate
    }
}

/// The present, as far as the candidates know.
fn newest_publication(universe: &Universe) -> Option<String> {
    let candidates = universe.packages.values().flat_map(|known| &known.candidates);
    candidates
        .filter_map(|candidate| candidate.published_at.clone())
        .max()
}

/// What follows from the stacks that were seen, where scores are made of knowledge.
fn scoring_terms(universe: &Universe, request: &Request) -> Vec<Term> {
    match request.scoring {
        Scoring::Knowledge => scoring::terms(universe, request),
        Scoring::Given | Scoring::Recency => Vec::new(),
    }
}

/// Removed releases in all releases of the packages reached, from 0 to 1.
pub(super) fn pruned_share(pruned: &[Pruned], universe: &Universe) -> f64 {
    let removed: u64 = pruned.iter().map(|pruned| pruned.count).sum();
    let candidates = universe.packages.values().flat_map(|known| &known.candidates);
    let kept = candidates.filter(|one| one.requirements.is_some()).count() as u64;
    removed as f64 / (removed + kept).max(1) as f64
}

/// Which of two indexes to prefer for one version: the order of the request, else the default index, else by name.
fn rank<'index>(input: &AdviseInput, index: &'index str) -> (usize, bool, &'index str) {
    let place = input
        .indexes
        .iter()
        .position(|named| named == index)
        .unwrap_or(usize::MAX);
    (place, index != DEFAULT_INDEX, index)
}
