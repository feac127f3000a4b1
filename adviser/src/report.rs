//! From pins to what is said of them: versions, extras, scores and reasons.

use std::collections::BTreeSet;

use thoth_schema::name::PackageName;

use crate::advice::{Pin, Reason, Stack};
use crate::bits;
use crate::model::{Candidate, Request, Scoring, Universe};
use crate::problem::{Need, PackageId, Pins, Problem};
use crate::scoring::{self, Estimate, Spread, StackPin, Subject, rank};
use crate::terms;

/// Who requires a package of a stack: the release, or the request, and the requirement.
struct Requirer<'p> {
    owner: Option<PackageId>,
    need: &'p Need,
}

/// The scores of the legal candidates of a package by all that is known, newest first.
pub(crate) fn known_scores(
    universe: &Universe,
    request: &Request,
    package: &PackageName,
    legal: &[(usize, &Candidate)],
) -> Vec<f64> {
    let evidence = universe.evidence.get(package);
    let subjects: Vec<Subject<'_>> = legal
        .iter()
        .enumerate()
        .map(|(rank, (_, candidate))| Subject {
            candidate,
            rank,
            size: legal.len(),
            evidence: evidence.and_then(|known| known.get(&candidate.order)),
        })
        .collect();
    scoring::scores(universe, request, &subjects)
}

/// One pin with all that its reasons are made of.
struct Chosen<'a> {
    problem: &'a Problem,
    universe: &'a Universe,
    request: &'a Request,
    at: usize,
}

impl<'a> Chosen<'a> {
    /// What the units say of a candidate of the package; nothing where scores are given.
    fn estimate(&self, rank: usize) -> Option<Estimate> {
        if self.request.scoring != Scoring::Knowledge {
            return None;
        }
        let package = &self.problem.packages[self.at];
        let legal = package.candidates.get(rank)?;
        let candidate = self
            .universe
            .packages
            .get(&package.name)?
            .candidates
            .get(legal.source)?;
        let known = self.universe.evidence.get(&package.name);
        let evidence = known.and_then(|known| known.get(&candidate.order));
        let subject = Subject {
            candidate,
            rank,
            size: package.candidates.len(),
            evidence,
        };
        Some(scoring::estimate(
            self.universe,
            self.request,
            &subject,
            legal.score,
        ))
    }
}

/// The stack of these pins; of its reasons those that come from terms and from stacks that were seen.
pub(crate) fn stack(problem: &Problem, universe: &Universe, request: &Request, pins: &Pins) -> Stack {
    let requirers = requirers(problem, pins);
    let mut spread = Spread::default();
    let mut out = Vec::new();
    for (at, pin) in pins.iter().enumerate() {
        let Some(pin) = pin else { continue };
        let package = &problem.packages[at];
        let legal = &package.candidates[*pin as usize];
        let source = universe
            .packages
            .get(&package.name)
            .and_then(|known| known.candidates.get(legal.source));
        let extras = requirers[at].iter().flat_map(|one| &one.need.requirement.extras);
        let extras: BTreeSet<String> = extras.map(ToString::to_string).collect();
        let chosen = Chosen {
            problem,
            universe,
            request,
            at,
        };
        let estimate = chosen.estimate(*pin as usize);
        if let Some(estimate) = &estimate {
            spread.add(legal.score, estimate.interval);
        }
        let reasons = reasons(&chosen, estimate.as_ref(), pins, *pin, &requirers);
        out.push(Pin {
            name: package.name.to_string(),
            version: legal.version.clone(),
            index: source.map(|source| source.index.clone()).unwrap_or_default(),
            extras: extras.into_iter().collect(),
            hashes: Vec::new(),
            score: legal.score,
            interval: estimate.as_ref().map(|estimate| estimate.interval),
            evidence: estimate.as_ref().map_or(0, |estimate| estimate.evidence),
            units: estimate.map(|estimate| estimate.units).unwrap_or_default(),
            reasons,
        });
    }
    let mut reasons = together(problem, universe, pins);
    reasons.extend(nearest(problem, universe, pins));
    let score = terms::score_of(problem, pins);
    Stack {
        score,
        interval: (request.scoring == Scoring::Knowledge).then(|| spread.around(score)),
        evidence: out.iter().map(|pin| pin.evidence).sum(),
        pins: out,
        reasons,
    }
}

/// Why what is said of several releases of the stack together counts.
fn together(problem: &Problem, universe: &Universe, pins: &Pins) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = Vec::new();
    for factor in terms::held(problem, pins) {
        // Several patterns of one rule may hold: that is told once.
        let reason = &universe.terms[factor.term].reason;
        if !reasons.contains(reason) {
            reasons.push(reason.clone());
        }
    }
    reasons
}

/// The stack that was seen and is nearest to this one.
fn nearest(problem: &Problem, universe: &Universe, pins: &Pins) -> Option<Reason> {
    let mut own = BTreeSet::new();
    for (package, pin) in problem.packages.iter().zip(pins) {
        let Some(pin) = pin else { continue };
        let source = package.candidates[*pin as usize].source;
        let candidate = universe.packages.get(&package.name)?.candidates.get(source)?;
        own.insert(StackPin {
            package: package.name.clone(),
            order: candidate.order.clone(),
        });
    }
    let (distance, near) = scoring::nearest(&universe.observed, &own)?;
    let common = near.pins.intersection(&own).count();
    let passed = near.trials.iter().filter(|trial| trial.passed).count();
    let message = format!(
        "the nearest stack that was seen has {common} of these {} releases (distance {distance:.2}) and worked in \
         {passed} of {} observations",
        own.len(),
        near.trials.len()
    );
    Some(Reason::new("NEAREST_STACK", message).with_evidence([near.key.clone()]))
}

fn reasons(
    chosen: &Chosen<'_>,
    estimate: Option<&Estimate>,
    pins: &Pins,
    pin: u32,
    requirers: &[Vec<Requirer<'_>>],
) -> Vec<Reason> {
    let package = &chosen.problem.packages[chosen.at];
    let rank = rank(pin as usize, package.candidates.len());
    let mut reasons = match chosen.request.scoring {
        Scoring::Recency | Scoring::Knowledge => vec![Reason::new("RECENCY", rank)],
        Scoring::Given => {
            let score = package.candidates[pin as usize].score;
            vec![Reason::new(
                "GIVEN_SCORE",
                format!("score {score} as given; {rank}"),
            )]
        }
    };
    // Units that know nothing special stay among the units.
    let units = estimate.into_iter().flat_map(|estimate| &estimate.units);
    let telling =
        units.filter(|said| said.evidence > 0 || matches!(said.reason.code.as_str(), "YANKED" | "LICENCE"));
    reasons.extend(telling.map(|said| said.reason.clone()));
    if pin > 0 {
        reasons.push(why_not_newest(chosen, pins, pin, requirers));
    }
    reasons
}

/// Why the newest legal release of a package is not the one pinned.
fn why_not_newest(chosen: &Chosen<'_>, pins: &Pins, pin: u32, requirers: &[Vec<Requirer<'_>>]) -> Reason {
    let (problem, at) = (chosen.problem, chosen.at);
    let package = &problem.packages[at];
    let newest = &package.candidates[0];
    let refused = |one: &&Requirer<'_>| !bits::has(problem.masks[at].get(one.need.mask), 0);
    if let Some(one) = requirers[at].iter().find(refused) {
        let by = one
            .owner
            .map_or_else(|| "the request".to_owned(), |owner| release(problem, pins, owner));
        let message = format!(
            "{} is newer, but {by} requires {}",
            newest.version, one.need.requirement.text
        );
        return Reason::new("NEWER_EXCLUDED", message);
    }
    let unmet = newest.needs.iter().filter(|need| need.always).find(|need| {
        let pin = pins[need.target as usize];
        pin.is_none_or(|pin| !bits::has(problem.mask(need.target, need.mask), pin as usize))
    });
    match unmet {
        Some(need) => {
            let message = format!(
                "{} is newer, but requires {}, which this stack does not hold",
                newest.version, need.requirement.text
            );
            Reason::new("NEWER_REQUIRES_OTHERS", message)
        }
        None => scores_lower(chosen, pin).unwrap_or_else(|| {
            let message = format!("{} is newer, but this stack scores no worse", newest.version);
            Reason::new("NEWER_NOT_BETTER", message)
        }),
    }
}

/// What the newest release costs most by, compared with the one pinned.
fn scores_lower(chosen: &Chosen<'_>, pin: u32) -> Option<Reason> {
    let candidates = &chosen.problem.packages[chosen.at].candidates;
    if candidates[0].score >= candidates[pin as usize].score {
        return None;
    }
    let (newest, own) = (chosen.estimate(0)?, chosen.estimate(pin as usize)?);
    let adds = |said: &scoring::UnitScore| said.weight * said.mean;
    let own_adds = |unit| own.units.iter().find(|said| said.unit == unit).map_or(0.0, adds);
    let worst = newest.units.iter().min_by(|left, right| {
        (adds(left) - own_adds(left.unit)).total_cmp(&(adds(right) - own_adds(right.unit)))
    })?;
    let message = format!(
        "{} is newer, but scores lower: {}",
        candidates[0].version, worst.reason.message
    );
    Some(Reason::new("NEWER_SCORES_LOWER", message).with_evidence(worst.reason.evidence.iter().cloned()))
}

fn release(problem: &Problem, pins: &Pins, package: PackageId) -> String {
    let dense = problem.package(package);
    let version = pins[package as usize].and_then(|pin| dense.candidates.get(pin as usize));
    version.map_or_else(
        || dense.name.to_string(),
        |legal| format!("{} {}", dense.name, legal.version),
    )
}

/// For each package the requirements of the stack on it, in the order of the stack.
fn requirers<'p>(problem: &'p Problem, pins: &Pins) -> Vec<Vec<Requirer<'p>>> {
    let mut requirers: Vec<Vec<Requirer<'p>>> = (0..problem.size()).map(|_| Vec::new()).collect();
    let Some(reached) = problem.closure(pins) else {
        return requirers;
    };
    for need in &problem.roots {
        requirers[need.target as usize].push(Requirer { owner: None, need });
    }
    for (at, pin) in pins.iter().enumerate() {
        let (Some(pin), Some(reached)) = (pin, &reached[at]) else {
            continue;
        };
        let sets = &problem.extra_sets[at];
        for need in &problem.packages[at].candidates[*pin as usize].needs {
            if need.always || bits::meets(sets.get(need.under), &reached.extras) {
                requirers[need.target as usize].push(Requirer {
                    owner: Some(at as PackageId),
                    need,
                });
            }
        }
    }
    requirers
}
