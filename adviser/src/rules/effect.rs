//! Patterns over the candidates in reach.

use std::collections::{BTreeMap, BTreeSet};

use thoth_schema::name::PackageName;
use thoth_schema::requirement::Requirement;
use thoth_schema::version::is_prerelease;
use thoth_schema::versions::{Interval, VersionSet};

use super::context::Context;
use super::pattern::{Pattern, Together};
use crate::model::{Candidate, Member, Universe};

/// The candidates in reach of a request.
pub(super) struct Reach<'a> {
    universe: &'a Universe,
    context: &'a Context<'a>,
    /// The packages that the request requires directly.
    pub(super) roots: BTreeSet<&'a PackageName>,
    /// The packages that some candidate requires.
    required: BTreeSet<&'a PackageName>,
}

impl<'a> Reach<'a> {
    pub(super) fn new(universe: &'a Universe, context: &'a Context<'a>) -> Self {
        let environment = &context.request.environment;
        let roots = context.request.requirements.iter();
        let candidates = universe.packages.values().flat_map(|known| &known.candidates);
        let required = candidates.flat_map(|candidate| candidate.requirements.iter().flatten());
        Self {
            universe,
            context,
            roots: roots
                .filter(|root| root.applies(environment, None))
                .map(|root| &root.name)
                .collect(),
            required: required.map(|requirement| &requirement.name).collect(),
        }
    }

    /// Whether some candidate requires the package.
    pub(super) fn is_required(&self, name: &PackageName) -> bool {
        self.required.contains(name)
    }

    /// Whether the candidate requires the package here, without being asked for an extra.
    pub(super) fn requires(&self, candidate: &Candidate, name: &PackageName) -> bool {
        let environment = &self.context.request.environment;
        let names = |one: &Requirement| one.name == *name && one.applies(environment, None);
        candidate.requirements.iter().flatten().any(|one| names(one))
    }

    /// The candidates that a pattern means.
    pub(super) fn candidates<'p>(
        &'p self,
        pattern: &'p Pattern,
    ) -> impl Iterator<Item = (&'a PackageName, &'a Candidate)> + 'p {
        let universe: &'a Universe = self.universe;
        let named = pattern
            .name
            .as_ref()
            .map(|name| universe.packages.get_key_value(name));
        let all = pattern.name.is_none().then(|| universe.packages.iter());
        let packages = named.flatten().into_iter().chain(all.into_iter().flatten());
        let all = packages.flat_map(|(name, known)| known.candidates.iter().map(move |one| (name, one)));
        all.filter(|(name, candidate)| pattern.admits(name, candidate, self.context.default_index))
    }

    /// The sets of members that stand for a pattern; no stack has two of them, and none has a package twice.
    pub(super) fn combinations(&self, pattern: &Together) -> Vec<Vec<Member>> {
        let mut sets: Vec<BTreeMap<PackageName, Member>> = vec![BTreeMap::new()];
        for (position, member) in pattern.members.iter().chain(&pattern.from).enumerate() {
            let parent_of = (position >= pattern.members.len()).then(|| pattern.members[0].name.as_ref());
            let choices = self.members(member, parent_of.flatten());
            let joined = sets
                .iter()
                .flat_map(|set| choices.iter().filter_map(|choice| join(set, choice)));
            sets = joined.collect();
        }
        sets.into_iter().map(|set| set.into_values().collect()).collect()
    }

    /// The members that stand for one pattern, one for each package and, where it asks for an index, each index. Of the
    /// parents of a package only those count that require it.
    fn members(&self, pattern: &Pattern, parent_of: Option<&PackageName>) -> Vec<Member> {
        let mut found: BTreeMap<(&PackageName, Option<&str>), Vec<Interval>> = BTreeMap::new();
        for (package, candidate) in self.candidates(pattern) {
            if parent_of.is_some_and(|child| !self.requires(candidate, child)) {
                continue;
            }
            let index = pattern.index.as_ref().map(|_| candidate.index.as_str());
            found
                .entry((package, index))
                .or_default()
                .push(point(&candidate.order));
        }
        let member = |((package, index), points): ((&PackageName, Option<&str>), Vec<Interval>)| Member {
            package: package.clone(),
            versions: self.widened(
                pattern,
                package,
                parent_of.is_some(),
                VersionSet::from_intervals(points),
            ),
            index: index.map(str::to_owned),
        };
        found.into_iter().map(member).collect()
    }

    /// The specifier's own versions where they are the ones found; shorter than a point for each release.
    fn widened(
        &self,
        pattern: &Pattern,
        package: &PackageName,
        exact: bool,
        found: VersionSet,
    ) -> VersionSet {
        let known = self.universe.packages.get(package);
        let mut candidates = known.iter().flat_map(|known| &known.candidates);
        let is_whole = !exact
            && pattern.index.is_none()
            && (pattern.prereleases || !candidates.any(|one| is_prerelease(&one.version)));
        if is_whole { pattern.versions.clone() } else { found }
    }
}

/// Exactly one order key: none has another one as its beginning.
fn point(order: &str) -> Interval {
    Interval {
        from: order.to_owned(),
        until: format!("{order}!"),
    }
}

/// The set with one member more; `None` where no release can be both.
fn join(set: &BTreeMap<PackageName, Member>, member: &Member) -> Option<BTreeMap<PackageName, Member>> {
    let mut joined = set.clone();
    let Some(before) = joined.get_mut(&member.package) else {
        joined.insert(member.package.clone(), member.clone());
        return Some(joined);
    };
    before.versions = before.versions.intersection(&member.versions);
    let differs = before.index.is_some() && member.index.is_some() && before.index != member.index;
    before.index = before.index.take().or_else(|| member.index.clone());
    (!differs && !before.versions.is_empty()).then_some(joined)
}
