//! Candidates from the graph, by rounds over a growing frontier: one statement a round however many packages the round
//! has, then one that tells what was removed and one that tells what installs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use thoth_adviser::{Candidate, PackageKnowledge, Pruned, Request, Scoring, Term, Universe, scoring};
use thoth_cypher::{Graph, PRUNE_CANDIDATES, PRUNE_INSTALLABLE, PRUNE_REMOVED, Params, Row, params};
use thoth_schema::environment::Environment;
use thoth_schema::error::Fault;
use thoth_schema::name::{self, PackageName};
use thoth_schema::purl::DEFAULT_INDEX;
use thoth_schema::requirement::Requirement;
use thoth_schema::version;

use super::evidence::{self, Known};
use super::frontier::{Frontier, Lines};
use super::pruned::Tally;
use super::{AdviseInput, Scores};

/// What the graph gave for one request.
pub struct Gathered {
    /// The candidates and what is known of each package reached.
    pub universe: Universe,
    /// What was removed, by package and reason.
    pub pruned: Vec<Pruned>,
    /// How many statements that took.
    pub statements: u64,
}

/// A candidate with its key in the graph.
struct Found {
    package: PackageName,
    candidate: Candidate,
    lines: BTreeMap<String, Arc<Requirement>>,
}

/// Gathers everything that a legal stack of the request may hold.
pub(super) async fn gather(
    graph: &dyn Graph,
    input: &AdviseInput,
    request: &Request,
    as_of: Option<String>,
    scores: Option<Scores>,
) -> Result<Gathered, Fault> {
    let environment = &request.environment;
    let mut frontier = Frontier::new(
        &request.requirements,
        &request.constraints,
        environment,
        request.prerelease,
    );
    let mut lines = Lines::new(environment);
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    let mut statements = 0;
    while let Some((wanted, extras)) = frontier.next_round() {
        let mut asked = asked(input, environment, as_of.as_deref());
        asked.insert("wanted".to_owned(), wanted.into());
        asked.insert("extras".to_owned(), extras.into());
        let rows = graph.read(&PRUNE_CANDIDATES, asked).await?;
        statements += 1;
        for row in rows.iter() {
            take(row, scores.as_ref(), &mut found, &mut frontier, &mut lines)?;
        }
    }
    let installable = installable(graph, input, &found, &mut statements).await?;
    let candidates = found.iter().filter(|(key, _)| installable.contains(*key));
    let candidates = candidates
        .map(|(key, entry)| (key.as_str(), (&entry.package, entry.candidate.order.as_str())))
        .collect();
    let mut known = evidence::known(graph, request, as_of.as_deref(), &candidates).await?;
    statements += known.statements;
    let mut asked = asked(input, environment, as_of.as_deref());
    asked.insert("wanted".to_owned(), frontier.all().into());
    let rows = graph.read(&PRUNE_REMOVED, asked).await?;
    statements += 1;
    let mut tally = Tally::new(request);
    let mut universe = Universe::default();
    for package in frontier.names() {
        universe.packages.insert(
            package.clone(),
            PackageKnowledge {
                all_prereleases: true,
                ..PackageKnowledge::default()
            },
        );
    }
    for row in rows.iter() {
        settle(
            row,
            scores.as_ref(),
            &mut found,
            &installable,
            &known,
            &mut universe,
            &mut tally,
        )?;
    }
    universe.evidence = std::mem::take(&mut known.releases);
    universe.observed = std::mem::take(&mut known.stacks);
    universe.newest_publication = newest_publication(&universe);
    universe.terms.extend(scoring_terms(&universe, request));
    for (name, knowledge) in &mut universe.packages {
        knowledge.all_prereleases &= knowledge.known;
        knowledge.candidates.sort_by(|left, right| {
            right
                .order
                .cmp(&left.order)
                .then_with(|| rank(input, &left.index).cmp(&rank(input, &right.index)))
        });
        // Of one version from several indexes all stay: a rule may take away the first of them.
        tally.prereleases(name, knowledge);
    }
    Ok(Gathered {
        universe,
        pruned: tally.into_pruned(),
        statements,
    })
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

fn asked(input: &AdviseInput, environment: &Environment, as_of: Option<&str>) -> Params {
    params! {
        "python" => environment.python_order(),
        "sysPlatform" => environment.markers.sys_platform(),
        "machine" => environment.markers.platform_machine(),
        "asOf" => as_of.unwrap_or_default(),
        "indexes" => input.indexes.clone(),
    }
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

/// Takes one surviving release, and wants what it requires.
fn take(
    row: Row<'_>,
    scores: Option<&Scores>,
    found: &mut BTreeMap<String, Found>,
    frontier: &mut Frontier,
    lines: &mut Lines<'_>,
) -> Result<(), Fault> {
    let key = row.text("key");
    if !found.contains_key(key) {
        let package = name::package(row.text("name"))?;
        let candidate = candidate(row, &package, scores)?;
        found.insert(
            key.to_owned(),
            Found {
                package,
                candidate,
                lines: BTreeMap::new(),
            },
        );
    }
    let Some(entry) = found.get_mut(key) else {
        return Ok(());
    };
    for text in row.get("requirements").items() {
        let text = text.as_str().unwrap_or_default();
        if !entry.lines.contains_key(text)
            && let Some(requirement) = lines.parse(text)
        {
            entry.lines.insert(text.to_owned(), requirement);
        }
    }
    let extras = frontier
        .get(&entry.package)
        .map(|want| want.extras().clone())
        .unwrap_or_default();
    for requirement in entry.lines.values() {
        if requirement.url.is_none() && lines.holds(requirement, &extras) {
            frontier.want(requirement);
        }
    }
    Ok(())
}

fn candidate(row: Row<'_>, package: &PackageName, scores: Option<&Scores>) -> Result<Candidate, Fault> {
    let version = version::parse(row.text("version"))?;
    let order = row.text("orderKey").to_owned();
    let score = scores.and_then(|scores| scores.get(&(package.to_string(), order.clone())).copied());
    Ok(Candidate {
        version,
        order,
        index: row.text("index").to_owned(),
        yanked: row.bool("yanked"),
        requires_python: row.optional_text("requiresPython").map(str::to_owned),
        requirements: None,
        score,
        published_at: row.optional_text("publishedAt").map(str::to_owned),
    })
}

/// The keys of the candidates that have a file which installs, or no file on record.
async fn installable(
    graph: &dyn Graph,
    input: &AdviseInput,
    found: &BTreeMap<String, Found>,
    statements: &mut u64,
) -> Result<BTreeSet<String>, Fault> {
    let mut installable: BTreeSet<String> = found.keys().cloned().collect();
    if found.is_empty() {
        return Ok(installable);
    }
    let tags = input.environment.supported_tags();
    let keys: Vec<&String> = found.keys().collect();
    let rows = graph
        .read(
            &PRUNE_INSTALLABLE,
            params! {
                "keys" => keys, "pythonAbi" => tags.python_abi.clone(), "platforms" => tags.platforms.clone(),
                "anyPythonAbi" => tags.any_python_abi.clone(),
            },
        )
        .await?;
    *statements += 1;
    for row in rows.iter() {
        let key = row.text("key");
        let Some(entry) = found.get(key) else { continue };
        let sdist = row.int("sdists") > 0 && !listed(&input.only_binary, &entry.package);
        let wheel = row.int("wheels") > 0 && !listed(&input.no_binary, &entry.package);
        if !sdist && !wheel {
            installable.remove(key);
        }
    }
    Ok(installable)
}

fn listed(names: &BTreeSet<String>, package: &PackageName) -> bool {
    names.contains(":all:") || names.contains(package.as_ref())
}

/// Puts one release of a reached package where it belongs: a candidate, missing knowledge, or removed for a reason.
fn settle(
    row: Row<'_>,
    scores: Option<&Scores>,
    found: &mut BTreeMap<String, Found>,
    installable: &BTreeSet<String>,
    known: &Known,
    universe: &mut Universe,
    tally: &mut Tally<'_>,
) -> Result<(), Fault> {
    let package = name::package(row.text("name"))?;
    let Some(knowledge) = universe.packages.get_mut(&package) else {
        return Ok(());
    };
    let exists = !row.bool("foreign") && !row.bool("late");
    knowledge.known |= exists;
    // A release that vanished is known, but no alternative to a pre-release.
    let gone = row.bool("missing");
    if exists && !gone && !row.bool("unknown") {
        knowledge.all_prereleases &= row.bool("prerelease");
    }
    let key = row.text("key");
    if let Some(entry) = found.remove(key) {
        if !installable.contains(key) {
            tally.add(&package, "no-installable-artifact", row);
            return Ok(());
        }
        if let Some((reason, evidence)) = known.removed.get(key) {
            tally.add_with_evidence(&package, reason, row, evidence);
            return Ok(());
        }
        let mut candidate = entry.candidate;
        candidate.requirements = Some(entry.lines.into_values().collect::<Vec<Arc<Requirement>>>());
        knowledge.candidates.push(candidate);
        return Ok(());
    }
    let only_unknown = exists && !gone && row.bool("unknown") && row.optional_text("fault").is_none();
    if only_unknown && !row.bool("outside") && !row.bool("withdrawn") && !row.bool("python") {
        knowledge.candidates.push(candidate(row, &package, scores)?);
    }
    tally.removed(&package, row);
    Ok(())
}
