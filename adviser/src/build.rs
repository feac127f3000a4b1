//! Makes the dense problem of a request from the knowledge in reach.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use thoth_schema::error::Fault;
use thoth_schema::name::{ExtraName, PackageName};
use thoth_schema::requirement::Requirement;
use thoth_schema::version::is_prerelease;

use crate::bits::{self, BitTable};
use crate::gather::{Found, Gathered, Unknown};
use crate::hash::FastMap;
use crate::legal::Rules;
use crate::model::{Candidate, Effect, Member, PrereleasePolicy, Scoring, Universe};
use crate::problem::{Factor, Gate, Legal, Need, Package, PackageId, Problem};
use crate::report;
use crate::weight::{term_weight, weight};

/// Where a wildcard stands in the knowledge: nowhere.
pub(crate) const NO_SOURCE: usize = usize::MAX;

impl Problem {
    /// The problem of a request: everything the roots may reach through legal candidates.
    ///
    /// # Errors
    ///
    /// `INVALID_ARGUMENT` for a score that cannot be summed.
    pub(crate) fn build<'a>(
        universe: &'a Universe,
        rules: &mut Rules<'a>,
        unknown: Unknown,
    ) -> Result<(Self, Vec<crate::advice::Missing>), Fault> {
        let mut gathered = Gathered::walk(universe, rules, unknown);
        let missing = gathered.missing();
        let mut builder = Builder::new(universe, &mut gathered, rules)?;
        let roots = rules
            .roots
            .iter()
            .filter_map(|root| builder.need(&Arc::new((*root).clone()), true, &[], None));
        let roots: Vec<Need> = roots.collect();
        builder.fill(&mut gathered);
        let factors = builder.factors(universe)?;
        let Builder {
            packages,
            masks,
            extra_sets,
            ..
        } = builder;
        Ok((
            Self {
                packages,
                roots,
                masks,
                extra_sets,
                factors,
            },
            missing,
        ))
    }
}

struct Builder<'a> {
    packages: Vec<Package>,
    masks: Vec<BitTable>,
    extra_sets: Vec<BitTable>,
    orders: Vec<Vec<&'a str>>,
    sources: Vec<Vec<&'a Candidate>>,
    wildcards: Vec<bool>,
    numbers: HashMap<PackageName, PackageId>,
    known_masks: HashMap<(PackageId, String), u32>,
}

impl<'a> Builder<'a> {
    /// Numbers the packages by name and lays out their candidates, without requirements.
    fn new(universe: &Universe, gathered: &mut Gathered<'a>, rules: &Rules<'_>) -> Result<Self, Fault> {
        let mut builder = Self {
            packages: Vec::new(),
            masks: Vec::new(),
            extra_sets: Vec::new(),
            orders: Vec::new(),
            sources: Vec::new(),
            wildcards: Vec::new(),
            numbers: HashMap::new(),
            known_masks: HashMap::new(),
        };
        let names: Vec<PackageName> = gathered.packages.keys().cloned().collect();
        for name in names {
            let effective = effective_extras(gathered, &name);
            let Some(found) = gathered.packages.get(&name) else {
                continue;
            };
            let package = lay_out(&name, found, effective, universe, rules)?;
            builder.numbers.insert(name, builder.packages.len() as PackageId);
            builder.masks.push(BitTable::new(package.width()));
            builder.extra_sets.push(BitTable::new(package.extras.len()));
            builder.orders.push(
                found
                    .legal
                    .iter()
                    .map(|(_, candidate)| candidate.order.as_str())
                    .collect(),
            );
            builder
                .sources
                .push(found.legal.iter().map(|(_, candidate)| *candidate).collect());
            builder.wildcards.push(found.wildcard);
            builder.packages.push(package);
        }
        Ok(builder)
    }

    /// Gives every candidate its requirements.
    fn fill(&mut self, gathered: &mut Gathered<'a>) {
        // Releases of a package mostly share their requirements, which are then the same object.
        let mut known: FastMap<usize, Option<Need>> = FastMap::default();
        for owner in 0..self.packages.len() {
            known.clear();
            for at in 0..self.sources[owner].len() {
                let candidate = self.sources[owner][at];
                let mut needs = Vec::new();
                for requirement in candidate.requirements.iter().flatten() {
                    let need = known.entry(Arc::as_ptr(requirement).addr()).or_insert_with(|| {
                        let holds = gathered.holds(requirement);
                        self.need(requirement, holds.always, &holds.under, Some(owner as PackageId))
                    });
                    needs.extend(need.clone());
                }
                self.packages[owner].candidates[at].needs = needs;
            }
        }
    }

    /// The terms that can hold of some stack of the problem, in numbers.
    fn factors(&self, universe: &Universe) -> Result<Vec<Factor>, Fault> {
        let mut factors = Vec::new();
        for (term, stated) in universe.terms.iter().enumerate() {
            let members: Option<BTreeMap<PackageId, Box<[u64]>>> =
                stated.members.iter().map(|member| self.member(member)).collect();
            let Some(members) = members else { continue };
            let weight = match stated.effect {
                Effect::Adds(score) => Some(term_weight(score)?),
                Effect::Forbids => None,
            };
            factors.push(Factor {
                members: members.into_iter().collect(),
                weight,
                term,
            });
        }
        Ok(factors)
    }

    /// The candidates a term means of one package; `None` when there are none.
    fn member(&self, member: &Member) -> Option<(PackageId, Box<[u64]>)> {
        let package = *self.numbers.get(&member.package)?;
        let sources = &self.sources[package as usize];
        let mut set = vec![0; bits::words_for(self.packages[package as usize].width())];
        for (at, candidate) in sources.iter().enumerate() {
            let meant = member
                .index
                .as_ref()
                .is_none_or(|index| *index == candidate.index);
            if meant && member.versions.contains(&candidate.order) {
                bits::set(&mut set, at);
            }
        }
        (!bits::none(&set)).then(|| (package, set.into_boxed_slice()))
    }

    /// The requirement in numbers; `None` when it can never hold.
    fn need(
        &mut self,
        requirement: &Arc<Requirement>,
        always: bool,
        under: &[ExtraName],
        owner: Option<PackageId>,
    ) -> Option<Need> {
        let under = owner.map_or(bits::EMPTY, |owner| self.extras(owner, under));
        if !always && under == bits::EMPTY {
            return None;
        }
        let target = *self.numbers.get(&requirement.name)?;
        let mask = self.mask(target, requirement);
        let extras = self.extras(target, &requirement.extras);
        Some(Need {
            target,
            mask,
            extras,
            always,
            under,
            requirement: Arc::clone(requirement),
        })
    }

    fn extras(&mut self, package: PackageId, asked: &[ExtraName]) -> u32 {
        if asked.is_empty() {
            return bits::EMPTY;
        }
        let known = &self.packages[package as usize].extras;
        let mut set = vec![0; bits::words_for(known.len())];
        for extra in asked {
            if let Ok(at) = known.binary_search(extra) {
                bits::set(&mut set, at);
            }
        }
        self.extra_sets[package as usize].intern(&set)
    }

    /// The candidates of the target that satisfy the requirement. An address that applies only with an extra
    /// is met by nothing.
    fn mask(&mut self, target: PackageId, requirement: &Requirement) -> u32 {
        if requirement.url.is_some() {
            return bits::EMPTY;
        }
        let named = requirement.names_prerelease();
        let key = (target, format!("{named}{}", requirement.specifiers));
        if let Some(mask) = self.known_masks.get(&key) {
            return *mask;
        }
        let package = &self.packages[target as usize];
        let mut set = vec![0; bits::words_for(package.width())];
        for (at, order) in self.orders[target as usize].iter().enumerate() {
            if requirement.versions.contains(order) {
                bits::set(&mut set, at);
            }
        }
        if self.wildcards[target as usize] {
            bits::set(&mut set, 0);
        }
        if package.gate.is_some() && !named {
            bits::set(&mut set, package.gate_bit());
        }
        let mask = self.masks[target as usize].intern(&set);
        self.known_masks.insert(key, mask);
        mask
    }
}

/// The extras asked of the package that some legal candidate has requirements for.
fn effective_extras(gathered: &mut Gathered<'_>, name: &PackageName) -> Vec<ExtraName> {
    let Some(found) = gathered.packages.get(name) else {
        return Vec::new();
    };
    if found.asked.is_empty() {
        return Vec::new();
    }
    let asked = found.asked.clone();
    let all: Vec<&Candidate> = found.legal.iter().map(|(_, candidate)| *candidate).collect();
    let mut effective: Vec<ExtraName> = Vec::new();
    let mut seen: FastMap<usize, ()> = FastMap::default();
    for requirement in all
        .iter()
        .flat_map(|candidate| candidate.requirements.iter().flatten())
    {
        if seen.insert(Arc::as_ptr(requirement).addr(), ()).is_some() {
            continue;
        }
        let holds = gathered.holds(requirement);
        let wanted = holds
            .under
            .iter()
            .filter(|extra| !holds.always && asked.contains(extra));
        effective.extend(wanted.cloned());
    }
    effective.sort();
    effective.dedup();
    effective
}

fn lay_out(
    name: &PackageName,
    found: &Found<'_>,
    extras: Vec<ExtraName>,
    universe: &Universe,
    rules: &Rules<'_>,
) -> Result<Package, Fault> {
    let last = found.legal.len().saturating_sub(1);
    let known = match rules.request().scoring {
        Scoring::Knowledge => report::known_scores(universe, rules.request(), name, &found.legal),
        Scoring::Given | Scoring::Recency => Vec::new(),
    };
    let mut candidates = Vec::with_capacity(found.legal.len());
    let mut finals = vec![0; bits::words_for(found.legal.len() + 1)];
    for (rank, (source, candidate)) in found.legal.iter().enumerate() {
        let score = match rules.request().scoring {
            Scoring::Given => candidate.score.unwrap_or(0.0),
            Scoring::Knowledge => known[rank],
            Scoring::Recency if last == 0 => 1.0,
            Scoring::Recency => (last - rank) as f64 / last as f64,
        };
        if !is_prerelease(&candidate.version) {
            bits::set(&mut finals, rank);
        }
        candidates.push(Legal {
            source: *source,
            version: candidate.version.to_string(),
            score,
            weight: weight(score, rank)?,
            needs: Vec::new(),
        });
    }
    if found.wildcard {
        let version = "unknown".to_owned();
        candidates.push(Legal {
            source: NO_SOURCE,
            version,
            score: 0.0,
            weight: 0,
            needs: Vec::new(),
        });
    }
    let finals_count = bits::count(&finals) as usize;
    let mixed = finals_count > 0 && finals_count < found.legal.len();
    let falls_back = rules.request().prerelease == PrereleasePolicy::Fallback;
    let gated = falls_back && mixed && !rules.constraint_names_prerelease(name);
    let gate = gated.then_some(Gate { finals });
    Ok(Package {
        name: name.clone(),
        candidates,
        extras,
        gate,
    })
}
