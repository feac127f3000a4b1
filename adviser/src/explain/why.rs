//! Why releases are not part of a stack: pruning, a rule, a conflict or the score.

use thoth_schema::error::Fault;
use thoth_schema::name::PackageName;
use thoth_schema::version::{is_prerelease, order_key};

use super::forced::{Forced, Outcome};
use super::obstacle::{Standing, excluded_by_request};
use super::words;
use crate::advice::{Advice, Reason, Stack};
use crate::clock::Clock;
use crate::gather::Unknown;
use crate::legal::{Exclusion, Rules};
use crate::model::{Candidate, PackageKnowledge, PrereleasePolicy, Request, Universe};
use crate::problem::{PackageId, Pins, Problem};
use crate::rejection::{PinChange, Rejection, RejectionKind, RemovedReleases, Subject};
use crate::terms::score_of;

/// Of each package of a stack the newest release, where an older one is pinned, and what keeps it out. Told
/// from the stack alone: no search is made.
pub(crate) fn newest(
    universe: &Universe,
    rules: &mut Rules<'_>,
    problem: &Problem,
    pins: &Pins,
    optimal: bool,
) -> Vec<Rejection> {
    let Some(standing) = Standing::new(universe, problem, pins, optimal) else {
        return Vec::new();
    };
    let mut rejections = Vec::new();
    for (at, pin) in pins.iter().enumerate() {
        let (Some(pin), Some(knowledge)) = (pin, universe.packages.get(&problem.packages[at].name)) else {
            continue;
        };
        let name = &problem.packages[at].name;
        let pinned = knowledge
            .candidates
            .get(problem.packages[at].candidates[*pin as usize].source);
        let newer = knowledge
            .candidates
            .iter()
            .enumerate()
            .filter(|(_, one)| pinned.is_some_and(|pinned| pinned.order < one.order));
        let admitted = newer.filter_map(|(source, one)| match rules.exclusion(name, knowledge, one) {
            Some(Exclusion::Prerelease) => None,
            exclusion => Some((source, one, exclusion)),
        });
        // Of one version from several indexes the first goes before the others.
        let newest = admitted.max_by(|(at, left, _), (other, right, _)| {
            left.order.cmp(&right.order).then_with(|| other.cmp(at))
        });
        let Some((source, candidate, exclusion)) = newest else {
            continue;
        };
        let place = |legal: &crate::problem::Legal| legal.source == source;
        let legal = problem.packages[at].candidates.iter().position(place);
        rejections.push(match (exclusion, legal) {
            (None, Some(legal)) => compact(&standing, name, candidate, at as PackageId, legal as u32),
            (Some(exclusion), _) => words::excluded(name, candidate, &exclusion, rules.request()),
            (None, None) => continue,
        });
    }
    rejections
}

fn compact(
    standing: &Standing<'_>,
    name: &PackageName,
    candidate: &Candidate,
    package: PackageId,
    legal: u32,
) -> Rejection {
    let (kind, reason) = standing
        .obstacle(package, legal)
        .unwrap_or_else(|| (RejectionKind::Score, standing.comparison(package, legal)));
    Rejection {
        reasons: vec![reason],
        proven: standing.optimal,
        ..blank(name, candidate, kind)
    }
}

fn blank(name: &PackageName, candidate: &Candidate, kind: RejectionKind) -> Rejection {
    Rejection {
        package: name.to_string(),
        version: candidate.version.to_string(),
        index: candidate.index.clone(),
        kind,
        reasons: Vec::new(),
        regret: None,
        proven: false,
        changes: Vec::new(),
    }
}

/// Adds to the rejections of an advice what pruning removed before the search: a removed release that is newer
/// than the one pinned, and than the one rejected so far, takes its place.
pub fn reject_removed(advice: &mut Advice, request: &Request, removed: &RemovedReleases) {
    let Some(stack) = advice.stacks.first() else {
        return;
    };
    for pin in &stack.pins {
        let Ok(name) = pin.name.parse::<PackageName>() else {
            continue;
        };
        let known = advice.rejections.iter().position(|one| one.package == pin.name);
        let newest_known = known.map_or(&pin.version, |at| &advice.rejections[at].version);
        let Some(order) = newest_known.parse().ok().map(|version| order_key(&version)) else {
            continue;
        };
        let newer = removed.get(&name).into_iter().flatten().filter(|one| {
            let wanted = request.prerelease == PrereleasePolicy::Allow || !is_prerelease(&one.version);
            wanted && one.order > order
        });
        // Of one version from several indexes the first in their order.
        let newest = newer.max_by(|left, right| {
            left.order
                .cmp(&right.order)
                .then_with(|| right.index.cmp(&left.index))
        });
        if let Some(newest) = newest {
            let rejection = words::removed(&name, newest, request);
            match known {
                Some(at) => advice.rejections[at] = rejection,
                None => advice.rejections.push(rejection),
            }
        }
    }
    advice
        .rejections
        .sort_by(|left, right| left.package.cmp(&right.package));
}

/// Why the releases asked about are not part of the stack: each with what keeps it out, and how much less the
/// best stack that holds it scores. Without a stack, why no stack holds them. A release that is part of the
/// stack is not listed.
///
/// The time is the budget of the request; when it is over, the rest is told without a search.
///
/// # Errors
///
/// As [`crate::advise()`] for the request, `INVALID_ARGUMENT` for a stack that the universe does not hold.
pub fn why_not(
    universe: &Universe,
    request: &Request,
    removed: &RemovedReleases,
    stack: Option<&Stack>,
    subject: &Subject,
) -> Result<Vec<Rejection>, Fault> {
    let clock = Clock::start(request.budget).under(request.control.as_deref());
    let mut rules = Rules::new(request)?;
    let (problem, _) = Problem::build(universe, &mut rules, Unknown::Excluded)?;
    let pins = stack
        .map(|stack| pins_of(universe, &problem, stack))
        .transpose()?;
    let wanted = |order: &str| {
        let version = subject.version.as_ref();
        version.is_none_or(|version| order_key(version) == order)
    };
    let name = &subject.package;
    let mut rejections: Vec<(String, Rejection)> = Vec::new();
    let mut is_pinned = false;
    let mut question = Question {
        forced: Forced::new(universe, &problem, clock),
        standing: pins
            .as_ref()
            .and_then(|pins| Standing::new(universe, &problem, pins, false)),
        rules: &mut rules,
        problem: &problem,
        package: problem.packages.iter().position(|one| one.name == *name),
    };
    if let Some(knowledge) = universe.packages.get(name) {
        for (source, candidate) in knowledge.candidates.iter().enumerate() {
            if wanted(&candidate.order) {
                let answer = question.ask(name, knowledge, candidate, source);
                is_pinned |= answer.is_none();
                rejections.extend(answer.map(|answer| (candidate.order.clone(), answer)));
            }
        }
    }
    for release in removed.get(name).into_iter().flatten() {
        let known =
            |(order, one): &(String, Rejection)| *order == release.order && one.index == release.index;
        if wanted(&release.order) && !rejections.iter().any(known) {
            rejections.push((release.order.clone(), words::removed(name, release, request)));
        }
    }
    if rejections.is_empty() && !is_pinned {
        return Ok(vec![nothing_known(universe, subject)]);
    }
    rejections.sort_by(|(left, _), (right, _)| right.cmp(left));
    Ok(rejections.into_iter().map(|(_, one)| one).collect())
}

/// The pins of a stack in numbers.
pub(crate) fn pins_of(universe: &Universe, problem: &Problem, stack: &Stack) -> Result<Pins, Fault> {
    let mut pins: Pins = vec![None; problem.size()];
    for pin in &stack.pins {
        let package = problem
            .packages
            .iter()
            .position(|one| one.name.to_string() == pin.name);
        let legal = package.and_then(|at| {
            let knowledge = universe.packages.get(&problem.packages[at].name)?;
            let is_meant = |legal: &crate::problem::Legal| {
                let known = knowledge.candidates.get(legal.source);
                legal.version == pin.version && known.is_some_and(|known| known.index == pin.index)
            };
            let legal = problem.packages[at].candidates.iter().position(is_meant)?;
            Some((at, legal as u32))
        });
        let Some((at, legal)) = legal else {
            let message = format!("{} {} is not among the candidates", pin.name, pin.version);
            return Err(
                Fault::new(thoth_schema::error::ErrorCode::InvalidArgument, message)
                    .remedy("ask about the stack with the knowledge and the request that gave it"),
            );
        };
        pins[at] = Some(legal);
    }
    Ok(pins)
}

fn nothing_known(universe: &Universe, subject: &Subject) -> Rejection {
    let name = &subject.package;
    let known = universe.packages.get(name).is_some_and(|one| one.known);
    let (kind, code, message) = match (&subject.version, known) {
        (Some(version), true) => (
            RejectionKind::Unknown,
            "UNKNOWN_RELEASE",
            format!("no release {version} of {name} is known"),
        ),
        (None, true) => (
            RejectionKind::Unknown,
            "UNKNOWN_RELEASE",
            format!("no release of {name} is known"),
        ),
        (_, false) => (
            RejectionKind::Unneeded,
            "OUT_OF_REACH",
            format!("nothing in reach of the request requires {name}, or nothing is known of it"),
        ),
    };
    Rejection {
        package: name.to_string(),
        version: subject
            .version
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        index: String::new(),
        kind,
        reasons: vec![Reason::new(code, message)],
        regret: None,
        proven: true,
        changes: Vec::new(),
    }
}

struct Question<'q, 'a> {
    forced: Forced<'a>,
    standing: Option<Standing<'q>>,
    rules: &'q mut Rules<'a>,
    problem: &'q Problem,
    package: Option<usize>,
}

impl Question<'_, '_> {
    /// Why this candidate is not pinned; `None` when it is.
    fn ask(
        &mut self,
        name: &PackageName,
        knowledge: &PackageKnowledge,
        candidate: &Candidate,
        source: usize,
    ) -> Option<Rejection> {
        if let Some(exclusion) = self.rules.exclusion(name, knowledge, candidate) {
            return Some(words::excluded(name, candidate, &exclusion, self.rules.request()));
        }
        let legal = self.package.and_then(|at| {
            let mut candidates = self.problem.packages[at].candidates.iter();
            let legal = candidates.position(|legal| legal.source == source)?;
            Some((at as PackageId, legal as u32))
        });
        let Some((package, legal)) = legal else {
            let (kind, code, message) = if self.package.is_some() {
                let message = "the same version on another index goes before it";
                (RejectionKind::Pruned, "OTHER_INDEX", message.to_owned())
            } else {
                let message = format!("no legal release in reach of the request requires {name}");
                (RejectionKind::Unneeded, "OUT_OF_REACH", message)
            };
            return Some(Rejection {
                reasons: vec![Reason::new(code, message)],
                proven: true,
                ..blank(name, candidate, kind)
            });
        };
        let pins = self.standing.as_ref().map(|standing| standing.pins);
        if pins.is_some_and(|pins| pins[package as usize] == Some(legal)) {
            return None;
        }
        if let Some(reason) = excluded_by_request(self.problem, package, legal) {
            return Some(Rejection {
                reasons: vec![reason],
                proven: true,
                ..blank(name, candidate, RejectionKind::Conflict)
            });
        }
        Some(self.weigh(name, candidate, package, legal))
    }

    /// Why a legal candidate is not pinned.
    fn weigh(
        &mut self,
        name: &PackageName,
        candidate: &Candidate,
        package: PackageId,
        legal: u32,
    ) -> Rejection {
        let outcome = self.forced.best_with(package, legal);
        let Some(standing) = &self.standing else {
            return self.without_stack(name, candidate, package, legal, &outcome);
        };
        match outcome {
            Outcome::Impossible => {
                let (kind, reasons) = self.forced.impossible(self.rules, package, legal);
                Rejection {
                    reasons,
                    proven: true,
                    ..blank(name, candidate, kind)
                }
            }
            Outcome::Unknown => Rejection {
                proven: false,
                ..compact(standing, name, candidate, package, legal)
            },
            Outcome::Best { pins, proven } => {
                let (own, other) = (
                    score_of(self.problem, standing.pins),
                    score_of(self.problem, &pins),
                );
                let changes = changes(self.problem, standing.pins, &pins);
                let obstacle = standing.obstacle(package, legal);
                let kind = obstacle.as_ref().map_or(RejectionKind::Score, |(kind, _)| *kind);
                let weighed = score_reason(own, other, proven).with_evidence(words::key(
                    standing.universe,
                    self.problem,
                    package,
                    legal,
                ));
                Rejection {
                    reasons: obstacle
                        .into_iter()
                        .map(|(_, reason)| reason)
                        .chain([weighed])
                        .collect(),
                    regret: Some(own - other),
                    proven,
                    changes: changes
                        .into_iter()
                        .filter(|change| change.package != name.to_string())
                        .collect(),
                    ..blank(name, candidate, kind)
                }
            }
        }
    }

    fn without_stack(
        &mut self,
        name: &PackageName,
        candidate: &Candidate,
        package: PackageId,
        legal: u32,
        outcome: &Outcome,
    ) -> Rejection {
        let (kind, reasons, proven) = match outcome {
            Outcome::Impossible => {
                let (kind, reasons) = self.forced.impossible(self.rules, package, legal);
                (kind, reasons, true)
            }
            Outcome::Unknown => {
                let message = "the time was over before a stack with it was found or ruled out";
                (
                    RejectionKind::Unknown,
                    vec![Reason::new("UNDECIDED", message)],
                    false,
                )
            }
            Outcome::Best { pins, proven } => {
                let message = format!(
                    "a stack with it exists, and scores {}",
                    words::number(score_of(self.problem, pins))
                );
                (RejectionKind::Score, vec![Reason::new("SCORE", message)], *proven)
            }
        };
        Rejection {
            reasons,
            proven,
            ..blank(name, candidate, kind)
        }
    }
}

fn score_reason(own: f64, other: f64, proven: bool) -> Reason {
    let best = if proven {
        "the best stack"
    } else {
        "the best stack found"
    };
    let (own_words, other_words) = (words::number(own), words::number(other));
    if own > other {
        let less = words::number(own - other);
        let message = format!("{best} with it scores {other_words} instead of {own_words}, {less} less");
        return Reason::new("SCORE", message);
    }
    if own < other {
        let message = format!(
            "{best} with it scores {other_words}, more than {own_words}: the search did not come upon it"
        );
        return Reason::new("BETTER_EXISTS", message);
    }
    let message =
        format!("{best} with it scores the same, {own_words}; of equals the newer releases are taken");
    Reason::new("EQUAL_SCORE", message)
}

/// What two sets of pins of a problem have different, by package.
pub(crate) fn changes(problem: &Problem, from: &Pins, to: &Pins) -> Vec<PinChange> {
    let version = |at: usize, pin: &Option<u32>| {
        pin.map(|pin| problem.packages[at].candidates[pin as usize].version.clone())
    };
    let pairs = from.iter().zip(to).enumerate();
    pairs
        .filter(|(_, (from, to))| from != to)
        .map(|(at, (from, to))| PinChange {
            package: problem.packages[at].name.to_string(),
            from: version(at, from),
            to: version(at, to),
        })
        .collect()
}
