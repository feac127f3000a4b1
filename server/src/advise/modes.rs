//! What is asked beyond one advice: why releases were not taken, the repair of a lock, advice for several environments.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;
use thoth_adviser::{
    Advice, AdvisoryRef, Affected, JointAdvice, Lock, RemovedReleases, Repair, Request, SearchTrace,
    Severity, Subject, Universe, ValueTable, advise_fully, reject_removed, why_not,
};
use thoth_cypher::{Graph, READ_ADVISORIES_OF_VERSIONS, params};
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::name::{self, PackageName};
use thoth_schema::requirement::Requirement;
use thoth_schema::{purl, version};

use super::cache::Cache;
use super::gather::{self, Gathered};
use super::input::{AdviseInput, as_of, request, scores, within};
use super::known::Known;
use super::{add_hashes, rules};

/// Most environments of one joint request.
pub const MAX_ENVIRONMENTS: usize = 16;

/// Releases whose advisories one statement asks for.
const RELEASES_A_STATEMENT: usize = 10_000;

/// The repair of a lock, in the shape of the JSON contract.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RepairReport {
    /// The repair, with hashes filled in.
    #[serde(flatten)]
    pub repair: Repair,
    /// Milliseconds of the whole repair.
    pub millis: f64,
    /// Statements asked of the graph.
    pub graph_statements: u64,
}

/// Advice for several environments, in the shape of the JSON contract.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JointReport {
    /// The advice, with hashes filled in.
    #[serde(flatten)]
    pub advice: JointAdvice,
    /// Statements asked of the graph.
    pub graph_statements: u64,
}

/// A package, or one release of it, as `NAME` or `NAME==VERSION`.
///
/// # Errors
/// `INVALID_NAME`, `INVALID_VERSION`.
pub fn subject(text: &str) -> Result<Subject, Fault> {
    let (package, release) = match text.split_once("==") {
        Some((package, release)) => (package, Some(version::parse(release.trim())?)),
        None => (text, None),
    };
    Ok(Subject {
        package: name::package(package.trim())?,
        version: release,
    })
}

/// What the graph gave for one request, as the rules leave it.
async fn gathered(graph: &dyn Graph, input: &AdviseInput, request: &Request) -> Result<Gathered, Fault> {
    let as_of = input.as_of.as_deref().map(as_of).transpose()?;
    let cache = Cache::new(0);
    let mut gathered = gather::gather(graph, &cache, input, request, as_of, scores(input)?).await?;
    let ruling = rules::rule(graph, &cache, input, request, &mut gathered).await?;
    let refusals = ruling.iter().flat_map(|ruling| &ruling.report.refusals);
    let refusals: Vec<&str> = refusals.map(|reason| reason.message.as_str()).collect();
    if refusals.is_empty() {
        return Ok(gathered);
    }
    let message = format!("a rule ends the advice: {}", refusals.join("; "));
    Err(Fault::new(ErrorCode::InvalidArgument, message)
        .remedy("ask for what the rules allow, or leave the rules of the graph aside"))
}

/// Runs a search where it holds up nobody.
pub(super) async fn searched<Answer: Send + 'static>(
    search: impl FnOnce() -> Result<Answer, Fault> + Send + 'static,
) -> Result<Answer, Fault> {
    let ended = tokio::task::spawn_blocking(search).await;
    ended.map_err(|error| Fault::new(ErrorCode::Internal, format!("the search stopped: {error}")))?
}

/// An advice with what the search leaves behind beside it.
pub(super) struct Searched {
    pub(super) advice: Advice,
    pub(super) trace: Option<SearchTrace>,
    pub(super) values: Option<ValueTable>,
}

impl Searched {
    /// Of what rules ended before any search.
    pub(super) fn refused(advice: Advice) -> Self {
        Self {
            advice,
            trace: None,
            values: None,
        }
    }
}

/// Searches, and says of releases why they are not part of the first stack: of the newest that pruning removed, and of all
/// that are asked about.
///
/// # Errors
/// As [`advise_fully`].
pub(super) fn search(
    universe: &Universe,
    request: &Request,
    removed: &RemovedReleases,
    subjects: &[Subject],
) -> Result<Searched, Fault> {
    let found = advise_fully(universe, request)?;
    let mut advice = found.advice;
    reject_removed(&mut advice, request, removed);
    for subject in subjects {
        explain(universe, request, removed, subject, &mut advice)?;
    }
    Ok(Searched {
        advice,
        trace: found.trace,
        values: found.values,
    })
}

/// Puts every release asked about in the place of the summary of its package.
fn explain(
    universe: &Universe,
    request: &Request,
    removed: &RemovedReleases,
    subject: &Subject,
    advice: &mut Advice,
) -> Result<(), Fault> {
    let answers = why_not(universe, request, removed, advice.stacks.first(), subject)?;
    let answered: BTreeSet<(String, String)> = answers
        .iter()
        .map(|one| (one.version.clone(), one.index.clone()))
        .collect();
    let package = subject.package.to_string();
    let every = subject.version.is_none();
    advice.rejections.retain(|one| {
        one.package != package || !every && !answered.contains(&(one.version.clone(), one.index.clone()))
    });
    advice.rejections.extend(answers);
    Ok(())
}

/// The smallest set of changes to a lock that leaves the fewest advisories of the severity or above.
///
/// # Errors
/// As [`super::advise`].
pub async fn repair(
    graph: &dyn Graph,
    input: &AdviseInput,
    lock: Lock,
    severity: Severity,
) -> Result<RepairReport, Fault> {
    let started = Instant::now();
    let asked = request(input)?;
    // Direct requirements may have to change: their packages are gathered in every version.
    let any_version = asked.requirements.iter().map(without_versions);
    let wide = AdviseInput {
        requirements: input.requirements.iter().cloned().chain(any_version).collect(),
        ..input.clone()
    };
    let Gathered {
        universe,
        known,
        mut statements,
        ..
    } = gathered(graph, &wide, &request(&wide)?).await?;
    let affected = affected(graph, input, &universe, &lock, &mut statements).await?;
    let search = searched(move || thoth_adviser::repair(&universe, &asked, &lock, &affected, severity));
    let mut repair = search.await?;
    add_hashes(&known, input, repair.stack.as_mut_slice())?;
    Ok(RepairReport {
        repair,
        millis: (started.elapsed().as_micros() as f64) / 1_000.0,
        graph_statements: statements,
    })
}

fn without_versions(requirement: &Requirement) -> String {
    if requirement.extras.is_empty() {
        return requirement.name.to_string();
    }
    let extras: Vec<String> = requirement.extras.iter().map(ToString::to_string).collect();
    format!("{}[{}]", requirement.name, extras.join(","))
}

/// The advisories of every candidate and of the lock.
async fn affected(
    graph: &dyn Graph,
    input: &AdviseInput,
    universe: &Universe,
    lock: &Lock,
    statements: &mut u64,
) -> Result<Affected, Fault> {
    let mut keys: BTreeMap<String, (PackageName, String)> = BTreeMap::new();
    for (name, knowledge) in &universe.packages {
        for candidate in &knowledge.candidates {
            let key = purl::version_key(name, &candidate.version, Some(&candidate.index));
            keys.insert(key, (name.clone(), candidate.order.clone()));
        }
    }
    for (name, pinned) in lock {
        let key = purl::version_key(name, pinned, None);
        keys.entry(key)
            .or_insert_with(|| (name.clone(), version::order_key(pinned)));
    }
    let as_of = input.as_of.as_deref().map(as_of).transpose()?.unwrap_or_default();
    let all: Vec<&String> = keys.keys().collect();
    let mut affected = Affected::new();
    for batch in all.chunks(RELEASES_A_STATEMENT) {
        let asked = params! { "keys" => batch.to_vec(), "asOf" => as_of.clone(), "withdrawn" => false };
        let rows = graph.read(&READ_ADVISORIES_OF_VERSIONS, asked).await?;
        *statements += 1;
        for row in rows.iter() {
            let Some(release) = keys.get(row.text("version")) else {
                continue;
            };
            let score = row.get("score").to_json().as_f64();
            let one = AdvisoryRef {
                key: row.text("advisory").to_owned(),
                severity: score.and_then(Severity::of_score),
                fixed_in: row.texts("fixedIn"),
            };
            let known = affected.entry(release.clone()).or_default();
            if !known.iter().any(|other: &AdvisoryRef| other.key == one.key) {
                known.push(one);
            }
        }
    }
    Ok(affected)
}

/// One lock for several environments, or locks that differ as little as possible.
///
/// # Errors
/// As [`super::advise`] for each; `LIMIT_EXCEEDED` for too many.
pub async fn advise_jointly(graph: &dyn Graph, inputs: &[AdviseInput]) -> Result<JointReport, Fault> {
    within("environments", inputs.len(), MAX_ENVIRONMENTS)?;
    let mut parts = Vec::with_capacity(inputs.len());
    let mut known: Vec<BTreeMap<PackageName, Arc<Known>>> = Vec::with_capacity(inputs.len());
    let mut statements = 0;
    for input in inputs {
        let request = request(input)?;
        let gathered = gathered(graph, input, &request).await?;
        statements += gathered.statements;
        known.push(gathered.known);
        parts.push((gathered.universe, request));
    }
    let search = searched(move || {
        let parts: Vec<(&Universe, &Request)> = parts
            .iter()
            .map(|(universe, request)| (universe, request))
            .collect();
        thoth_adviser::advise_jointly(&parts)
    });
    let mut advice = search.await?;
    let asked = inputs.iter().zip(&known);
    for (environment, (input, known)) in advice.environments.iter_mut().zip(asked) {
        add_hashes(known, input, environment.stack.as_mut_slice())?;
    }
    Ok(JointReport {
        advice,
        graph_statements: statements,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_subject_is_a_package_or_a_release() {
        assert_eq!(subject("Flask").unwrap().version, None);
        let release = subject("Jinja2 == 3.0").unwrap();
        assert_eq!(
            (release.package.to_string(), release.version.unwrap().to_string()),
            ("jinja2".to_owned(), "3.0".to_owned())
        );
        assert_eq!(subject("flask==x").unwrap_err().code, ErrorCode::InvalidVersion);
    }
}
