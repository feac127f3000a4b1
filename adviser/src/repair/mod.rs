//! Repair of a lock: the smallest set of changes that removes its advisories.
//!
//! Of all legal stacks the one with, in this order, the fewest advisories, the fewest requirements of the request
//! broken, the fewest packages that differ from the lock (changed, added or removed), the best score. Each of the
//! four is a sum over the candidates of a stack, so one weight carries them all, the earlier ones in steps larger
//! than all that the later ones can add up to; the exact search then proves the repair the smallest.

mod reasons;

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::name::PackageName;
use thoth_schema::requirement::Requirement;
use thoth_schema::version::{Version, order_key};

use crate::advice::{Conflict, Reason, Stack};
use crate::best::{Best, best, spread};
use crate::bits;
use crate::check::check_stack;
use crate::clock::Clock;
use crate::explain;
use crate::gather::Unknown;
use crate::legal::Rules;
use crate::model::{Request, Universe};
use crate::problem::{Pins, Problem};
use crate::prune::Live;
use crate::report;

/// How bad an advisory is, in the words of the databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// CVSS below 4.
    Low,
    /// CVSS from 4.
    Moderate,
    /// CVSS from 7.
    High,
    /// CVSS from 9.
    Critical,
}

impl Severity {
    /// All of them, the least first.
    pub const ALL: &[Self] = &[Self::Low, Self::Moderate, Self::High, Self::Critical];

    /// The rating of a CVSS base score (CVSS v3.1, section 5); `None` for 0.
    pub fn of_score(score: f64) -> Option<Self> {
        match score {
            score if score >= 9.0 => Some(Self::Critical),
            score if score >= 7.0 => Some(Self::High),
            score if score >= 4.0 => Some(Self::Moderate),
            score if score > 0.0 => Some(Self::Low),
            _ => None,
        }
    }

    /// The name as written on command lines and in documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Moderate => "moderate",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl std::fmt::Display for Severity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FromStr for Severity {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let known = Self::ALL.iter().copied().find(|known| known.as_str() == text);
        known.ok_or_else(|| {
            Fault::new(ErrorCode::InvalidArgument, format!("unknown severity `{text}`"))
                .remedy("use one of low, moderate, high, critical")
        })
    }
}

/// An advisory that affects a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdvisoryRef {
    /// Its OSV id.
    pub key: String,
    /// How bad it is; `None` where nobody rated it, which counts as bad enough for every threshold.
    pub severity: Option<Severity>,
    /// The versions in which it is fixed, as the advisory lists them.
    pub fixed_in: Vec<String>,
}

/// Advisories by package and order key of the release.
pub type Affected = BTreeMap<(PackageName, String), Vec<AdvisoryRef>>;

/// A lock: the version pinned of each package.
pub type Lock = BTreeMap<PackageName, Version>;

/// How a lock is repaired.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Repair {
    /// The least severity that counts.
    pub severity: Severity,
    /// How many advisories of that severity the lock had.
    pub advisories_before: usize,
    /// What changes, by package.
    pub changes: Vec<RepairChange>,
    /// Requirements of the request that the new lock does not meet, and that have to change.
    pub requirements: Vec<RequirementChange>,
    /// Advisories that stay.
    pub remaining: Vec<RemainingAdvisory>,
    /// The new lock; absent where no stack meets the requirements in any version.
    pub stack: Option<Stack>,
    /// Whether it is proven that fewer advisories, and as few with fewer changes, are impossible.
    pub minimal: bool,
    /// Why there is no lock at all.
    pub conflict: Option<Conflict>,
}

/// One package that the new lock pins differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RepairChange {
    /// Normalised package name.
    pub package: String,
    /// The version in the lock given; absent where it was not in it.
    pub from: Option<String>,
    /// The version in the new lock; absent where it is not needed any more.
    pub to: Option<String>,
    /// Why.
    pub because: Vec<Reason>,
}

/// A requirement of the request that has to change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequirementChange {
    /// As it was written.
    pub requirement: String,
    /// The version of the new lock that it does not admit.
    pub version: String,
    /// Why.
    pub because: Vec<Reason>,
}

/// An advisory of the new lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RemainingAdvisory {
    /// Normalised package name.
    pub package: String,
    /// The version in the new lock.
    pub version: String,
    /// The OSV id.
    pub advisory: String,
    /// How bad it is; absent where nobody rated it.
    pub severity: Option<Severity>,
    /// Why it stays.
    pub because: Vec<Reason>,
}

/// The advisories of one release that count.
pub(crate) fn hits<'a>(
    affected: &'a Affected,
    name: &PackageName,
    order: &str,
    least: Severity,
) -> impl Iterator<Item = &'a AdvisoryRef> + use<'a> {
    let all = affected.get(&(name.clone(), order.to_owned()));
    all.into_iter()
        .flatten()
        .filter(move |one| one.severity.is_none_or(|severity| severity >= least))
}

/// The smallest repair of a lock.
///
/// The universe must hold the candidates of every package in reach whatever the versions required directly, since
/// direct requirements are broken where that removes an advisory.
///
/// # Errors
///
/// - As [`crate::advise()`] for the request.
/// - `BUDGET_EXHAUSTED` when the time was over before a stack was found or ruled out.
/// - `LOCK_CHECK_FAILED` when the independent checker refuses the new lock: a bug, never an answer.
pub fn repair(
    universe: &Universe,
    request: &Request,
    lock: &Lock,
    affected: &Affected,
    severity: Severity,
) -> Result<Repair, Fault> {
    let clock = Clock::start(request.budget).under(request.control.as_deref());
    let mut rules = Rules::new(request)?;
    let (asked, _) = Problem::build(universe, &mut rules, Unknown::Excluded)?;
    let mut job = Job::new(universe, &asked, lock, affected, severity);
    let advisories_before = lock
        .iter()
        .map(|(name, version)| hits(affected, name, &order_key(version), severity).count())
        .sum();
    let nothing = Repair {
        severity,
        advisories_before,
        changes: Vec::new(),
        requirements: Vec::new(),
        remaining: Vec::new(),
        stack: None,
        minimal: true,
        conflict: None,
    };
    let Some((pins, minimal)) = job.solve(clock)? else {
        let conflict = explain::conflict(universe, request, &mut rules, &asked, clock.extended())?;
        return Ok(Repair {
            conflict: Some(conflict),
            ..nothing
        });
    };
    // The roots that the new lock meets count again, so that reasons may rest on them.
    job.restore_roots(&pins);
    let mut stack = report::stack(&job.problem, universe, request, &pins);
    stack
        .reasons
        .push(reasons::summary(&job, &pins, advisories_before, minimal));
    let kept = Request {
        requirements: job.kept_requirements(request, &pins),
        ..request.clone()
    };
    let violations = check_stack(universe, &kept, &stack);
    if !violations.is_empty() {
        let message = format!("the repaired lock is not valid: {}", violations.join("; "));
        return Err(
            Fault::new(ErrorCode::LockCheckFailed, message).remedy("report this as a bug with the request")
        );
    }
    Ok(Repair {
        changes: reasons::changes(&job, &mut rules, &pins),
        requirements: reasons::requirements(&job, &pins),
        remaining: reasons::remaining(&job, &mut rules, &pins, clock.extended()),
        stack: Some(stack),
        minimal,
        ..nothing
    })
}

/// A lock and the problem it is repaired in.
pub(crate) struct Job<'a> {
    pub(crate) universe: &'a Universe,
    /// The problem with roots that admit every version.
    pub(crate) problem: Problem,
    /// The problem as asked.
    pub(crate) asked: &'a Problem,
    pub(crate) lock: &'a Lock,
    pub(crate) affected: &'a Affected,
    pub(crate) severity: Severity,
}

impl<'a> Job<'a> {
    fn new(
        universe: &'a Universe,
        asked: &'a Problem,
        lock: &'a Lock,
        affected: &'a Affected,
        severity: Severity,
    ) -> Self {
        let mut problem = asked.clone();
        for root in 0..problem.roots.len() {
            let (target, mask) = (problem.roots[root].target, problem.roots[root].mask);
            let package = problem.package(target);
            let mut every = bits::full(package.candidates.len(), package.width());
            if package.gate.is_some() && bits::has(problem.mask(target, mask), package.gate_bit()) {
                bits::set(&mut every, package.gate_bit());
            }
            problem.roots[root].mask = problem.masks[target as usize].intern(&every);
        }
        Self {
            universe,
            problem,
            asked,
            lock,
            affected,
            severity,
        }
    }

    /// The order key of a candidate.
    pub(crate) fn order(&self, package: usize, candidate: usize) -> &'a str {
        let dense = &self.asked.packages[package];
        let known = self.universe.packages.get(&dense.name);
        let source = dense.candidates[candidate].source;
        known
            .and_then(|known| known.candidates.get(source))
            .map_or("", |known| known.order.as_str())
    }

    /// The advisories of a candidate that count.
    pub(crate) fn hits(
        &self,
        package: usize,
        candidate: usize,
    ) -> impl Iterator<Item = &'a AdvisoryRef> + use<'a> {
        let order = self.order(package, candidate);
        hits(
            self.affected,
            &self.asked.packages[package].name,
            order,
            self.severity,
        )
    }

    /// The roots as asked that a candidate of their target does not meet.
    pub(crate) fn broken(&self, package: usize, candidate: usize) -> impl Iterator<Item = usize> + use<'a> {
        let asked = self.asked;
        let roots = asked.roots.iter().enumerate();
        roots
            .filter(move |(_, need)| {
                need.target as usize == package && !bits::has(asked.mask(need.target, need.mask), candidate)
            })
            .map(|(root, _)| root)
    }

    /// The stack that is the best repair, and whether that is proven; `None` when there is no stack at all.
    fn solve(&self, clock: Clock<'_>) -> Result<Option<(Pins, bool)>, Fault> {
        let weighed = self.weighed().ok_or_else(|| {
            Fault::new(
                ErrorCode::InvalidArgument,
                "the scores are too large to be weighed against changes",
            )
            .remedy("give scores of moderate size")
        })?;
        let Some(live) = Live::pruned(&weighed) else {
            return Ok(None);
        };
        let known: Vec<Pins> = self.locked().into_iter().collect();
        match best(&weighed, live, known, clock) {
            Best::None => Ok(None),
            Best::Found { pins, weight, bound } => Ok(Some((pins, weight == bound))),
            Best::Undecided => Err(Fault::new(
                ErrorCode::BudgetExhausted,
                "the budget of time was used up before a repair was found or ruled out",
            )
            .remedy("give more milliseconds")),
        }
    }

    /// The pins of the lock, where every one of them is a candidate.
    fn locked(&self) -> Option<Pins> {
        let mut pins: Pins = vec![None; self.problem.size()];
        for (name, version) in self.lock {
            let at = self.problem.packages.iter().position(|one| one.name == *name)?;
            let order = order_key(version);
            let candidates = 0..self.problem.packages[at].candidates.len();
            let candidate = candidates
                .into_iter()
                .find(|candidate| self.order(at, *candidate) == order)?;
            pins[at] = Some(candidate as u32);
        }
        Some(pins)
    }

    /// The problem with the weights of the repair; `None` where they would not fit.
    fn weighed(&self) -> Option<Problem> {
        let mut problem = self.problem.clone();
        let change = spread(&problem)?;
        // What is kept counts, and what is added; a lock of any size changes no more than all of it.
        let breach = change.checked_mul(problem.size() as i128 + 1)?;
        let advisory = breach.checked_mul(problem.roots.len() as i128 + 1)?;
        let mut sum = advisory;
        for at in 0..problem.size() {
            let locked = self.lock.get(&problem.packages[at].name).map(order_key);
            let mut most = 0_i128;
            for candidate in 0..problem.packages[at].candidates.len() {
                let hits = self.hits(at, candidate).count() as i128;
                let broken = self.broken(at, candidate).count() as i128;
                let kept = match &locked {
                    Some(order) => i128::from(self.order(at, candidate) == order),
                    None => -1,
                };
                let more = kept
                    .checked_mul(change)?
                    .checked_sub(broken.checked_mul(breach)?)?
                    .checked_sub(hits.checked_mul(advisory)?)?;
                most = most.max(more.checked_abs()?);
                problem.packages[at].candidates[candidate].weight += more;
            }
            sum = sum.checked_add(most)?;
        }
        (sum < i128::MAX >> 4).then_some(problem)
    }

    /// Takes the roots that the pins meet as they were asked.
    fn restore_roots(&mut self, pins: &Pins) {
        let broken = self.broken_by(pins);
        for root in 0..self.problem.roots.len() {
            if !broken.contains(&root) {
                self.problem.roots[root] = self.asked.roots[root].clone();
            }
        }
    }

    /// The roots as asked that the pins do not meet.
    pub(crate) fn broken_by(&self, pins: &Pins) -> Vec<usize> {
        let pinned = pins.iter().enumerate();
        let pinned = pinned.filter_map(|(at, pin)| pin.map(|pin| (at, pin as usize)));
        pinned.flat_map(|(at, pin)| self.broken(at, pin)).collect()
    }

    /// The requirements of the request, those that the pins break as pins.
    fn kept_requirements(&self, request: &Request, pins: &Pins) -> Vec<Requirement> {
        let broken: Vec<&str> = self
            .broken_by(pins)
            .into_iter()
            .map(|root| self.asked.roots[root].requirement.text.as_str())
            .collect();
        let keep = |requirement: &Requirement| {
            if !broken.contains(&requirement.text.as_str()) {
                return requirement.clone();
            }
            self.pinned(requirement, pins)
                .unwrap_or_else(|| requirement.clone())
        };
        request.requirements.iter().map(keep).collect()
    }

    /// A requirement that admits the pin of its package and nothing else.
    fn pinned(&self, requirement: &Requirement, pins: &Pins) -> Option<Requirement> {
        let packages = &self.problem.packages;
        let at = packages.iter().position(|one| one.name == requirement.name)?;
        let version = &packages[at].candidates[pins[at]? as usize].version;
        let exact = Requirement::parse(&format!("{}=={version}", requirement.name)).ok()?;
        Some(Requirement {
            specifiers: exact.specifiers,
            versions: exact.versions,
            ..requirement.clone()
        })
    }
}
