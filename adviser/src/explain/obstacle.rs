//! What keeps a candidate from taking the place of the one pinned, all else unchanged.

use crate::advice::Reason;
use crate::bits;
use crate::explain::words::{key, number, release};
use crate::model::Universe;
use crate::problem::{Need, PackageId, Pins, Problem, Reached};
use crate::rejection::RejectionKind;
use crate::terms::score_of;

/// A requirement of the request itself that does not admit the candidate: then nothing else needs to be said.
pub(crate) fn excluded_by_request(problem: &Problem, package: PackageId, candidate: u32) -> Option<Reason> {
    let against = |need: &&Need| {
        need.target == package && !bits::has(problem.mask(package, need.mask), candidate as usize)
    };
    let need = problem.roots.iter().find(against)?;
    let message = format!("the request requires {}", need.requirement.text);
    Some(Reason::new("REQUIREMENT", message))
}

/// A stack as the questions about it need it.
pub(crate) struct Standing<'p> {
    pub(crate) universe: &'p Universe,
    pub(crate) problem: &'p Problem,
    pub(crate) pins: &'p Pins,
    /// All that the stack requires of each package.
    reached: Vec<Option<Reached>>,
    /// Whether no legal stack scores higher.
    pub(crate) optimal: bool,
}

impl<'p> Standing<'p> {
    /// A stack of the problem; `None` when the pins are none.
    pub(crate) fn new(
        universe: &'p Universe,
        problem: &'p Problem,
        pins: &'p Pins,
        optimal: bool,
    ) -> Option<Self> {
        let reached = problem.closure(pins)?;
        Some(Self {
            universe,
            problem,
            pins,
            reached,
            optimal,
        })
    }

    /// The first reason why the candidate cannot stand where the stack has another release, or none.
    pub(crate) fn obstacle(&self, package: PackageId, candidate: u32) -> Option<(RejectionKind, Reason)> {
        let at = package as usize;
        if self.pins[at].is_none() {
            let message = format!(
                "nothing in the stack requires {}",
                self.problem.package(package).name
            );
            return Some((RejectionKind::Unneeded, Reason::new("UNNEEDED", message)));
        }
        if let Some(reason) = self.excluded(package, candidate) {
            return Some((RejectionKind::Conflict, reason));
        }
        if let Some(reason) = self.unmet(package, candidate) {
            return Some((RejectionKind::Conflict, reason));
        }
        self.forbidden(package, candidate)
            .map(|reason| (RejectionKind::Rule, reason))
    }

    /// A requirement of the stack that does not admit the candidate.
    fn excluded(&self, package: PackageId, candidate: u32) -> Option<Reason> {
        let against = |need: &&Need| {
            need.target == package && !bits::has(self.problem.mask(package, need.mask), candidate as usize)
        };
        if let Some(reason) = excluded_by_request(self.problem, package, candidate) {
            return Some(reason);
        }
        for (at, pin) in self.pins.iter().enumerate() {
            let (Some(pin), false) = (pin, at == package as usize) else {
                continue;
            };
            if let Some(need) = self.needs(at as PackageId, *pin).find(against) {
                let owner = release(self.problem, at as PackageId, *pin);
                let message = format!("{owner} requires {}", need.requirement.text);
                let evidence = key(self.universe, self.problem, at as PackageId, *pin);
                return Some(Reason::new("REQUIREMENT", message).with_evidence(evidence));
            }
        }
        None
    }

    /// A requirement of the candidate that a pinned release does not meet.
    fn unmet(&self, package: PackageId, candidate: u32) -> Option<Reason> {
        self.needs(package, candidate).find_map(|need| {
            let pin = if need.target == package {
                candidate
            } else {
                self.pins[need.target as usize]?
            };
            if bits::has(self.problem.mask(need.target, need.mask), pin as usize) {
                return None;
            }
            let held = release(self.problem, need.target, pin);
            let message = format!(
                "it requires {}, and the stack holds {held}",
                need.requirement.text
            );
            let evidence = key(self.universe, self.problem, package, candidate);
            Some(Reason::new("REQUIRES_OTHERS", message).with_evidence(evidence))
        })
    }

    /// What the stack, with the candidate in its place, would break of what is said of several releases.
    fn forbidden(&self, package: PackageId, candidate: u32) -> Option<Reason> {
        let mut pins = self.pins.clone();
        pins[package as usize] = Some(candidate);
        let broken = self.problem.factors.iter();
        let broken = broken
            .into_iter()
            .find(|factor| factor.weight.is_none() && factor.holds(&pins));
        broken.and_then(|factor| Some(self.universe.terms.get(factor.term)?.reason.clone()))
    }

    /// What the stack makes hold of the requirements of a candidate.
    fn needs(&self, package: PackageId, candidate: u32) -> impl Iterator<Item = &'p Need> + use<'_, 'p> {
        let sets = &self.problem.extra_sets[package as usize];
        let extras = self.reached[package as usize]
            .as_ref()
            .map(|reached| reached.extras.as_slice())
            .unwrap_or_default();
        let needs = &self.problem.package(package).candidates[candidate as usize].needs;
        needs
            .iter()
            .filter(move |need| need.always || bits::meets(sets.get(need.under), extras))
    }

    /// What a candidate without an obstacle would change, told without a search.
    pub(crate) fn comparison(&self, package: PackageId, candidate: u32) -> Reason {
        let mut pins = self.pins.clone();
        pins[package as usize] = Some(candidate);
        let evidence = key(self.universe, self.problem, package, candidate);
        let name = &self.problem.package(package).name;
        if self.problem.closure(&pins).is_some() {
            let less = score_of(self.problem, self.pins) - score_of(self.problem, &pins);
            let message = match less {
                less if less > 0.0 => format!("with it in its place the stack scores {} less", number(less)),
                less if less < 0.0 => {
                    format!("with it in its place the stack scores {} more", number(-less))
                }
                _ => "with it in its place the stack scores the same".to_owned(),
            };
            return Reason::new("SCORE", message).with_evidence(evidence);
        }
        let message = if self.optimal {
            "it needs other packages than this stack, and no stack with it scores higher".to_owned()
        } else {
            format!("it needs other packages than the other release of {name}")
        };
        Reason::new("SCORE", message).with_evidence(evidence)
    }
}
