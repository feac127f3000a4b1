//! The problems of several environments as one.

use std::collections::BTreeMap;
use std::sync::Arc;

use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::name::PackageName;
use thoth_schema::requirement::Requirement;

use crate::best::spread;
use crate::bits::{self, BitTable};
use crate::build::NO_SOURCE;
use crate::model::{Request, Universe};
use crate::problem::{Factor, Legal, Need, Package, PackageId, Pins, Problem};

/// How the copies of a package hang together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coupling {
    /// They have the same version.
    Equal,
    /// They may differ, at a cost that outweighs all scores.
    Costly,
}

/// One package of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// The copy of a package for one environment: the environment, and its number there.
    Copy(usize, PackageId),
    /// What the copies of a package share.
    Shared,
}

/// The problems of several environments as one.
pub(super) struct Product {
    pub(super) problem: Problem,
    roles: Vec<Role>,
    /// The numbers in the product of the packages of each environment.
    numbers: Vec<Vec<PackageId>>,
    /// What one difference costs.
    cost: i128,
    /// No stack weighs less before its differences are charged.
    lowest: i128,
}

/// A release, whatever the environment: order key and index.
type ReleaseKey<'a> = (&'a str, &'a str);

impl Product {
    /// The product of problems.
    ///
    /// # Errors
    ///
    /// `INVALID_ARGUMENT` for scores too large to be weighed against differences.
    pub(super) fn new(
        parts: &[(&Universe, &Request)],
        problems: &[Problem],
        coupling: Coupling,
    ) -> Result<Self, Fault> {
        let mut builder = Builder::new(problems);
        for (name, copies) in places(problems) {
            builder.add(&name, &copies, parts, coupling);
        }
        let mut product = builder.finish();
        if coupling == Coupling::Costly {
            product.charge().ok_or_else(|| {
                let message = "the scores are too large to be weighed against differences";
                Fault::new(ErrorCode::InvalidArgument, message).remedy("give scores of moderate size")
            })?;
        }
        Ok(product)
    }

    /// Makes every difference cost more than all scores; `None` where that does not fit.
    fn charge(&mut self) -> Option<()> {
        let cost = spread(&self.problem)?;
        self.lowest = self.problem.packages.iter().map(lightest).sum::<i128>()
            + self
                .problem
                .factors
                .iter()
                .map(|factor| factor.weight.unwrap_or(0).min(0))
                .sum::<i128>();
        cost.checked_mul(self.roles.len() as i128 + 1)
            .filter(|all| *all < i128::MAX >> 4)?;
        for (role, package) in self.roles.iter().zip(&mut self.problem.packages) {
            if *role == Role::Shared
                && let Some(differ) = package.candidates.last_mut()
            {
                differ.weight -= cost;
            }
        }
        self.cost = cost;
        Some(())
    }

    /// The pins of one environment.
    pub(super) fn part(&self, part: usize, pins: &Pins) -> Pins {
        let numbers = self.numbers[part].iter();
        numbers.map(|number| pins[*number as usize]).collect()
    }

    /// The pins of all environments as pins of the product, where copies may differ.
    pub(super) fn together(&self, parts: &[Pins]) -> Option<Pins> {
        let mut pins: Pins = vec![None; self.problem.size()];
        for (at, role) in self.roles.iter().enumerate() {
            if let Role::Copy(part, package) = role {
                pins[at] = parts.get(*part)?.get(*package as usize).copied()?;
            }
        }
        let mut wanted: BTreeMap<PackageId, Vec<u64>> = BTreeMap::new();
        for (at, pin) in pins.iter().enumerate() {
            let Some(pin) = pin else { continue };
            for need in &self.problem.packages[at].candidates[*pin as usize].needs {
                if self.roles[need.target as usize] == Role::Shared {
                    let mask = self.problem.mask(need.target, need.mask);
                    let known = wanted.entry(need.target).or_insert_with(|| mask.to_vec());
                    bits::keep(known, mask);
                }
            }
        }
        for (shared, mask) in wanted {
            pins[shared as usize] = bits::ones(&mask).next().map(|one| one as u32);
        }
        Some(pins)
    }

    /// How many shared packages say that their copies differ.
    pub(super) fn differences(&self, pins: &Pins) -> usize {
        let differs = |(at, role): &(usize, &Role)| {
            let last = self.problem.packages[*at].candidates.len().saturating_sub(1);
            **role == Role::Shared && self.cost > 0 && pins[*at] == Some(last as u32)
        };
        self.roles.iter().enumerate().filter(differs).count()
    }

    /// No stack that weighs as much has fewer differences.
    pub(super) fn least_differences(&self, weight: i128) -> usize {
        if self.cost == 0 {
            return 0;
        }
        // With `d` differences a stack weighs at least `lowest - d * cost`: so many that this is no more.
        let least = -((weight - self.lowest).div_euclid(self.cost));
        usize::try_from(least).unwrap_or(0)
    }
}

/// Where each package name is: environment and number there.
fn places(problems: &[Problem]) -> BTreeMap<PackageName, Vec<(usize, PackageId)>> {
    let mut places: BTreeMap<PackageName, Vec<(usize, PackageId)>> = BTreeMap::new();
    for (part, problem) in problems.iter().enumerate() {
        for (at, package) in problem.packages.iter().enumerate() {
            places
                .entry(package.name.clone())
                .or_default()
                .push((part, at as PackageId));
        }
    }
    places
}

struct Builder<'a> {
    problems: &'a [Problem],
    packages: Vec<Package>,
    masks: Vec<BitTable>,
    extra_sets: Vec<BitTable>,
    roles: Vec<Role>,
    numbers: Vec<Vec<PackageId>>,
}

impl<'a> Builder<'a> {
    fn new(problems: &'a [Problem]) -> Self {
        let none = |problem: &Problem| vec![PackageId::MAX; problem.size()];
        Self {
            problems,
            packages: Vec::new(),
            masks: Vec::new(),
            extra_sets: Vec::new(),
            roles: Vec::new(),
            numbers: problems.iter().map(none).collect(),
        }
    }

    /// Adds the copies of a package, and what they share.
    fn add(
        &mut self,
        name: &PackageName,
        copies: &[(usize, PackageId)],
        parts: &[(&Universe, &Request)],
        coupling: Coupling,
    ) {
        for (part, package) in copies {
            let problem = &self.problems[*part];
            self.numbers[*part][*package as usize] = self.packages.len() as PackageId;
            self.packages.push(problem.package(*package).clone());
            self.masks.push(problem.masks[*package as usize].clone());
            self.extra_sets
                .push(problem.extra_sets[*package as usize].clone());
            self.roles.push(Role::Copy(*part, *package));
        }
        if copies.len() > 1 {
            self.share(name, copies, parts, coupling);
        }
    }

    /// Adds what the copies just added share, and makes them require it.
    fn share(
        &mut self,
        name: &PackageName,
        copies: &[(usize, PackageId)],
        parts: &[(&Universe, &Request)],
        coupling: Coupling,
    ) {
        let first = self.packages.len() - copies.len();
        let key = |part: usize, legal: &Legal| -> Option<ReleaseKey<'_>> {
            let known = parts
                .get(part)?
                .0
                .packages
                .get(name)?
                .candidates
                .get(legal.source)?;
            Some((known.order.as_str(), known.index.as_str()))
        };
        let mut releases: Vec<ReleaseKey<'_>> = Vec::new();
        for (copy, (part, _)) in copies.iter().enumerate() {
            releases.extend(
                self.packages[first + copy]
                    .candidates
                    .iter()
                    .filter_map(|legal| key(*part, legal)),
            );
        }
        releases.sort_unstable();
        releases.dedup();
        let extra = usize::from(coupling == Coupling::Costly);
        let width = releases.len() + extra;
        let mut table = BitTable::new(width);
        let requirement = shared_requirement(name);
        let shared = self.packages.len() as PackageId;
        for (copy, (part, _)) in copies.iter().enumerate() {
            for legal in &mut self.packages[first + copy].candidates {
                let mut set = vec![0; bits::words_for(width)];
                if let Some(at) = key(*part, legal).and_then(|key| releases.binary_search(&key).ok()) {
                    bits::set(&mut set, at);
                }
                if extra == 1 {
                    bits::set(&mut set, releases.len());
                }
                legal.needs.push(Need {
                    target: shared,
                    mask: table.intern(&set),
                    extras: bits::EMPTY,
                    always: true,
                    under: bits::EMPTY,
                    requirement: Arc::clone(&requirement),
                });
            }
        }
        let candidate = |version: String| Legal {
            source: NO_SOURCE,
            version,
            score: 0.0,
            weight: 0,
            needs: Vec::new(),
        };
        let versions = releases.iter().map(|(order, _)| candidate((*order).to_owned()));
        let differ = (0..extra).map(|_| candidate("different".to_owned()));
        self.packages.push(Package {
            name: name.clone(),
            candidates: versions.chain(differ).collect(),
            extras: Vec::new(),
            gate: None,
        });
        self.masks.push(table);
        self.extra_sets.push(BitTable::new(0));
        self.roles.push(Role::Shared);
    }

    /// The product, with every number of an environment's problem replaced by that in the product.
    fn finish(mut self) -> Product {
        for at in 0..self.packages.len() {
            let Role::Copy(part, package) = self.roles[at] else {
                continue;
            };
            let own = self.problems[part].package(package);
            for (legal, before) in self.packages[at].candidates.iter_mut().zip(&own.candidates) {
                for need in legal.needs.iter_mut().take(before.needs.len()) {
                    need.target = self.numbers[part][need.target as usize];
                }
            }
        }
        let mut roots = Vec::new();
        let mut factors = Vec::new();
        for (part, problem) in self.problems.iter().enumerate() {
            let number = |package: PackageId| self.numbers[part][package as usize];
            roots.extend(problem.roots.iter().map(|need| Need {
                target: number(need.target),
                ..need.clone()
            }));
            factors.extend(problem.factors.iter().map(|factor| {
                let members = factor.members.iter();
                Factor {
                    members: members
                        .map(|(package, set)| (number(*package), set.clone()))
                        .collect(),
                    ..factor.clone()
                }
            }));
        }
        Product {
            problem: Problem {
                packages: self.packages,
                roots,
                masks: self.masks,
                extra_sets: self.extra_sets,
                factors,
            },
            roles: self.roles,
            numbers: self.numbers,
            cost: 0,
            lowest: 0,
        }
    }
}

/// The least that pinning a package, or not, adds.
fn lightest(package: &Package) -> i128 {
    let weights = package.candidates.iter().map(|legal| legal.weight);
    weights.min().unwrap_or(0).min(0)
}

/// What the copies of a package require of what they share; no sentence speaks of it.
fn shared_requirement(name: &PackageName) -> Arc<Requirement> {
    Arc::new(Requirement {
        text: name.to_string(),
        name: name.clone(),
        extras: Vec::new(),
        specifiers: Default::default(),
        versions: thoth_schema::versions::VersionSet::all(),
        marker: Default::default(),
        url: None,
    })
}
