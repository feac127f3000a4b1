//! What the units in reach of a request come to.

use std::collections::BTreeSet;
use std::sync::Arc;

use thoth_schema::name::PackageName;
use thoth_schema::requirement::Requirement;
use thoth_schema::rules::RuleKind;

use super::context::Context;
use super::effect::Reach;
use super::report::{RulesReport, SkippedRule};
use super::ruling::{Edit, Ruling, Spoken};
use super::unit::{Unit, UnitType};
use crate::advice::Reason;
use crate::model::{Effect, Term, Universe};

/// What the units come to for one request over the knowledge in its reach. The order of the units does not matter.
pub fn evaluate(mut units: Vec<Unit>, context: &Context<'_>, universe: &Universe) -> Ruling {
    units.sort_by(|left, right| left.key.cmp(&right.key));
    units.dedup_by(|left, right| left.key == right.key);
    let in_effect = in_effect(&units, context);
    let mut ruling = Ruling {
        report: RulesReport {
            considered: units.len(),
            in_effect: in_effect.iter().filter(|one| **one).count(),
            ..RulesReport::default()
        },
        default_index: context.default_index.map(str::to_owned),
        ..Ruling::default()
    };
    let reach = Reach::new(universe, context);
    for (at, unit) in units.iter().enumerate().filter(|(at, _)| in_effect[*at]) {
        if let Some(reason) = unit.void() {
            ruling.skip(unit, reason);
            continue;
        }
        apply(at, unit, &reach, &mut ruling);
    }
    ruling.units = units;
    ruling
}

/// Which units are meant for the request: all conditions hold, and the units that they depend on are in effect too. Units
/// that depend on each other in a circle are not.
fn in_effect(units: &[Unit], context: &Context<'_>) -> Vec<bool> {
    let admitted: Vec<bool> = units.iter().map(|unit| unit.include.admits(context)).collect();
    let mut effective = vec![false; units.len()];
    let mut names: BTreeSet<(RuleKind, &str, &str)> = BTreeSet::new();
    loop {
        let mut changed = false;
        for (at, unit) in units.iter().enumerate() {
            let depends = |one: &super::include::Dependency| {
                names.contains(&(one.kind, one.namespace.as_str(), one.name.as_str()))
            };
            if !effective[at] && admitted[at] && unit.include.dependencies.iter().all(depends) {
                effective[at] = true;
                names.insert((unit.kind(), &unit.namespace, &unit.name));
                changed = true;
            }
        }
        if !changed {
            return effective;
        }
    }
}

fn apply(at: usize, unit: &Unit, reach: &Reach<'_>, ruling: &mut Ruling) {
    match unit.unit_type {
        UnitType::Boot => boot(at, unit, reach, ruling),
        UnitType::Sieve => {
            let removed = remove(unit, reach, "removed by a rule", ruling);
            ruling.speak_if(removed, at, unit);
        }
        UnitType::SieveSkip => {
            let dropped = skip_packages(unit, reach, ruling);
            ruling.speak_if(dropped, at, unit);
        }
        UnitType::StepSkip => {
            let dropped = if unit.patterns.iter().all(|pattern| pattern.from.is_empty()) {
                skip_packages(unit, reach, ruling)
            } else {
                skip_from(unit, reach, ruling)
            };
            ruling.speak_if(dropped, at, unit);
        }
        UnitType::StepAdd => add_package(at, unit, reach, ruling),
        UnitType::Step | UnitType::StepGroup | UnitType::Stride => combine(at, unit, reach, ruling),
        UnitType::Wrap | UnitType::ReleaseNotes => ruling.spoken.push(Spoken::Stacks(at)),
        // Always void.
        UnitType::Pseudonym => {}
    }
}

/// A boot without a pattern looks at every request, one with a name at those that require the package directly.
fn boot(at: usize, unit: &Unit, reach: &Reach<'_>, ruling: &mut Ruling) {
    let required = |name: &PackageName| reach.roots.contains(name);
    let mut names = unit
        .patterns
        .iter()
        .map(|pattern| pattern.members.first().and_then(|member| member.name.as_ref()));
    if !unit.patterns.is_empty() && !names.any(|name| name.is_none_or(required)) {
        return;
    }
    match &unit.run.stop {
        Some(stop) => ruling.refuse(unit, &stop.message),
        None => ruling.spoken.push(Spoken::Always(at)),
    }
    ruling.log(unit);
}

/// Removes every candidate that a pattern of one member means; whether there was any.
fn remove(unit: &Unit, reach: &Reach<'_>, why: &str, ruling: &mut Ruling) -> bool {
    let mut any = false;
    for pattern in &unit.patterns {
        for (package, candidate) in pattern.members.iter().flat_map(|member| reach.candidates(member)) {
            ruling.remove(package, candidate, unit, why);
            any = true;
        }
    }
    any
}

/// Takes packages out of all requirements; what the request names itself stays.
fn skip_packages(unit: &Unit, reach: &Reach<'_>, ruling: &mut Ruling) -> bool {
    let mut any = false;
    for name in unit
        .patterns
        .iter()
        .filter_map(|pattern| pattern.members[0].name.as_ref())
    {
        if reach.roots.contains(name) {
            ruling.skip(unit, &format!("the request itself requires {name}"));
        } else if reach.is_required(name) {
            any = true;
            ruling.edits.push(Edit::Drop {
                package: name.clone(),
                from: None,
            });
        }
    }
    any
}

/// Takes a package out of the requirements of the releases that a pattern says it comes from.
fn skip_from(unit: &Unit, reach: &Reach<'_>, ruling: &mut Ruling) -> bool {
    let mut any = false;
    for pattern in &unit.patterns {
        let (Some(name), Some(parent)) = (&pattern.members[0].name, pattern.from.first()) else {
            continue;
        };
        let requires = reach
            .candidates(parent)
            .any(|(_, candidate)| reach.requires(candidate, name));
        if requires {
            any = true;
            ruling.edits.push(Edit::Drop {
                package: name.clone(),
                from: Some(parent.clone()),
            });
        }
    }
    any
}

/// Adds a package to the requirements of the releases meant: in the version said where nothing else requires it, in any
/// version where something may, because the format adds nothing to what is there already.
fn add_package(at: usize, unit: &Unit, reach: &Reach<'_>, ruling: &mut Ruling) {
    let Some(pinned) = &unit.run.adds else { return };
    let shared = reach.roots.contains(&pinned.name) || reach.is_required(&pinned.name);
    let requirement = if shared {
        Requirement::parse(pinned.name.as_ref()).unwrap_or_else(|_| pinned.clone())
    } else {
        pinned.clone()
    };
    let requirement = Arc::new(requirement);
    let mut any = false;
    for pattern in &unit.patterns {
        let member = &pattern.members[0];
        let itself = member.name.as_ref() == Some(&requirement.name);
        if itself || reach.candidates(member).next().is_none() {
            continue;
        }
        any = true;
        ruling.edits.push(Edit::Add {
            to: member.clone(),
            requirement: Arc::clone(&requirement),
        });
    }
    if any {
        ruling.wanted.push(pinned.clone());
    }
    ruling.speak_if(any, at, unit);
}

/// Scores, rejects or ends: a term for each pattern that can hold.
fn combine(at: usize, unit: &Unit, reach: &Reach<'_>, ruling: &mut Ruling) {
    if unit.patterns.is_empty() {
        // Of every stack: a rejection leaves none.
        match &unit.run.stop {
            Some(stop) => ruling.refuse(unit, &stop.message),
            None => ruling.spoken.push(Spoken::Always(at)),
        }
        return ruling.log(unit);
    }
    let alone = |pattern: &&super::pattern::Together| pattern.members.len() == 1 && pattern.from.is_empty();
    let rejects = unit.run.stop.as_ref().filter(|stop| !stop.advice);
    if let Some(stop) = rejects
        && unit.patterns.iter().all(|pattern| alone(&pattern))
    {
        if remove(unit, reach, &stop.message, ruling) {
            ruling.log(unit);
        }
        return;
    }
    let mut any = false;
    for members in unit
        .patterns
        .iter()
        .flat_map(|pattern| reach.combinations(pattern))
    {
        any = true;
        let (effect, reason) = match (&unit.run.stop, unit.run.score) {
            (Some(stop), _) => (Effect::Forbids, reason(unit, "RULE_FORBIDS", &stop.message)),
            (None, Some(score)) => (
                Effect::Adds(score),
                reason(unit, "RULE_SCORE", &scored(unit, score)),
            ),
            (None, None) => (Effect::Adds(0.0), reason(unit, "RULE_INFO", &unit.name)),
        };
        let term = Term {
            members,
            effect,
            reason,
        };
        ruling.term(at, unit, term);
    }
    if any {
        ruling.log(unit);
    }
}

fn scored(unit: &Unit, score: f64) -> String {
    let said = unit
        .run
        .justification
        .first()
        .map(|(_, reason)| reason.message.as_str());
    format!(
        "the rule {} adds {score}: {}",
        unit.name,
        said.unwrap_or("no reason is given")
    )
}

/// A reason that rests on the unit, with the first link it has.
pub(super) fn reason(unit: &Unit, code: &str, message: &str) -> Reason {
    let links = unit.run.stack_info.iter().map(|reason| &reason.link);
    let more = unit.run.justification.iter().map(|(_, reason)| &reason.link);
    let link = links.chain(more).flatten().next().cloned();
    Reason::new(code, message)
        .with_evidence([unit.key.clone()])
        .with_link(link)
}

impl Ruling {
    /// Lists a unit that is not applied.
    pub(super) fn skip(&mut self, unit: &Unit, reason: &str) {
        self.report.skipped.push(SkippedRule {
            rule: unit.key.clone(),
            reason: reason.to_owned(),
        });
    }

    fn refuse(&mut self, unit: &Unit, message: &str) {
        self.report.refusals.push(reason(unit, "RULE_REFUSES", message));
    }

    fn speak_if(&mut self, acted: bool, at: usize, unit: &Unit) {
        if acted {
            self.spoken.push(Spoken::Always(at));
            self.log(unit);
        }
    }

    fn log(&mut self, unit: &Unit) {
        if let Some((severity, message)) = &unit.run.log {
            self.log
                .push((severity.clone(), format!("{message} ({})", unit.key)));
        }
    }
}
