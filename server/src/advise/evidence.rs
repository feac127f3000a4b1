//! What the graph knows of candidates besides their metadata: one statement for all releases, and one more for the stacks
//! that hold them, where there are any.

use std::collections::{BTreeMap, BTreeSet};

use thoth_adviser::scoring::{
    Affecting, Analysis, Evidence, EvidenceByRelease, Figure, LicenceStatement, ObservedStack, Place,
    StackPin, Trial, compare, system,
};
use thoth_adviser::{RecommendationType, Request};
use thoth_cypher::{Graph, PRUNE_EVIDENCE_RELEASES, PRUNE_EVIDENCE_STACKS, Row, Value, params};
use thoth_schema::error::Fault;
use thoth_schema::name::PackageName;
use thoth_schema::purl;
use thoth_schema::version::order_key;

/// Stacks that are looked at, those with most candidates first.
const MAX_STACKS: usize = 500;
/// Keys told of one release that was removed.
const KEYS: usize = 8;
/// Names of operating systems other than Linux, whose distributions are too many to name.
const WINDOWS: [&str; 4] = ["win32", "windows", "Windows", "cygwin"];
const MACOS: [&str; 4] = ["darwin", "Darwin", "macos", "macosx"];

/// Releases that may become candidates: by key with package and order key of the version.
pub(super) type Survivors<'known> = BTreeMap<String, (&'known PackageName, &'known str)>;

/// What is known of the candidates of a request.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Candidates that the evidence removes: by key the reason, and the nodes that say so.
    pub(super) removed: BTreeMap<String, (&'static str, Vec<String>)>,
    /// Evidence of the others, and of these.
    pub(super) releases: EvidenceByRelease,
    /// Stacks with candidates that something was seen of.
    pub(super) stacks: Vec<ObservedStack>,
    /// Statements that took.
    pub(super) statements: u64,
}

/// What is known of these releases.
///
/// A release is removed as `advisory` where the type is `security` and an advisory of at least the least severity, which
/// the policy does not accept, affects it; as `does-not-install` where it was seen to fail in this environment and never
/// to work there. One that the request pins is not removed for that: who names a version knows why.
///
/// # Errors
/// Faults of the graph, and of keys in it that are none.
pub(super) async fn known(
    graph: &dyn Graph,
    request: &Request,
    as_of: Option<&str>,
    candidates: &Survivors<'_>,
) -> Result<Known, Fault> {
    let mut known = Known::default();
    if candidates.is_empty() {
        return Ok(known);
    }
    let rows = graph
        .read(&PRUNE_EVIDENCE_RELEASES, asked(request, as_of, candidates))
        .await?;
    known.statements += 1;
    let mut stacks: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for row in rows.iter() {
        let Some((key, (package, order))) = candidates.get_key_value(row.text("key")) else {
            continue;
        };
        if let Some(reason) = removed(row, request, package, order) {
            known.removed.insert(key.clone(), reason);
        }
        let releases = known.releases.entry((*package).clone()).or_default();
        releases.insert((*order).to_owned(), evidence(row));
        for stack in row.texts("stacks") {
            stacks.entry(stack).or_default().insert(key.as_str());
        }
    }
    if !stacks.is_empty() {
        known.stacks = observed(graph, as_of, &stacks).await?;
        known.statements += 1;
        share(&mut known, request, candidates);
    }
    Ok(known)
}

fn asked(request: &Request, as_of: Option<&str>, candidates: &Survivors<'_>) -> thoth_cypher::Params {
    let markers = &request.environment.markers;
    let (own, foreign): (Vec<&str>, Vec<&str>) = match system(markers.sys_platform()) {
        "windows" => (WINDOWS.to_vec(), Vec::new()),
        "macos" => (MACOS.to_vec(), Vec::new()),
        _ => (Vec::new(), [WINDOWS, MACOS].concat()),
    };
    let machine = markers.platform_machine();
    let machines = match machine {
        "x86_64" | "AMD64" | "amd64" => vec!["x86_64", "AMD64", "amd64"],
        "aarch64" | "arm64" => vec!["aarch64", "arm64"],
        other => vec![other],
    };
    let variables = request.environment.variables();
    params! {
        "keys" => candidates.keys().cloned().collect::<Vec<String>>(),
        "asOf" => as_of.unwrap_or_default(),
        "accepted" => request.policy.accepted_advisories.iter().cloned().collect::<Vec<String>>(),
        "removing" => request.recommendation_type == RecommendationType::Security,
        "least" => request.policy.min_severity,
        "python" => variables.get("python_version").map_or("", String::as_str),
        "machine" => machines, "own" => own, "foreign" => foreign,
        "licences" => !request.policy.licences.is_empty(),
    }
}

/// Why the release is no candidate, where the statement says that it is none.
fn removed(
    row: Row<'_>,
    request: &Request,
    package: &PackageName,
    order: &str,
) -> Option<(&'static str, Vec<String>)> {
    let keys = |column: &str, holds: &dyn Fn(&[Value]) -> bool| {
        let items = row
            .get(column)
            .items()
            .iter()
            .map(Value::items)
            .filter(|one| holds(one));
        // Comprehensions have no order.
        let keys: BTreeSet<String> = items
            .filter_map(|one| Some(one.first()?.as_str()?.to_owned()))
            .collect();
        keys.into_iter().take(KEYS).collect()
    };
    if row.bool("affected") {
        return Some(("advisory", keys("advisories", &|_| true)));
    }
    let given = request.requirements.iter().chain(&request.constraints);
    let is_pinned = given
        .filter(|one| one.name == *package && one.applies(&request.environment, None))
        .any(|one| one.exact_pin().is_some_and(|pin| order_key(&pin) == order));
    if row.bool("fails") && !is_pinned {
        return Some((
            "does-not-install",
            keys("trials", &|one| text(one, 2) == Some("fail")),
        ));
    }
    None
}

fn text(items: &[Value], at: usize) -> Option<&str> {
    items.get(at).and_then(Value::as_str)
}

fn owned(items: &[Value], at: usize) -> Option<String> {
    text(items, at).map(str::to_owned)
}

fn number(value: Option<&Value>) -> Option<f64> {
    match value {
        Some(Value::Float(number)) => Some(*number),
        Some(Value::Int(number)) => Some(*number as f64),
        _ => None,
    }
}

/// A fact of an environment; the graph says `unknown` of what it does not know.
fn fact(items: &[Value], at: usize) -> Option<String> {
    owned(items, at).filter(|fact| fact != "unknown")
}

fn place(items: &[Value], at: usize) -> Place {
    Place {
        os: fact(items, at),
        python: fact(items, at + 1),
        machine: fact(items, at + 2),
    }
}

fn evidence(row: Row<'_>) -> Evidence {
    let listed = |column: &str| row.get(column).items().iter().map(Value::items);
    let mut evidence = Evidence {
        trials: listed("trials").filter_map(trial).collect(),
        advisories: listed("advisories").filter_map(affecting).collect(),
        analyses: listed("analyses").filter_map(analysis).collect(),
        licence: Some(LicenceStatement {
            text: row.optional_text("license").map(str::to_owned),
            classifiers: row.texts("classifiers"),
        }),
        ..Evidence::default()
    };
    // Comprehensions have no order, and sums of floating point numbers do.
    evidence.trials.sort_by(|left, right| left.key.cmp(&right.key));
    evidence.advisories.sort_by(|left, right| left.id.cmp(&right.id));
    evidence.analyses.sort_by(|left, right| left.key.cmp(&right.key));
    evidence
}

fn trial(items: &[Value]) -> Option<Trial> {
    Some(Trial {
        key: owned(items, 0)?,
        passed: text(items, 2)? == "pass",
        place: place(items, 3),
        shared_by: 1,
    })
}

fn affecting(items: &[Value]) -> Option<Affecting> {
    let rated = match text(items, 2).map(str::to_ascii_uppercase).as_deref() {
        Some("LOW") => Some(2.0),
        Some("MODERATE" | "MEDIUM") => Some(5.5),
        Some("HIGH") => Some(8.0),
        Some("CRITICAL") => Some(9.5),
        _ => None,
    };
    Some(Affecting {
        id: owned(items, 0)?,
        // Comprehensions hold no nulls: what nobody rated is below zero.
        severity: number(items.get(1)).filter(|score| *score >= 0.0).or(rated),
        fixed_in: items.get(3).map(Value::texts).unwrap_or_default(),
    })
}

fn analysis(items: &[Value]) -> Option<Analysis> {
    let names = items.get(2).map(Value::texts).unwrap_or_default();
    let values = items.get(3)?.items().iter();
    let figures = names
        .into_iter()
        .zip(values)
        .filter_map(|(name, value)| Some((name, number(Some(value))?)));
    Some(Analysis {
        key: owned(items, 0)?,
        tool: owned(items, 1).unwrap_or_default(),
        figures: figures.collect(),
    })
}

/// What was seen of the stacks that hold most candidates.
async fn observed(
    graph: &dyn Graph,
    as_of: Option<&str>,
    stacks: &BTreeMap<String, BTreeSet<&str>>,
) -> Result<Vec<ObservedStack>, Fault> {
    let mut keys: Vec<(&String, usize)> = stacks.iter().map(|(key, held)| (key, held.len())).collect();
    keys.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(right.0)));
    let keys: Vec<String> = keys
        .into_iter()
        .take(MAX_STACKS)
        .map(|(key, _)| key.clone())
        .collect();
    let asked = params! { "keys" => keys, "asOf" => as_of.unwrap_or_default() };
    let rows = graph.read(&PRUNE_EVIDENCE_STACKS, asked).await?;
    let mut found: BTreeMap<String, ObservedStack> = BTreeMap::new();
    for row in rows.iter() {
        let key = row.text("key");
        if !found.contains_key(key) {
            found.insert(key.to_owned(), stack(row)?);
        }
        let Some(stack) = found.get_mut(key) else { continue };
        let observation = row.text("observation").to_owned();
        if let (Some(metric), Some(value)) = (row.optional_text("metric"), number(Some(row.get("value")))) {
            stack.figures.push(Figure {
                metric: metric.to_owned(),
                unit: row.optional_text("unit").map(str::to_owned),
                parameters: row.texts("parameters"),
                value,
                processor: row.texts("processors").first().map(|key| processor(key)),
                key: observation,
            });
        } else if let Some(outcome) = row.optional_text("outcome") {
            let places = row.get("places").items();
            stack.trials.push(Trial {
                passed: outcome == "pass",
                place: places
                    .first()
                    .map_or_else(Place::default, |one| place(one.items(), 0)),
                shared_by: u32::try_from(stack.pins.len()).unwrap_or(u32::MAX),
                key: observation,
            });
        }
    }
    let mut found: Vec<ObservedStack> = found.into_values().collect();
    for stack in &mut found {
        stack.trials.sort_by(|left, right| left.key.cmp(&right.key));
        stack.figures.sort_by(|left, right| left.key.cmp(&right.key));
    }
    Ok(found)
}

/// `GenuineIntel-6-85` of `GenuineIntel-6-85#9f86d081884c7d65`.
fn processor(key: &str) -> String {
    key.split('#').next().unwrap_or_default().to_owned()
}

fn stack(row: Row<'_>) -> Result<ObservedStack, Fault> {
    let mut stack = ObservedStack {
        key: row.text("key").to_owned(),
        ..ObservedStack::default()
    };
    for key in row.texts("pins") {
        let release = purl::parse(&key)?;
        if let Some(version) = &release.version {
            stack.pins.insert(StackPin {
                package: release.name,
                order: order_key(version),
            });
        }
    }
    Ok(stack)
}

/// Gives the releases of observed stacks what was seen of these: trials, and how fast they were.
fn share(known: &mut Known, request: &Request, candidates: &Survivors<'_>) {
    let wanted: BTreeSet<(&PackageName, &str)> = candidates.values().copied().collect();
    let is_wanted = |pin: &&StackPin| wanted.contains(&(&pin.package, pin.order.as_str()));
    for stack in &known.stacks {
        for pin in stack.pins.iter().filter(is_wanted) {
            let releases = known.releases.entry(pin.package.clone()).or_default();
            let evidence = releases.entry(pin.order.clone()).or_default();
            evidence.trials.extend(stack.trials.iter().cloned());
        }
    }
    let compared = compare(&known.stacks, request.policy.hardware.as_deref());
    for (pin, comparisons) in compared.into_iter().filter(|(pin, _)| is_wanted(&pin)) {
        let releases = known.releases.entry(pin.package).or_default();
        releases.entry(pin.order).or_default().comparisons = comparisons;
    }
}
