//! What is wanted of each package, what of it was looked at, and so what to look at next.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use thoth_adviser::PrereleasePolicy;
use thoth_schema::environment::Environment;
use thoth_schema::name::{ExtraName, PackageName};
use thoth_schema::requirement::Requirement;
use thoth_schema::version;
use thoth_schema::versions::VersionSet;

use super::known::Release;

/// What is wanted of one package.
#[derive(Debug, Clone)]
pub(super) struct Want {
    versions: VersionSet,
    seen: VersionSet,
    extras: BTreeSet<ExtraName>,
    seen_extras: BTreeSet<ExtraName>,
    allowed: VersionSet,
    pinned: Vec<String>,
}

impl Want {
    fn new(allowed: VersionSet, pinned: Vec<String>) -> Self {
        Self {
            versions: VersionSet::none(),
            seen: VersionSet::none(),
            extras: BTreeSet::new(),
            seen_extras: BTreeSet::new(),
            allowed,
            pinned,
        }
    }

    /// The extras asked of the package so far.
    pub(super) fn extras(&self) -> &BTreeSet<ExtraName> {
        &self.extras
    }

    /// What is wanted and was not looked at yet; releases are looked at again for extras asked late.
    fn missing(&self) -> Option<VersionSet> {
        if self.extras != self.seen_extras && !self.versions.is_empty() {
            return Some(self.versions.clone());
        }
        let missing = self.versions.difference(&self.seen);
        (!missing.is_empty()).then_some(missing)
    }

    /// Whether a release is left out whatever else is asked: only what pins or wants it can tell.
    pub(super) fn removes(&self, release: &Release, prereleases: bool) -> bool {
        release.unknown
            || release.foreign
            || release.missing
            || release.late
            || release.python
            || self.withdraws(release)
            || (release.prerelease && !prereleases)
    }

    /// Whether no requirement wants this release, or a constraint is against it.
    pub(super) fn is_outside(&self, release: &Release) -> bool {
        !self.versions.contains(&release.candidate.order)
    }

    /// Whether the release is yanked and nobody pins it.
    pub(super) fn withdraws(&self, release: &Release) -> bool {
        release.candidate.yanked && !self.pinned.contains(&release.candidate.order)
    }
}

/// All packages that were reached, with what is wanted of them.
#[derive(Debug, Clone)]
pub(super) struct Frontier {
    wants: BTreeMap<PackageName, Want>,
    allowed: BTreeMap<PackageName, VersionSet>,
    pinned: BTreeMap<PackageName, Vec<String>>,
    prereleases: bool,
}

impl Frontier {
    /// Starts with the requirements of the request whose markers hold.
    pub(super) fn new(
        requirements: &[Requirement],
        constraints: &[Requirement],
        environment: &Environment,
        policy: PrereleasePolicy,
    ) -> Self {
        let mut frontier = Self {
            wants: BTreeMap::new(),
            allowed: BTreeMap::new(),
            pinned: BTreeMap::new(),
            prereleases: policy != PrereleasePolicy::Disallow,
        };
        let holds = |requirement: &&Requirement| requirement.applies(environment, None);
        for requirement in requirements.iter().chain(constraints).filter(holds) {
            if let Some(pin) = requirement.exact_pin() {
                frontier
                    .pinned
                    .entry(requirement.name.clone())
                    .or_default()
                    .push(version::order_key(&pin));
            }
        }
        for constraint in constraints.iter().filter(holds) {
            let allowed = frontier
                .allowed
                .entry(constraint.name.clone())
                .or_insert_with(VersionSet::all);
            *allowed = allowed.intersection(&constraint.versions);
        }
        for requirement in requirements.iter().filter(holds) {
            frontier.want(requirement);
        }
        frontier
    }

    /// Adds what a requirement wants of its package.
    pub(super) fn want(&mut self, requirement: &Requirement) {
        if !self.wants.contains_key(&requirement.name) {
            let allowed = self
                .allowed
                .get(&requirement.name)
                .cloned()
                .unwrap_or_else(VersionSet::all);
            let pinned = self.pinned.get(&requirement.name).cloned().unwrap_or_default();
            self.wants
                .insert(requirement.name.clone(), Want::new(allowed, pinned));
        }
        let Some(want) = self.wants.get_mut(&requirement.name) else {
            return;
        };
        let admitted = requirement.versions.intersection(&want.allowed);
        want.versions = want.versions.union(&admitted);
        for extra in &requirement.extras {
            if !want.extras.contains(extra) {
                want.extras.insert(extra.clone());
            }
        }
    }

    /// What is wanted of a package.
    pub(super) fn get(&self, name: &PackageName) -> Option<&Want> {
        self.wants.get(name)
    }

    /// Whether pre-releases may be candidates at all.
    pub(super) fn prereleases(&self) -> bool {
        self.prereleases
    }

    /// What is wanted and was not looked at yet, by package; empty when everything was.
    pub(super) fn take_open(&mut self) -> Vec<(PackageName, VersionSet)> {
        let mut open = Vec::new();
        for (name, want) in &mut self.wants {
            let Some(missing) = want.missing() else { continue };
            want.seen = want.versions.clone();
            want.seen_extras = want.extras.clone();
            open.push((name.clone(), missing));
        }
        open
    }

    /// Every extra that is asked of any package, and the empty one.
    pub(super) fn extras(&self) -> BTreeSet<String> {
        let asked = self.wants.values().flat_map(|want| &want.extras);
        asked.map(ToString::to_string).chain([String::new()]).collect()
    }

    /// The packages reached.
    pub(super) fn names(&self) -> impl Iterator<Item = &PackageName> {
        self.wants.keys()
    }
}

/// Parses each requirement text once, and decides each once.
pub(super) struct Lines<'environment> {
    environment: &'environment Environment,
    parsed: BTreeMap<String, Option<Arc<Requirement>>>,
    decided: BTreeMap<(String, String), bool>,
}

impl<'environment> Lines<'environment> {
    pub(super) fn new(environment: &'environment Environment) -> Self {
        Self {
            environment,
            parsed: BTreeMap::new(),
            decided: BTreeMap::new(),
        }
    }

    /// The requirement of a text; `None` for a text that cannot be read, which ingest never marks as known.
    pub(super) fn parse(&mut self, text: &str) -> Option<Arc<Requirement>> {
        if let Some(known) = self.parsed.get(text) {
            return known.clone();
        }
        let requirement = Requirement::parse(text).ok().map(Arc::new);
        self.parsed.insert(text.to_owned(), requirement.clone());
        requirement
    }

    /// Whether the requirement holds without an extra or with one of these.
    pub(super) fn holds(&mut self, requirement: &Requirement, extras: &BTreeSet<ExtraName>) -> bool {
        std::iter::once(None).chain(extras.iter().map(Some)).any(|extra| {
            let key = (
                requirement.text.clone(),
                extra.map(ToString::to_string).unwrap_or_default(),
            );
            *self
                .decided
                .entry(key)
                .or_insert_with(|| requirement.applies(self.environment, extra))
        })
    }
}
