//! From pins to what is said of them: versions, extras, scores and reasons.

use std::collections::BTreeSet;

use crate::advice::{Pin, Reason, Stack};
use crate::bits;
use crate::model::{Scoring, Universe};
use crate::problem::{Need, PackageId, Pins, Problem};
use crate::terms;

/// Who requires a package of a stack: the release, or the request, and the requirement.
struct Requirer<'p> {
    owner: Option<PackageId>,
    need: &'p Need,
}

/// The stack of these pins; its own reasons are those of the terms that hold of it.
pub(crate) fn stack(problem: &Problem, universe: &Universe, scoring: Scoring, pins: &Pins) -> Stack {
    let requirers = requirers(problem, pins);
    let mut score = 0.0;
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
        score += legal.score;
        out.push(Pin {
            name: package.name.to_string(),
            version: legal.version.clone(),
            index: source.map(|source| source.index.clone()).unwrap_or_default(),
            extras: extras.into_iter().collect(),
            hashes: Vec::new(),
            score: legal.score,
            reasons: reasons(problem, scoring, pins, at, *pin, &requirers),
        });
    }
    let mut reasons = Vec::new();
    for factor in terms::held(problem, pins) {
        score += factor.score().unwrap_or(0.0);
        reasons.extend(universe.terms.get(factor.term).map(|term| term.reason.clone()));
    }
    Stack {
        score,
        pins: out,
        reasons,
    }
}

fn reasons(
    problem: &Problem,
    scoring: Scoring,
    pins: &Pins,
    at: usize,
    pin: u32,
    requirers: &[Vec<Requirer<'_>>],
) -> Vec<Reason> {
    let package = &problem.packages[at];
    let size = package.candidates.len();
    let rank = match (pin, size) {
        (_, 1) => "the only legal release".to_owned(),
        (0, _) => format!("newest of {size} legal releases"),
        _ => format!("number {} from the newest of {size} legal releases", pin + 1),
    };
    let mut reasons = match scoring {
        Scoring::Recency => vec![Reason::new("RECENCY", rank)],
        Scoring::Given => {
            let score = package.candidates[pin as usize].score;
            vec![Reason::new(
                "GIVEN_SCORE",
                format!("score {score} as given; {rank}"),
            )]
        }
    };
    if pin > 0 {
        reasons.push(why_not_newest(problem, pins, at, requirers));
    }
    reasons
}

/// Why the newest legal release of a package is not the one pinned.
fn why_not_newest(problem: &Problem, pins: &Pins, at: usize, requirers: &[Vec<Requirer<'_>>]) -> Reason {
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
        None => Reason::new(
            "NEWER_NOT_BETTER",
            format!("{} is newer, but this stack scores no worse", newest.version),
        ),
    }
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
