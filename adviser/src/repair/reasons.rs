//! Why a repair is what it is.

use super::{AdvisoryRef, Job, RemainingAdvisory, RepairChange, RequirementChange};
use crate::advice::Reason;
use crate::bits;
use crate::clock::Clock;
use crate::explain::forced::{Forced, Outcome};
use crate::explain::obstacle::Standing;
use crate::explain::words;
use crate::legal::Rules;
use crate::problem::{PackageId, Pins};

/// What the repair comes to.
pub(super) fn summary(job: &Job<'_>, pins: &Pins, before: usize, minimal: bool) -> Reason {
    let pinned = pins.iter().enumerate();
    let after: usize = pinned
        .filter_map(|(at, pin)| pin.map(|pin| job.hits(at, pin as usize).count()))
        .sum();
    let sure = if minimal {
        "fewer changes cannot do that"
    } else {
        "it is not proven that fewer changes cannot do that"
    };
    let message = format!(
        "{before} advisories of severity {} or above before, {after} after; {sure}",
        job.severity
    );
    Reason::new("REPAIR", message)
}

/// What the pins change of the lock, by package.
pub(super) fn changes<'a>(job: &Job<'a>, rules: &mut Rules<'a>, pins: &Pins) -> Vec<RepairChange> {
    let standing = Standing::new(job.universe, &job.problem, pins, false);
    let mut changes = Vec::new();
    for (at, pin) in pins.iter().enumerate() {
        let package = &job.problem.packages[at];
        let Some(pin) = *pin else { continue };
        let to = package.candidates[pin as usize].version.clone();
        let Some(from) = job.lock.get(&package.name) else {
            changes.push(RepairChange {
                package: package.name.to_string(),
                from: None,
                to: Some(to),
                because: added(job, pins, at as PackageId),
            });
            continue;
        };
        if job.order(at, pin as usize) != thoth_schema::version::order_key(from) {
            changes.push(RepairChange {
                package: package.name.to_string(),
                from: Some(from.to_string()),
                to: Some(to),
                because: changed(job, rules, standing.as_ref(), at),
            });
        }
    }
    for (name, version) in job.lock {
        let at = job.problem.packages.iter().position(|one| one.name == *name);
        if at.is_none_or(|at| pins[at].is_none()) {
            let message = "nothing in the new lock requires it";
            changes.push(RepairChange {
                package: name.to_string(),
                from: Some(version.to_string()),
                to: None,
                because: vec![Reason::new("UNNEEDED", message)],
            });
        }
    }
    changes.sort_by(|left, right| left.package.cmp(&right.package));
    changes
}

/// Why a package is new.
fn added(job: &Job<'_>, pins: &Pins, package: PackageId) -> Vec<Reason> {
    for (at, pin) in pins.iter().enumerate() {
        let Some(pin) = *pin else { continue };
        let needs = &job.problem.packages[at].candidates[pin as usize].needs;
        if let Some(need) = needs.iter().find(|need| need.target == package) {
            let owner = words::release(&job.problem, at as PackageId, pin);
            let message = format!("{owner} requires {}", need.requirement.text);
            let evidence = words::key(job.universe, &job.problem, at as PackageId, pin);
            return vec![Reason::new("REQUIRED", message).with_evidence(evidence)];
        }
    }
    vec![Reason::new("REQUIRED", "the request requires it")]
}

/// Why the release of the lock could not stay.
fn changed<'a>(
    job: &Job<'a>,
    rules: &mut Rules<'a>,
    standing: Option<&Standing<'_>>,
    at: usize,
) -> Vec<Reason> {
    let package = &job.problem.packages[at];
    let Some(version) = job.lock.get(&package.name) else {
        return Vec::new();
    };
    let order = thoth_schema::version::order_key(version);
    let advisories = super::hits(job.affected, &package.name, &order, job.severity);
    let reasons: Vec<Reason> = advisories
        .map(|advisory| advisory_reason(&version.to_string(), advisory))
        .collect();
    if !reasons.is_empty() {
        return reasons;
    }
    let own = (0..package.candidates.len()).find(|candidate| job.order(at, *candidate) == order);
    if let Some(own) = own {
        let obstacle = standing.and_then(|standing| standing.obstacle(at as PackageId, own as u32));
        let reason = obstacle.map_or_else(
            || {
                Reason::new(
                    "REQUIRES_OTHERS",
                    format!("with {version} the lock would need other packages"),
                )
            },
            |(_, reason)| reason,
        );
        return vec![reason];
    }
    let knowledge = job.universe.packages.get(&package.name);
    let known =
        knowledge.and_then(|known| Some((known, known.candidates.iter().find(|one| one.order == order)?)));
    let exclusion =
        known.and_then(|(knowledge, one)| Some((one, rules.exclusion(&package.name, knowledge, one)?)));
    match exclusion {
        Some((one, exclusion)) => words::excluded(&package.name, one, &exclusion, rules.request()).reasons,
        None => vec![Reason::new(
            "NOT_A_CANDIDATE",
            format!("{version} cannot be installed here, or is not known"),
        )],
    }
}

fn advisory_reason(version: &str, advisory: &AdvisoryRef) -> Reason {
    let rated = advisory
        .severity
        .map_or_else(|| "unrated".to_owned(), |severity| severity.to_string());
    let fixed = match advisory.fixed_in.as_slice() {
        [] => String::new(),
        fixed => format!(", fixed in {}", fixed.join(", ")),
    };
    let message = format!("{version} is affected by {} ({rated}){fixed}", advisory.key);
    Reason::new("ADVISORY", message).with_evidence([advisory.key.clone()])
}

/// The requirements of the request that have to change.
pub(super) fn requirements(job: &Job<'_>, pins: &Pins) -> Vec<RequirementChange> {
    let change = |root: usize| {
        let need = &job.asked.roots[root];
        let at = need.target as usize;
        let package = &job.asked.packages[at];
        let to = package.candidates[pins[at]? as usize].version.clone();
        let mask = job.asked.mask(need.target, need.mask);
        let admitted = bits::ones(mask).filter(|one| *one < package.candidates.len());
        let mut clean = 0;
        let mut because = Vec::new();
        for candidate in admitted {
            match job.hits(at, candidate).next() {
                Some(advisory) => {
                    because.push(advisory_reason(&package.candidates[candidate].version, advisory));
                }
                None => clean += 1,
            }
        }
        because.truncate(1);
        if clean > 0 || because.is_empty() {
            let message = "no stack that meets it has as few advisories";
            because = vec![Reason::new("REQUIREMENT_TOO_NARROW", message)];
        }
        Some(RequirementChange {
            requirement: need.requirement.text.clone(),
            version: to,
            because,
        })
    };
    job.broken_by(pins).into_iter().filter_map(change).collect()
}

/// The advisories of the pins, and why they stay.
pub(super) fn remaining<'a>(
    job: &Job<'a>,
    rules: &mut Rules<'a>,
    pins: &Pins,
    clock: Clock<'a>,
) -> Vec<RemainingAdvisory> {
    let mut remaining = Vec::new();
    for (at, pin) in pins.iter().enumerate() {
        let Some(pin) = *pin else { continue };
        for advisory in job.hits(at, pin as usize) {
            remaining.push(RemainingAdvisory {
                package: job.problem.packages[at].name.to_string(),
                version: job.problem.packages[at].candidates[pin as usize].version.clone(),
                advisory: advisory.key.clone(),
                severity: advisory.severity,
                because: stays(job, rules, at, advisory, clock),
            });
        }
    }
    remaining
}

fn stays<'a>(
    job: &Job<'a>,
    rules: &mut Rules<'a>,
    at: usize,
    advisory: &AdvisoryRef,
    clock: Clock<'a>,
) -> Vec<Reason> {
    let package = &job.problem.packages[at];
    let without = |candidate: &usize| !job.hits(at, *candidate).any(|one| one.key == advisory.key);
    let free: Vec<usize> = (0..package.candidates.len()).filter(without).collect();
    let Some(newest) = free.first() else {
        let message = format!(
            "every release of {} that could be chosen is affected",
            package.name
        );
        return vec![Reason::new("NO_FIX", message).with_evidence([advisory.key.clone()])];
    };
    let mut forced = Forced::new(job.universe, &job.problem, clock);
    let mut possible = None;
    let mut decided = true;
    for candidate in &free {
        match forced.best_with(at as PackageId, *candidate as u32) {
            Outcome::Best { pins, .. } => possible = possible.or(Some(pins)),
            Outcome::Impossible => {}
            Outcome::Unknown => decided = false,
        }
    }
    match possible {
        Some(_) => vec![Reason::new(
            "TRADE_OFF",
            "a lock without it has at least as many advisories of other releases",
        )],
        None if decided => {
            let version = &package.candidates[*newest].version;
            let (_, reasons) = forced.impossible(rules, at as PackageId, *newest as u32);
            let message = format!(
                "no stack can hold a release of {} without it; of {version}:",
                package.name
            );
            std::iter::once(Reason::new("FIX_IMPOSSIBLE", message))
                .chain(reasons)
                .collect()
        }
        None => vec![Reason::new(
            "UNDECIDED",
            "the time was over before a lock without it was found or ruled out",
        )],
    }
}
