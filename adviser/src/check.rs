//! The lock checker: says, point by point, why pins are not a stack that a request may be answered with.
//!
//! It shares no code with the search: legality, closure and the pre-release rules are written down here a
//! second time, straight from the request and the knowledge.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use thoth_schema::name::{ExtraName, PackageName};
use thoth_schema::requirement::Requirement;
use thoth_schema::version::{Version, is_prerelease, order_key, parse_specifiers};
use thoth_schema::versions::specifier_set;

use crate::advice::Stack;
use crate::model::{Candidate, Effect, PackageKnowledge, PrereleasePolicy, Request, Universe};

/// One pinned release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PinnedRelease {
    /// The version.
    pub version: Version,
    /// The index it comes from; `None` for whichever has it.
    pub index: Option<String>,
}

/// Pins by package.
pub type Pinned = BTreeMap<PackageName, PinnedRelease>;

/// All that is wrong with a stack, one sentence each; empty when it may be installed.
pub fn check_stack(universe: &Universe, request: &Request, stack: &Stack) -> Vec<String> {
    let mut pinned = Pinned::new();
    let mut violations = Vec::new();
    for pin in &stack.pins {
        let name: Result<PackageName, _> = pin.name.parse();
        let version: Result<Version, _> = pin.version.parse();
        let (Ok(name), Ok(version)) = (name, version) else {
            violations.push(format!(
                "{}=={} is not a name and a version",
                pin.name, pin.version
            ));
            continue;
        };
        let release = PinnedRelease {
            version,
            index: Some(pin.index.clone()),
        };
        if pinned.insert(name, release).is_some() {
            violations.push(format!("{} is pinned twice", pin.name));
        }
    }
    violations.extend(check(universe, request, &pinned));
    violations
}

/// All that is wrong with pins, one sentence each; empty when they may be installed: each is legal, each
/// requirement that holds is met, and each is required.
pub fn check(universe: &Universe, request: &Request, pinned: &Pinned) -> Vec<String> {
    let mut checker = Checker {
        universe,
        request,
        pinned,
        violations: Vec::new(),
        reached: BTreeMap::new(),
    };
    checker.releases();
    checker.requirements();
    checker.prereleases();
    checker.unneeded();
    checker.terms();
    checker.violations
}

/// What requirements say of one package.
#[derive(Default)]
struct ReachedPackage<'a> {
    extras: BTreeSet<ExtraName>,
    requirements: Vec<&'a Requirement>,
}

struct Checker<'a> {
    universe: &'a Universe,
    request: &'a Request,
    pinned: &'a Pinned,
    violations: Vec<String>,
    reached: BTreeMap<&'a PackageName, ReachedPackage<'a>>,
}

impl<'a> Checker<'a> {
    /// Root requirements or constraints that apply.
    fn given(&self, constraints: bool) -> impl Iterator<Item = &'a Requirement> + use<'a> {
        let request = self.request;
        let list = if constraints {
            &request.constraints
        } else {
            &request.requirements
        };
        list.iter()
            .filter(move |one| one.marker.evaluate(&request.environment.markers, &[]))
    }

    fn knowledge(&self, name: &PackageName) -> Option<&'a PackageKnowledge> {
        self.universe.packages.get(name)
    }

    fn candidate(&self, name: &PackageName) -> Option<&'a Candidate> {
        let pin = self.pinned.get(name)?;
        let order = order_key(&pin.version);
        self.knowledge(name)?
            .candidates
            .iter()
            .find(|one| one.order == order && pin.index.as_ref().is_none_or(|index| *index == one.index))
    }

    fn releases(&mut self) {
        for (name, pin) in self.pinned {
            match (self.candidate(name), self.knowledge(name)) {
                (Some(candidate), Some(knowledge)) => {
                    if let Some(why) = self.illegal(name, knowledge, candidate) {
                        self.violations.push(format!("{name}=={} {why}", pin.version));
                    }
                }
                _ => self
                    .violations
                    .push(format!("{name}=={} is not among the known releases", pin.version)),
            }
        }
    }

    /// Why a release may not be pinned whatever else is.
    fn illegal(
        &self,
        name: &PackageName,
        knowledge: &PackageKnowledge,
        candidate: &Candidate,
    ) -> Option<String> {
        if candidate.requirements.is_none() {
            return Some("has requirements nobody knows".to_owned());
        }
        if let Some(python) = &candidate.requires_python
            && let Ok(specifiers) = parse_specifiers(python)
            && !specifier_set(&specifiers).contains(&order_key(self.request.environment.python()))
        {
            return Some(format!("requires Python {python}"));
        }
        if let Some(against) = self
            .given(true)
            .find(|one| one.name == *name && !one.versions.contains(&candidate.order))
        {
            return Some(format!("is left out by the constraint {}", against.text));
        }
        if candidate.yanked && !self.is_pinned_by_request(name, candidate) {
            return Some("is yanked".to_owned());
        }
        if is_prerelease(&candidate.version) {
            let admitted = match self.request.prerelease {
                PrereleasePolicy::Allow | PrereleasePolicy::Fallback => true,
                PrereleasePolicy::Disallow => false,
                PrereleasePolicy::IfNecessaryOrExplicit => {
                    let mut given = self.given(false).chain(self.given(true));
                    knowledge.all_prereleases || given.any(|one| one.name == *name && one.names_prerelease())
                }
            };
            if !admitted {
                return Some("is a pre-release nobody asked for".to_owned());
            }
        }
        None
    }

    fn is_pinned_by_request(&self, name: &PackageName, candidate: &Candidate) -> bool {
        let mut given = self.given(false).chain(self.given(true));
        given.any(|one| {
            one.name == *name
                && one
                    .exact_pin()
                    .is_some_and(|pin| order_key(&pin) == candidate.order)
        })
    }

    /// Follows the requirements from the request on, each with the extras asked.
    fn requirements(&mut self) {
        let mut todo: Vec<&'a PackageName> = Vec::new();
        for root in self.given(false) {
            self.follow(root, "the request", &mut todo);
        }
        while let Some(name) = todo.pop() {
            let Some(candidate) = self.candidate(name) else {
                continue;
            };
            let extras = self
                .reached
                .get(name)
                .map(|reached| reached.extras.clone())
                .unwrap_or_default();
            let by = format!("{name}=={}", candidate.version);
            for requirement in candidate.requirements.iter().flatten() {
                let environment = &self.request.environment.markers;
                let holds = requirement.marker.evaluate(environment, &[])
                    || extras.iter().any(|extra| {
                        requirement
                            .marker
                            .evaluate(environment, std::slice::from_ref(extra))
                    });
                if holds {
                    self.follow(requirement, &by, &mut todo);
                }
            }
        }
    }

    fn follow(&mut self, requirement: &'a Requirement, by: &str, todo: &mut Vec<&'a PackageName>) {
        let name = &requirement.name;
        let reached = self.reached.entry(name).or_default();
        let known = reached
            .requirements
            .iter()
            .any(|known| std::ptr::eq(*known, requirement));
        let before = (reached.requirements.len(), reached.extras.len());
        if !known {
            reached.requirements.push(requirement);
        }
        reached.extras.extend(requirement.extras.iter().cloned());
        if before.0 == 0 || reached.extras.len() > before.1 {
            todo.push(name);
        }
        if known {
            return;
        }
        if requirement.url.is_some() {
            self.violations
                .push(format!("{by} requires {}, which is an address", requirement.text));
            return;
        }
        match self.pinned.get(name) {
            None => self
                .violations
                .push(format!("{by} requires {}, which is not pinned", requirement.text)),
            Some(pin) if !requirement.versions.contains(&order_key(&pin.version)) => {
                self.violations.push(format!(
                    "{by} requires {}, pinned is {}",
                    requirement.text, pin.version
                ));
            }
            Some(_) => {}
        }
    }

    /// The fallback policy: a pre-release only where no final release meets all that is required, or one is
    /// named.
    fn prereleases(&mut self) {
        if self.request.prerelease != PrereleasePolicy::Fallback {
            return;
        }
        for (name, pin) in self.pinned.iter().filter(|(_, pin)| is_prerelease(&pin.version)) {
            let (Some(reached), Some(knowledge)) = (self.reached.get(name), self.knowledge(name)) else {
                continue;
            };
            let constraints = self.given(true).filter(|one| one.name == *name);
            if reached
                .requirements
                .iter()
                .copied()
                .chain(constraints)
                .any(Requirement::names_prerelease)
            {
                continue;
            }
            let meets_all = |one: &&Candidate| {
                let meets = reached
                    .requirements
                    .iter()
                    .all(|requirement| requirement.versions.contains(&one.order));
                meets && !is_prerelease(&one.version) && self.may_be_pinned(name, knowledge, one)
            };
            if let Some(other) = knowledge.candidates.iter().find(meets_all) {
                let (pre, final_) = (&pin.version, &other.version);
                self.violations
                    .push(format!("{name}=={pre} is a pre-release, and {final_} would do"));
            }
        }
    }

    /// Whether a release is legal by itself, addresses among its requirements included.
    fn may_be_pinned(&self, name: &PackageName, knowledge: &PackageKnowledge, candidate: &Candidate) -> bool {
        let environment = &self.request.environment.markers;
        let mut requirements = candidate.requirements.iter().flatten();
        let address = requirements.any(|one| one.url.is_some() && one.marker.evaluate(environment, &[]));
        !address && self.illegal(name, knowledge, candidate).is_none()
    }

    /// Terms that forbid what is pinned.
    fn terms(&mut self) {
        for term in &self.universe.terms {
            if term.effect != Effect::Forbids {
                continue;
            }
            let holds = term.members.iter().all(|member| {
                let candidate = self.candidate(&member.package);
                candidate.is_some_and(|candidate| {
                    let index = member.index.as_ref();
                    member.versions.contains(&candidate.order)
                        && index.is_none_or(|index| *index == candidate.index)
                })
            });
            if holds {
                let pins: Vec<String> = term
                    .members
                    .iter()
                    .filter_map(|member| {
                        let pin = self.pinned.get(&member.package)?;
                        Some(format!("{}=={}", member.package, pin.version))
                    })
                    .collect();
                let what = match pins.as_slice() {
                    [] => "every stack".to_owned(),
                    several => several.join(" with "),
                };
                self.violations
                    .push(format!("{what} is forbidden: {}", term.reason.message));
            }
        }
    }

    fn unneeded(&mut self) {
        for (name, pin) in self.pinned {
            if !self.reached.contains_key(name) {
                self.violations
                    .push(format!("{name}=={} is not required by anything", pin.version));
            }
        }
    }
}
