//! Walks the knowledge from the root requirements through every legal candidate: which packages and extras
//! are in reach, and where knowledge is missing on the way.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use thoth_schema::environment::Environment;
use thoth_schema::name::{ExtraName, PackageName};
use thoth_schema::requirement::Requirement;

use crate::advice::Missing;
use crate::hash::FastMap;
use crate::legal::{Exclusion, Rules};
use crate::model::{Candidate, Universe};

/// Whether what is not known is taken to fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// It is no candidate.
    Excluded,
    /// Unknown packages have one release that meets every requirement, and releases with unknown requirements
    /// have none.
    Fits,
}

/// What one package of the walk holds.
#[derive(Debug, Default)]
pub(crate) struct Found<'a> {
    /// Legal candidates, newest first, each with its place in the knowledge.
    pub(crate) legal: Vec<(usize, &'a Candidate)>,
    /// Stands for a package nothing is known of.
    pub(crate) wildcard: bool,
    /// Order keys of releases that would be legal were their requirements known.
    unsolved: Vec<&'a str>,
    unknown: bool,
    /// Extras asked for.
    pub(crate) asked: BTreeSet<ExtraName>,
    /// Who wants what of it: specifier and requiring package, with the newest such release.
    wanted: BTreeMap<(String, Option<PackageName>), (String, Arc<Requirement>)>,
}

/// The walk.
pub(crate) struct Gathered<'a> {
    pub(crate) packages: BTreeMap<PackageName, Found<'a>>,
    markers: Markers<'a>,
}

/// Where a requirement text holds.
#[derive(Debug, Clone)]
pub(crate) struct Holds {
    /// With no extra.
    pub(crate) always: bool,
    /// With one of these.
    pub(crate) under: Arc<[ExtraName]>,
}

/// Remembers where each requirement text holds.
struct Markers<'a> {
    environment: &'a Environment,
    known: HashMap<&'a str, Holds>,
    /// The same by the place of the requirement in memory: most are one object many releases share.
    same: FastMap<usize, Holds>,
}

impl<'a> Markers<'a> {
    fn holds(&mut self, requirement: &'a Requirement) -> Holds {
        let place = std::ptr::from_ref(requirement).addr();
        if let Some(known) = self.same.get(&place) {
            return known.clone();
        }
        if let Some(known) = self.known.get(requirement.text.as_str()).cloned() {
            self.same.insert(place, known.clone());
            return known;
        }
        let always = requirement.applies(self.environment, None);
        let mentioned = requirement.mentions_extra().into_iter();
        let under = mentioned
            .filter(|extra| requirement.applies(self.environment, Some(extra)))
            .collect();
        let holds = Holds { always, under };
        self.known.insert(&requirement.text, holds.clone());
        self.same.insert(place, holds.clone());
        holds
    }
}

/// A package, or one of its extras, whose requirements are to be walked.
type Step = (PackageName, Option<ExtraName>);

impl<'a> Gathered<'a> {
    /// Walks the knowledge under the rules of a request.
    pub(crate) fn walk(universe: &'a Universe, rules: &mut Rules<'a>, unknown: Unknown) -> Self {
        let environment = &rules.request().environment;
        let markers = Markers {
            environment,
            known: HashMap::new(),
            same: FastMap::default(),
        };
        let mut gathered = Self {
            packages: BTreeMap::new(),
            markers,
        };
        let mut todo: Vec<Step> = Vec::new();
        for root in rules.roots.clone() {
            let root = Arc::new(root.clone());
            gathered.want(&root, None, universe, rules, unknown, &mut todo);
        }
        while let Some((name, extra)) = todo.pop() {
            for (requirement, owner) in gathered.requirements_of(&name, extra.as_ref()) {
                gathered.want(
                    requirement,
                    Some((&name, owner)),
                    universe,
                    rules,
                    unknown,
                    &mut todo,
                );
            }
        }
        gathered
    }

    /// Where the requirement holds.
    pub(crate) fn holds(&mut self, requirement: &'a Requirement) -> Holds {
        self.markers.holds(requirement)
    }

    /// The requirements that hold of any legal candidate with no extra, or with this one; each with the newest
    /// candidate that has it.
    fn requirements_of(
        &mut self,
        name: &PackageName,
        extra: Option<&ExtraName>,
    ) -> Vec<(&'a Arc<Requirement>, &'a Candidate)> {
        let mut out = Vec::new();
        let Some(found) = self.packages.get(name) else {
            return out;
        };
        let mut seen: FastMap<usize, ()> = FastMap::default();
        for (_, candidate) in &found.legal {
            for requirement in candidate.requirements.iter().flatten() {
                if seen.insert(Arc::as_ptr(requirement).addr(), ()).is_some() {
                    continue;
                }
                let holds = self.markers.holds(requirement);
                if extra.map_or(holds.always, |extra| holds.under.contains(extra)) {
                    out.push((requirement, *candidate));
                }
            }
        }
        out
    }

    fn want(
        &mut self,
        requirement: &Arc<Requirement>,
        owner: Option<(&PackageName, &Candidate)>,
        universe: &'a Universe,
        rules: &mut Rules<'a>,
        unknown: Unknown,
        todo: &mut Vec<Step>,
    ) {
        let name = &requirement.name;
        if !self.packages.contains_key(name) {
            self.packages
                .insert(name.clone(), find(name, universe, rules, unknown));
            todo.push((name.clone(), None));
        }
        let Some(found) = self.packages.get_mut(name) else {
            return;
        };
        for extra in &requirement.extras {
            if found.asked.insert(extra.clone()) {
                todo.push((name.clone(), Some(extra.clone())));
            }
        }
        if !found.unknown && found.unsolved.is_empty() {
            return;
        }
        let key = (
            requirement.specifiers.to_string(),
            owner.map(|(name, _)| name.clone()),
        );
        let by = owner.map_or_else(
            || "request".to_owned(),
            |(name, candidate)| format!("{name}=={}", candidate.version),
        );
        // Candidates are walked newest first: the first to want it is the newest.
        found
            .wanted
            .entry(key)
            .or_insert_with(|| (by, Arc::clone(requirement)));
    }

    /// The knowledge that was missing on the way, by package, specifier and who requires it.
    pub(crate) fn missing(&self) -> Vec<Missing> {
        let mut missing: Vec<Missing> = Vec::new();
        for (name, found) in &self.packages {
            for ((specifier, _), (by, requirement)) in &found.wanted {
                let admits = |order: &&str| requirement.versions.contains(order);
                if found.unknown || found.unsolved.iter().any(admits) {
                    let (package, required_by) = (name.to_string(), by.clone());
                    missing.push(Missing {
                        package,
                        specifier: specifier.clone(),
                        required_by,
                    });
                }
            }
        }
        missing.sort();
        missing.dedup();
        missing
    }
}

fn find<'a>(
    name: &PackageName,
    universe: &'a Universe,
    rules: &mut Rules<'a>,
    unknown: Unknown,
) -> Found<'a> {
    let mut found = Found::default();
    let Some(knowledge) = universe.packages.get(name).filter(|knowledge| knowledge.known) else {
        found.unknown = true;
        found.wildcard = unknown == Unknown::Fits;
        return found;
    };
    for (source, candidate) in knowledge.candidates.iter().enumerate() {
        match rules.exclusion(name, knowledge, candidate) {
            None => {}
            Some(Exclusion::UnknownRequirements) => {
                found.unsolved.push(&candidate.order);
                if unknown == Unknown::Excluded {
                    continue;
                }
            }
            Some(_) => continue,
        }
        found.legal.push((source, candidate));
    }
    // Of equal versions the first in the knowledge stays.
    found
        .legal
        .sort_by(|(_, left), (_, right)| right.order.cmp(&left.order));
    found
        .legal
        .dedup_by(|(_, later), (_, first)| later.order == first.order);
    found
}
