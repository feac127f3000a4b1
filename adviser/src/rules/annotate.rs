//! What rules say of the stacks that were found.

use thoth_schema::name::PackageName;
use thoth_schema::rules::RuleKind;
use thoth_schema::version::{is_prerelease, order_key, parse};

use super::evaluate::reason;
use super::pattern::{Pattern, Together};
use super::report::ManifestChange;
use super::ruling::{Ruling, Spoken, refused_lock};
use super::unit::Unit;
use crate::advice::{Advice, Outcome, Reason, Stack};
use crate::model::Term;

/// A pin, read.
struct Pinned {
    name: PackageName,
    version: String,
    order: String,
    prerelease: bool,
    index: String,
}

impl Ruling {
    /// Adds what the rules say to every stack, cuts the stacks from the first that ends the advice on, and reports. Returned
    /// are lines for the log of the program.
    pub fn annotate(&self, advice: &mut Advice) -> Vec<(String, String)> {
        let mut logged = Vec::new();
        let mut report = self.report.clone();
        let mut end = None;
        for (place, stack) in advice.stacks.iter_mut().enumerate() {
            let pins = pinned(stack);
            if let Some((at, term)) = self.ends.iter().find(|(_, term)| holds(term, &pins)) {
                report
                    .refusals
                    .push(reason(&self.units[*at], "RULE_REFUSES", &term.reason.message));
                end = Some(place);
                break;
            }
            for unit in self.speaking(&pins) {
                say(unit, stack, &pins, self.default_index.as_deref());
                let line = unit.run.log.as_ref().filter(|_| unit.kind() == RuleKind::Wraps);
                logged.extend(
                    line.map(|(severity, message)| (severity.clone(), format!("{message} ({})", unit.key))),
                );
                let changes = unit.run.manifest_changes.iter().map(|change| ManifestChange {
                    rule: unit.key.clone(),
                    stack: place,
                    change: change.clone(),
                });
                report.manifest_changes.extend(changes);
            }
            // The search says so too of terms that weigh; of those that add nothing only this does.
            for term in self.terms.iter().filter(|term| term.reason.code == "RULE_SCORE") {
                if holds(term, &pins) {
                    push(&mut stack.reasons, term.reason.clone());
                }
            }
        }
        if let Some(end) = end {
            advice.stacks.truncate(end);
            if end == 0 {
                advice.outcome = Outcome::Refused;
                // They tell of the first stack.
                advice.rejections.clear();
                // A lock that was kept was the first stack.
                if let Some(lock) = advice.lock.as_mut().filter(|lock| lock.kept) {
                    *lock = refused_lock(&report);
                }
            }
        }
        advice.rules = Some(report);
        logged.sort_unstable();
        logged.dedup();
        logged
    }

    /// The units that have something to say of a stack, each once, by key.
    fn speaking(&self, pins: &[Pinned]) -> Vec<&Unit> {
        let mut places: Vec<usize> = Vec::new();
        for spoken in &self.spoken {
            match spoken {
                Spoken::Always(at) => places.push(*at),
                Spoken::Stacks(at) if self.meets(&self.units[*at], pins) => places.push(*at),
                Spoken::Stacks(_) => {}
            }
        }
        let terms = self.terms.iter().zip(&self.term_units);
        places.extend(terms.filter(|(term, _)| holds(term, pins)).map(|(_, at)| *at));
        places.sort_unstable();
        places.dedup();
        places.into_iter().map(|at| &self.units[at]).collect()
    }

    /// Whether the stack meets a pattern of the unit; every stack meets one that has none.
    fn meets(&self, unit: &Unit, pins: &[Pinned]) -> bool {
        let index = self.default_index.as_deref();
        let member = |member: &Pattern| pins.iter().any(|pin| pin.is(member, index));
        let pattern = |pattern: &Together| pattern.members.iter().all(member);
        unit.patterns.is_empty() || unit.patterns.iter().any(pattern)
    }
}

impl Pinned {
    fn is(&self, pattern: &Pattern, default_index: Option<&str>) -> bool {
        pattern.name.as_ref().is_none_or(|name| *name == self.name)
            && pattern.admits_release(&self.order, self.prerelease, &self.index, default_index)
    }
}

fn pinned(stack: &Stack) -> Vec<Pinned> {
    let read = |pin: &crate::advice::Pin| {
        let version = parse(&pin.version).ok()?;
        Some(Pinned {
            name: pin.name.parse().ok()?,
            version: pin.version.clone(),
            order: order_key(&version),
            prerelease: is_prerelease(&version),
            index: pin.index.clone(),
        })
    };
    stack.pins.iter().filter_map(read).collect()
}

/// Whether a term holds of the pins.
fn holds(term: &Term, pins: &[Pinned]) -> bool {
    term.members.iter().all(|member| {
        pins.iter().any(|pin| {
            pin.name == member.package
                && member.versions.contains(&pin.order)
                && member.index.as_ref().is_none_or(|index| *index == pin.index)
        })
    })
}

/// Puts the words of a unit where they belong: at the pin they are about, or at the stack.
fn say(unit: &Unit, stack: &mut Stack, pins: &[Pinned], default_index: Option<&str>) {
    let on = |reason: &Reason| reason.clone().with_evidence([unit.key.clone()]);
    for reason in &unit.run.stack_info {
        push(&mut stack.reasons, on(reason));
    }
    for (about, reason) in &unit.run.justification {
        let pin = about
            .as_ref()
            .and_then(|about| pins.iter().position(|pin| pin.name == *about));
        match pin.and_then(|at| {
            stack
                .pins
                .iter_mut()
                .find(|pin| pin.name == pins[at].name.to_string())
        }) {
            Some(pin) => push(&mut pin.reasons, on(reason)),
            None => push(&mut stack.reasons, on(reason)),
        }
    }
    let Some(start) = &unit.run.release_notes else {
        return;
    };
    for member in unit.patterns.iter().flat_map(|pattern| &pattern.members) {
        let Some(at) = pins.iter().find(|pin| pin.is(member, default_index)) else {
            continue;
        };
        let message = format!("release notes of {} {}", at.name, at.version);
        let notes = Reason::new("RULE_INFO", message).with_link(Some(format!("{start}{}", at.version)));
        if let Some(pin) = stack.pins.iter_mut().find(|pin| pin.name == at.name.to_string()) {
            push(&mut pin.reasons, on(&notes));
        }
    }
}

fn push(reasons: &mut Vec<Reason>, reason: Reason) {
    if !reasons.contains(&reason) {
        reasons.push(reason);
    }
}
