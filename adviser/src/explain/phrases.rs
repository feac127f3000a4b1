//! Names for what a derivation speaks of: releases as ranges of real versions, requirements as they are
//! written.

use std::collections::{BTreeMap, BTreeSet};

use thoth_schema::name::PackageName;
use thoth_schema::requirement::Requirement;

use crate::bits;
use crate::decide::{Candidates, Node};
use crate::legal::{Exclusion, Rules};
use crate::model::{Candidate, Universe};
use crate::problem::{Need, PackageId, Problem};

/// More separate ranges than this are summed up.
const MOST_RANGES: usize = 4;

/// More ways to write a requirement than this are summed up.
const MOST_TEXTS: usize = 3;

/// Names things of one problem.
pub(super) struct Phrases<'a, 'r> {
    universe: &'a Universe,
    rules: &'r mut Rules<'a>,
    pub(super) problem: &'r Problem,
    /// The release that is asked about, where one is: the last root stands for it, not for a requirement.
    own: Option<String>,
    /// Requirements the story speaks of, for the remarks on what was left out.
    spoken: BTreeMap<PackageName, Vec<Requirement>>,
    /// Packages of which it was said why nothing meets a requirement on them.
    explained: BTreeSet<PackageName>,
}

impl<'a, 'r> Phrases<'a, 'r> {
    pub(super) fn new(
        universe: &'a Universe,
        rules: &'r mut Rules<'a>,
        problem: &'r Problem,
        own: Option<String>,
    ) -> Self {
        Self {
            universe,
            rules,
            problem,
            own,
            spoken: BTreeMap::new(),
            explained: BTreeSet::new(),
        }
    }

    /// Whether the story is about a release that no stack holds.
    pub(super) fn is_about_a_release(&self) -> bool {
        self.own.is_some()
    }

    /// The conclusion of every story.
    pub(super) fn conclusion(&self) -> String {
        let mut texts: Vec<String> = Vec::new();
        let given = self.problem.roots.len() - usize::from(self.own.is_some());
        for root in self.problem.roots.iter().take(given) {
            let text = written(&root.requirement);
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        match (&self.own, texts.as_slice()) {
            (Some(own), []) => format!("no stack holds {own}"),
            (Some(own), given) => format!("no stack that meets {} holds {own}", join(given)),
            (None, [only]) => format!("{only} cannot be met"),
            (None, several) => format!("{} cannot be met together", join(several)),
        }
    }

    /// The conclusion where no derivation led to it.
    pub(super) fn bare_conclusion(&self) -> String {
        let gated = self.problem.packages.iter().any(|package| package.gate.is_some());
        let why = if gated {
            "Because pre-releases are taken only where no final release meets all requirements, "
        } else {
            "Whatever is chosen, "
        };
        format!("{why}{}.", self.conclusion())
    }

    /// A set of candidates of a package or of one of its extras.
    pub(super) fn releases(&self, node: Node, set: &Candidates) -> String {
        let (Node::Package(package) | Node::Extra(package, _)) = node else {
            return "the request".to_owned();
        };
        let name = self.name(node);
        let candidates = &self.problem.package(package).candidates;
        let words = set.below(candidates.len());
        let count = bits::count(&words) as usize;
        if count == candidates.len() && count > 1 {
            return format!("every release of {name}");
        }
        let ranges = ranges(&words, candidates.len());
        let version = |at: usize| candidates[at].version.as_str();
        match (ranges.first(), ranges.last()) {
            (Some((oldest, _)), Some((_, newest))) if ranges.len() > MOST_RANGES => {
                format!(
                    "{count} releases of {name} from {} to {}",
                    version(*oldest),
                    version(*newest)
                )
            }
            (Some(_), _) => {
                let texts: Vec<String> = ranges
                    .iter()
                    .map(|(oldest, newest)| match oldest == newest {
                        true => version(*oldest).to_owned(),
                        false => format!("{} to {}", version(*oldest), version(*newest)),
                    })
                    .collect();
                format!("{name} {}", join(&texts))
            }
            _ => format!("no release of {name}"),
        }
    }

    /// Any one of a set of candidates.
    pub(super) fn any_release(&self, node: Node, set: &Candidates) -> String {
        let releases = self.releases(node, set);
        match releases.strip_prefix("every ") {
            Some(release) => format!("a {release}"),
            None if self.is_plural(node, set) => format!("one of {releases}"),
            None => releases,
        }
    }

    /// Whether several releases are spoken of, as grammar has it.
    pub(super) fn is_plural(&self, node: Node, set: &Candidates) -> bool {
        let (Node::Package(package) | Node::Extra(package, _)) = node else {
            return false;
        };
        let size = self.problem.package(package).candidates.len();
        let count = bits::count(&set.below(size)) as usize;
        count > 1 && count < size
    }

    /// That no release of the set can be part of a stack.
    pub(super) fn unusable(&self, node: Node, set: &Candidates) -> String {
        let (Node::Package(package) | Node::Extra(package, _)) = node else {
            return self.conclusion();
        };
        let size = self.problem.package(package).candidates.len();
        if size > 1 && bits::count(&set.below(size)) as usize == size {
            return format!("no release of {} can be used", self.name(node));
        }
        format!("{} cannot be used", self.releases(node, set))
    }

    /// The package whose requirements a node brings in; none for the request.
    pub(super) fn owner(&self, node: Node) -> Option<String> {
        match node {
            Node::Root | Node::Forbidden(_) => None,
            Node::Package(package) | Node::Extra(package, _) => {
                Some(self.problem.package(package).name.to_string())
            }
        }
    }

    fn name(&self, node: Node) -> String {
        match node {
            Node::Root | Node::Forbidden(_) => "the request".to_owned(),
            Node::Package(package) => self.problem.package(package).name.to_string(),
            Node::Extra(package, extra) => {
                let package = self.problem.package(package);
                format!("{}[{}]", package.name, package.extras[extra as usize])
            }
        }
    }

    /// What `owner`, in the releases of `set`, requires of `target`, where it must be one of `wanted`.
    pub(super) fn dependency(
        &mut self,
        owner: Node,
        set: &Candidates,
        target: Node,
        wanted: &Candidates,
    ) -> Vec<String> {
        if let Node::Forbidden(term) = target {
            return vec![self.forbidden(term)];
        }
        let (Node::Package(to) | Node::Extra(to, _)) = target else {
            return Vec::new();
        };
        if let (Node::Extra(package, _), Node::Package(same)) = (owner, target)
            && package == same
        {
            return Vec::new();
        }
        let needs = self.needs(owner, set, to, wanted);
        let mut texts: BTreeSet<String> = needs.iter().map(|need| written(&need.requirement)).collect();
        if texts.len() > MOST_TEXTS || texts.is_empty() {
            texts = BTreeSet::from([self.releases(target, wanted)]);
        }
        let texts: Vec<String> = texts.into_iter().collect();
        // Several releases may word it differently; what one release requires, it requires at once.
        let alone = !self.is_plural(owner, set);
        let required = if alone { join(&texts) } else { texts.join(" or ") };
        let unmet = bits::none(&wanted.below(self.problem.package(to).candidates.len()));
        let requirements: Vec<Requirement> = needs.iter().map(|need| (*need.requirement).clone()).collect();
        let why = unmet.then(|| self.unmet(to, &requirements, &required));
        let name = self.problem.package(to).name.clone();
        self.spoken.entry(name).or_default().extend(requirements);
        let fact = match owner {
            Node::Root => match self.problem.roots.last().filter(|_| self.own.is_some()) {
                Some(last) if written(&last.requirement) == required => {
                    format!("{} is wanted", self.own.as_deref().unwrap_or_default())
                }
                _ => format!("{required} is required"),
            },
            _ => {
                let verb = if alone { "requires" } else { "require" };
                format!("{} {verb} {required}", self.releases(owner, set))
            }
        };
        std::iter::once(fact).chain(why).collect()
    }

    /// What a term forbids, and why.
    fn forbidden(&self, term: u32) -> String {
        let factor = &self.problem.factors[term as usize];
        let name = |(package, set): &(PackageId, Box<[u64]>)| {
            self.releases(Node::Package(*package), &Candidates::of(set))
        };
        let members: Vec<String> = factor.members.iter().map(name).collect();
        let reason = self.universe.terms.get(factor.term);
        let why = reason.map_or_else(String::new, |term| format!(" ({})", term.reason.message));
        match members.as_slice() {
            [] => format!("every stack is forbidden{why}"),
            [only] => format!("{only} is forbidden{why}"),
            several => format!("{} are forbidden together{why}", join(several)),
        }
    }

    /// The requirements behind a dependency.
    fn needs(&self, owner: Node, set: &Candidates, target: PackageId, wanted: &Candidates) -> Vec<Need> {
        let size = self.problem.package(target).candidates.len();
        let wanted = wanted.below(size);
        let is_meant = |need: &&Need| {
            if need.target != target {
                return false;
            }
            let mut mask = self.problem.mask(target, need.mask).to_vec();
            bits::keep(&mut mask, &bits::full(size, size));
            mask.iter().zip(&wanted).all(|(left, right)| left == right)
        };
        let (package, extra) = match owner {
            Node::Root => return self.problem.roots.iter().filter(is_meant).cloned().collect(),
            Node::Forbidden(_) => return Vec::new(),
            Node::Package(package) => (package, None),
            Node::Extra(package, extra) => (package, Some(extra as usize)),
        };
        let candidates = &self.problem.package(package).candidates;
        let extras = &self.problem.extra_sets[package as usize];
        let holds =
            |need: &&Need| extra.map_or(need.always, |extra| bits::has(extras.get(need.under), extra));
        let owners = set.below(candidates.len());
        let needs =
            bits::ones(&owners).flat_map(|at| candidates[at].needs.iter().filter(holds).filter(is_meant));
        needs.cloned().collect()
    }

    /// Why no candidate meets requirements that none meets.
    fn unmet(&mut self, package: PackageId, requirements: &[Requirement], wanted: &str) -> String {
        let name = self.problem.package(package).name.clone();
        self.explained.insert(name.clone());
        let Some(knowledge) = self
            .universe
            .packages
            .get(&name)
            .filter(|knowledge| knowledge.known)
        else {
            return format!("nothing is known of {name}");
        };
        if requirements.iter().any(|one| one.url.is_some()) {
            return "addresses are not supported".to_owned();
        }
        let admitted = |one: &&Candidate| {
            requirements
                .iter()
                .any(|requirement| requirement.versions.contains(&one.order))
        };
        let mut why: BTreeMap<Exclusion, usize> = BTreeMap::new();
        for candidate in knowledge.candidates.iter().filter(admitted) {
            if let Some(exclusion) = self.rules.exclusion(&name, knowledge, candidate) {
                *why.entry(exclusion).or_default() += 1;
            }
        }
        let total: usize = why.values().sum();
        let why: Vec<(Exclusion, usize)> = why.into_iter().collect();
        match why.as_slice() {
            [] => format!("no known release of {name} that installs here meets {wanted}"),
            [(exclusion, 1)] => format!(
                "the only release that meets {wanted} {}",
                self.because(exclusion, false)
            ),
            [(exclusion, _)] => format!(
                "every release that meets {wanted} {}",
                self.because(exclusion, false)
            ),
            several => {
                let parts: Vec<String> = several
                    .iter()
                    .map(|(exclusion, count)| format!("{count} {}", self.because(exclusion, *count > 1)))
                    .collect();
                format!("of the {total} releases that meet {wanted} {}", join(&parts))
            }
        }
    }

    /// What keeps a release from being chosen, as a predicate.
    fn because(&self, exclusion: &Exclusion, plural: bool) -> String {
        let (is, has, needs) = if plural {
            ("are", "have", "need")
        } else {
            ("is", "has", "needs")
        };
        match exclusion {
            Exclusion::UnknownRequirements => format!("{has} requirements nobody knows"),
            Exclusion::Python => format!("{needs} another Python than {}", self.python()),
            Exclusion::Yanked => format!("{is} yanked"),
            Exclusion::Prerelease if plural => "are pre-releases nobody asked for".to_owned(),
            Exclusion::Prerelease => "is a pre-release nobody asked for".to_owned(),
            Exclusion::Constraint(text) => format!("{is} left out by the constraint {text}"),
            Exclusion::DirectUrl(text) => format!("{needs} something from an address ({text})"),
        }
    }

    fn python(&self) -> String {
        let release = self.rules.request().environment.python().release().to_vec();
        release
            .iter()
            .take(2)
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(".")
    }

    /// Remarks on releases that requirements of the story admit and that are left out all the same.
    pub(super) fn remarks(&mut self) -> Vec<String> {
        let mut remarks = Vec::new();
        for (name, requirements) in std::mem::take(&mut self.spoken) {
            let Some(knowledge) = self.universe.packages.get(&name) else {
                continue;
            };
            // Only what meets every requirement spoken of could have made a difference.
            let admits = |one: &&Candidate| {
                requirements
                    .iter()
                    .all(|requirement| requirement.versions.contains(&one.order))
            };
            let mut admitted: Vec<&Candidate> = knowledge.candidates.iter().filter(admits).collect();
            admitted.sort_by(|left, right| left.order.cmp(&right.order));
            let mut left_out: BTreeMap<Exclusion, Vec<&Candidate>> = BTreeMap::new();
            for candidate in admitted {
                if let Some(exclusion) = self.rules.exclusion(&name, knowledge, candidate) {
                    left_out.entry(exclusion).or_default().push(candidate);
                }
            }
            if self.explained.contains(&name) {
                continue;
            }
            for (exclusion, releases) in left_out {
                let because = self.because(&exclusion, releases.len() > 1);
                remarks.push(match releases.as_slice() {
                    [only] => format!("{name} {} is left out: it {because}.", only.version),
                    [oldest, .., newest] => format!(
                        "{} releases of {name} from {} to {} are left out: they {because}.",
                        releases.len(),
                        oldest.version,
                        newest.version
                    ),
                    [] => continue,
                });
            }
        }
        remarks
    }
}

/// Runs of neighbouring candidates, oldest run first, each from its oldest to its newest.
fn ranges(words: &[u64], size: usize) -> Vec<(usize, usize)> {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for at in (0..size).rev().filter(|at| bits::has(words, *at)) {
        match ranges.last_mut() {
            Some((_, newest)) if *newest == at + 1 => *newest = at,
            _ => ranges.push((at, at)),
        }
    }
    ranges
}

/// A requirement without its marker.
fn written(requirement: &Requirement) -> String {
    let extras: Vec<String> = requirement.extras.iter().map(ToString::to_string).collect();
    let extras = if extras.is_empty() {
        String::new()
    } else {
        format!("[{}]", extras.join(","))
    };
    let specifiers: String = requirement
        .specifiers
        .to_string()
        .split(',')
        .map(str::trim)
        .collect::<Vec<_>>()
        .join(",");
    format!("{}{extras}{specifiers}", requirement.name)
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn join(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
