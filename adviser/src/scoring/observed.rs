//! What was seen of whole stacks: how they went, which pairs fail, and how fast they are.
//!
//! - **Stacks.** A stack that was tried is a term over those of its releases that are in reach, whose weight is the mean
//!   of the Beta posterior of its trials, times the share of its releases in reach: of what was left out nobody knows
//!   what it did.
//! - **Pairs.** Two releases of a failed stack are suspected when each of them was seen to work elsewhere and the two
//!   never together; the blame for a failure is shared among the suspected pairs of that stack. It is group testing
//!   with pools of two (Dorfman 1943): what takes part in a pool without defect has none.
//! - **Figures.** The probability of superiority (Vargha and Delaney 2000) of the runs with a release over those with
//!   other releases of its package, figure by figure, on the same processor and under the same parameters.
//! - **Distance.** The nearest stack seen is that with the least Jaccard distance, `1 - |A ∩ B| / |A ∪ B|` over pins.
//!
//! Terms are kept few, the weightiest first: each is one more thing that the exact search has to remember.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use thoth_schema::name::PackageName;
use thoth_schema::versions::{Interval as VersionInterval, VersionSet};

use super::evidence::{Comparison, Trial};
use super::posterior::Posterior;
use super::weights::{Unit, weight};
use crate::advice::Reason;
use crate::model::{Effect, Member, Request, Term, Universe};

/// Whole stacks that become terms at most.
const STACK_TERMS: usize = 16;
/// Pairs that become terms at most.
const PAIR_TERMS: usize = 32;
/// Pairs of one failed stack beyond which it accuses nobody.
const SUSPECTS: usize = 64;
/// Terms that add less are not worth remembering.
const LEAST: f64 = 1e-3;
/// Keys that a reason lists at most.
const KEYS: usize = 16;

/// A stack that something was seen of.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObservedStack {
    /// Its key.
    pub key: String,
    /// All its releases.
    pub pins: BTreeSet<StackPin>,
    /// How it went.
    pub trials: Vec<Trial>,
    /// What was measured.
    pub figures: Vec<Figure>,
}

/// One release of an observed stack.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StackPin {
    /// The package.
    pub package: PackageName,
    /// Order key of the version.
    pub order: String,
}

/// One figure of one run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Figure {
    /// What was measured, such as `PiMatmul.elapsed`.
    pub metric: String,
    /// In which unit, where known.
    pub unit: Option<String>,
    /// Under which parameters, `name=value`, sorted.
    pub parameters: Vec<String>,
    /// The figure.
    pub value: f64,
    /// The processor as `VENDOR-FAMILY-MODEL`, where known.
    pub processor: Option<String>,
    /// Key of the observation.
    pub key: String,
}

/// The terms that follow from the observed stacks of the universe.
pub fn terms(universe: &Universe, request: &Request) -> Vec<Term> {
    let mut terms = stack_terms(universe, request);
    terms.extend(pair_terms(universe, request));
    terms
}

fn stack_terms(universe: &Universe, request: &Request) -> Vec<Term> {
    let weight = weight(request.recommendation_type, Unit::Stacks);
    let mut found = Vec::new();
    for stack in universe.observed.iter().filter(|stack| !stack.trials.is_empty()) {
        let reached: Vec<&StackPin> = within(universe, stack).collect();
        // One release alone is no stack: its trials count as its own.
        if reached.len() < 2 {
            continue;
        }
        let mut rate = Posterior::default();
        for trial in &stack.trials {
            rate.add(trial.passed, trial.place.similarity(&request.environment));
        }
        let share = reached.len() as f64 / stack.pins.len() as f64;
        let adds = weight.of(rate.mean()) * share;
        let passed = stack.trials.iter().filter(|trial| trial.passed).count();
        let message = format!(
            "a stack with these {} releases worked in {passed} of {} observations",
            reached.len(),
            stack.trials.len()
        );
        let keys = std::iter::once(&stack.key).chain(stack.trials.iter().map(|trial| &trial.key));
        let reason = Reason::new("OBSERVED_STACK", message).with_evidence(keys.take(KEYS).cloned());
        let members = reached.into_iter().map(member).collect();
        found.push(Term {
            members,
            effect: Effect::Adds(adds),
            reason,
        });
    }
    weightiest(found, STACK_TERMS)
}

fn pair_terms(universe: &Universe, request: &Request) -> Vec<Term> {
    let weight = weight(request.recommendation_type, Unit::Pairs);
    let mut worked: BTreeSet<&StackPin> = BTreeSet::new();
    let mut worked_together: Vec<&BTreeSet<StackPin>> = Vec::new();
    for stack in universe
        .observed
        .iter()
        .filter(|stack| stack.trials.iter().any(|trial| trial.passed))
    {
        worked.extend(&stack.pins);
        worked_together.push(&stack.pins);
    }
    let mut blamed: BTreeMap<(&StackPin, &StackPin), (Posterior, Vec<String>)> = BTreeMap::new();
    let failed =
        |stack: &&ObservedStack| !stack.trials.is_empty() && !stack.trials.iter().any(|trial| trial.passed);
    for stack in universe.observed.iter().filter(failed) {
        let suspects: Vec<&StackPin> = within(universe, stack)
            .filter(|pin| worked.contains(pin) || works_alone(universe, pin))
            .collect();
        let pairs: Vec<(&StackPin, &StackPin)> = suspects
            .iter()
            .enumerate()
            .flat_map(|(at, one)| suspects[at + 1..].iter().map(move |other| (*one, *other)))
            .filter(|(one, other)| {
                !worked_together
                    .iter()
                    .any(|pins| pins.contains(one) && pins.contains(other))
            })
            .take(SUSPECTS + 1)
            .collect();
        if pairs.len() > SUSPECTS {
            continue;
        }
        let share = 1.0 / pairs.len().max(1) as f64;
        for pair in pairs {
            let (rate, keys) = blamed.entry(pair).or_default();
            for trial in &stack.trials {
                rate.add(false, trial.place.similarity(&request.environment) * share);
                keys.push(trial.key.clone());
            }
        }
    }
    let found = blamed.into_iter().map(|((one, other), (rate, keys))| {
        let message = format!(
            "{} and {} were seen to fail together, {} times, and each to work without the other",
            one.package,
            other.package,
            keys.len()
        );
        Term {
            members: vec![member(one), member(other)],
            effect: Effect::Adds(weight.of(rate.mean())),
            reason: Reason::new("PAIR_FAILS", message).with_evidence(keys.into_iter().take(KEYS)),
        }
    });
    weightiest(found.collect(), PAIR_TERMS)
}

/// The releases of a stack that belong to packages in reach.
fn within<'a>(universe: &Universe, stack: &'a ObservedStack) -> impl Iterator<Item = &'a StackPin> {
    stack
        .pins
        .iter()
        .filter(|pin| universe.packages.contains_key(&pin.package))
}

/// Whether a release was seen to work by itself.
fn works_alone(universe: &Universe, pin: &StackPin) -> bool {
    let known = universe
        .evidence
        .get(&pin.package)
        .and_then(|known| known.get(&pin.order));
    known.is_some_and(|known| {
        known
            .trials
            .iter()
            .any(|trial| trial.passed && trial.shared_by <= 1)
    })
}

fn member(pin: &StackPin) -> Member {
    // No key lies between an order key and the same with a NUL behind it.
    let only = VersionInterval {
        from: pin.order.clone(),
        until: format!("{}\0", pin.order),
    };
    Member {
        package: pin.package.clone(),
        versions: VersionSet::from_intervals([only]),
        index: None,
    }
}

/// Those that add or take most, in an order that depends on nothing else.
fn weightiest(mut terms: Vec<Term>, most: usize) -> Vec<Term> {
    let size = |term: &Term| match term.effect {
        Effect::Adds(adds) => adds.abs(),
        Effect::Forbids => f64::INFINITY,
    };
    terms.retain(|term| size(term) >= LEAST);
    terms.sort_by(|left, right| {
        let keys = |term: &Term| (term.reason.evidence.clone(), term.members.len());
        size(right)
            .total_cmp(&size(left))
            .then_with(|| keys(left).cmp(&keys(right)))
    });
    terms.truncate(most);
    terms
}

/// The observed stack that is nearest to these releases, and how far it is, from 0 to below 1; those that share nothing
/// are no neighbours.
pub fn nearest<'a>(
    observed: &'a [ObservedStack],
    pins: &BTreeSet<StackPin>,
) -> Option<(f64, &'a ObservedStack)> {
    let distance = |stack: &ObservedStack| {
        let common = stack.pins.intersection(pins).count();
        1.0 - common as f64 / (stack.pins.len() + pins.len() - common) as f64
    };
    let near = observed
        .iter()
        .filter(|stack| stack.pins.intersection(pins).next().is_some());
    near.map(|stack| (distance(stack), stack)).min_by(|left, right| {
        left.0
            .total_cmp(&right.0)
            .then_with(|| left.1.key.cmp(&right.1.key))
    })
}

/// How each release compares with the others of its package, figure by figure.
pub fn compare(observed: &[ObservedStack], processor: Option<&str>) -> BTreeMap<StackPin, Vec<Comparison>> {
    type Run<'a> = (&'a ObservedStack, f64, &'a str);
    // What was measured, in which unit, under which parameters, on which processor.
    type Group<'a> = (&'a str, &'a Option<String>, Vec<&'a String>, &'a Option<String>);
    type Weighted<'a> = Vec<(f64, &'a str)>;
    let mut groups: BTreeMap<Group<'_>, Vec<Run<'_>>> = BTreeMap::new();
    for stack in observed {
        for figure in &stack.figures {
            let Some(sign) = direction(figure) else { continue };
            if processor.is_some_and(|wanted| figure.processor.as_deref() != Some(wanted)) {
                continue;
            }
            // Which run of a batch it was is no condition of the measurement.
            let parameters = figure
                .parameters
                .iter()
                .filter(|one| !one.starts_with("run="))
                .collect();
            let group = (
                figure.metric.as_str(),
                &figure.unit,
                parameters,
                &figure.processor,
            );
            groups
                .entry(group)
                .or_default()
                .push((stack, sign * figure.value, &figure.key));
        }
    }
    let mut comparisons: BTreeMap<StackPin, Vec<Comparison>> = BTreeMap::new();
    for ((metric, ..), runs) in groups {
        let mut by_package: BTreeMap<&PackageName, BTreeMap<&str, Weighted<'_>>> = BTreeMap::new();
        for (stack, value, key) in runs {
            for pin in &stack.pins {
                let releases = by_package.entry(&pin.package).or_default();
                releases.entry(&pin.order).or_default().push((value, key));
            }
        }
        for (package, releases) in by_package {
            for order in releases.keys() {
                if let Some(one) = superiority(metric, order, &releases) {
                    let pin = StackPin {
                        package: package.clone(),
                        order: (*order).to_owned(),
                    };
                    comparisons.entry(pin).or_default().push(one);
                }
            }
        }
    }
    comparisons
}

fn superiority(metric: &str, order: &str, releases: &BTreeMap<&str, Vec<(f64, &str)>>) -> Option<Comparison> {
    let own = releases.get(order)?;
    let others = releases.iter().filter(|(other, _)| **other != order);
    let mut others: Vec<f64> = others
        .flat_map(|(_, runs)| runs.iter().map(|(value, _)| *value))
        .collect();
    if others.is_empty() {
        return None;
    }
    others.sort_by(f64::total_cmp);
    let better: f64 = own
        .iter()
        .map(|(value, _)| {
            let below = others.partition_point(|other| other < value);
            let up_to = others.partition_point(|other| other <= value);
            (below + up_to) as f64 / 2.0
        })
        .sum();
    Some(Comparison {
        metric: metric.to_owned(),
        better: better / (own.len() * others.len()) as f64,
        runs: own.len().min(others.len()) as u64,
        keys: own.iter().take(KEYS).map(|(_, key)| (*key).to_owned()).collect(),
    })
}

/// 1 where more is better, -1 where less is; nothing where nobody can tell.
fn direction(figure: &Figure) -> Option<f64> {
    const LESS: &[&str] = &["elapsed", "time", "latency", "duration"];
    const MORE: &[&str] = &["rate", "flops", "throughput", "bandwidth", "score"];
    let name = figure.metric.to_ascii_lowercase();
    let name = name.rsplit('.').next().unwrap_or_default();
    let unit = figure.unit.as_deref().unwrap_or_default();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if unit.contains("/s") || has(MORE) {
        Some(1.0)
    } else if matches!(unit, "s" | "ms" | "us" | "µs" | "ns") || has(LESS) {
        Some(-1.0)
    } else {
        None
    }
}
