//! What an advice is asked about, from GraphQL input to the request of [`crate::advise`].

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::{Enum, InputObject, Json};
use thoth_adviser::{self as adviser, LicencePolicy, Policy};
use thoth_schema::environment::{self, Environment};
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::{name, version};

use super::rules_input::RulesInput;
use crate::advise;
use crate::limits::{
    BUDGET_MILLIS_DEFAULT, BUDGET_MILLIS_MAX, LOCK_PINS_MAX, NAMES_MAX, REQUIREMENT_BYTES, REQUIREMENTS_MAX,
    SCORES_MAX, STACKS_MAX,
};

/// Most subjects that one advice explains: each is a search of its own.
const SUBJECTS_MAX: usize = 20;

/// Means every package in `onlyBinary` and `noBinary`, as pip has it.
const EVERY_PACKAGE: &str = ":all:";

/// A request for advice.
#[derive(Debug, InputObject)]
pub(crate) struct AdviseInput {
    /// What the stack must meet: requirements as PEP 508 writes them, at most 1000.
    requirements: Vec<String>,
    /// Restrictions on versions that pull no package in, at most 1000.
    #[graphql(default)]
    constraints: Vec<String>,
    /// Indexes that releases may come from; every known one where the list is empty.
    #[graphql(default)]
    indexes: Vec<String>,
    /// Python of the environment, e.g. `3.11` or `3.11.7`; instead of `environment`.
    python_version: Option<String>,
    /// Platform of the environment, with `pythonVersion`; LINUX_X86_64 where not given.
    platform: Option<Platform>,
    /// The environment as a JSON object of all PEP 508 marker variables, and optionally `glibc`, e.g. `"2.28"`; instead of
    /// `pythonVersion` and `platform`.
    environment: Option<Json<serde_json::Value>>,
    /// When pre-releases may be chosen.
    #[graphql(default)]
    prerelease: PrereleasePolicy,
    /// What the advice is for.
    #[graphql(default)]
    recommendation_type: RecommendationType,
    /// How to search.
    #[graphql(default)]
    predictor: Predictor,
    /// Stacks to return, best first: 1 to 100.
    #[graphql(default = 1)]
    count: i32,
    /// Stacks that a sampling predictor may score; its own default where not given.
    limit: Option<i32>,
    /// Milliseconds that the search may take: 1 to 60000, 10000 where not given.
    budget_millis: Option<i32>,
    /// Seed of random predictors, from 0; the same seed gives the same answer.
    #[graphql(default = 0)]
    seed: i32,
    /// Whether a predictor that learns starts from what earlier searches of the same packages and environment learnt; where
    /// not given `AUTO` does, and a predictor that is named does not.
    warm_start: Option<bool>,
    /// Only what was published by then counts: a day such as `2020-08-21`, or a time of RFC 3339.
    as_of: Option<String>,
    /// Scores of releases; the score of a stack is then exactly their sum over its pins, unlisted 0. At most 20000.
    scores: Option<Vec<ScoreInput>>,
    /// Packages to install from wheels only; `:all:` for every one.
    #[graphql(default)]
    only_binary: Vec<String>,
    /// Packages to install from source only; `:all:` for every one.
    #[graphql(default)]
    no_binary: Vec<String>,
    /// Releases, or packages for every release of them, to say of why they are not part of the first stack: `NAME` or
    /// `NAME==VERSION`; they are told in `rejections`. At most 20.
    #[graphql(default)]
    explain: Vec<String>,
    /// Ids and aliases of advisories that are not held against a release.
    #[graphql(default)]
    accepted_advisories: Vec<String>,
    /// With the type SECURITY: the least severity of an advisory that removes a release, 0 to 10.
    #[graphql(default = 0.0)]
    min_severity: f64,
    /// SPDX ids of the only licences that are welcome; every one where the list is empty.
    #[graphql(default)]
    allowed_licences: Vec<String>,
    /// SPDX ids of licences that are not welcome.
    #[graphql(default)]
    denied_licences: Vec<String>,
    /// Processor of the machine, `VENDOR-FAMILY-MODEL` such as `GenuineIntel-6-85`: only figures measured on such count.
    processor: Option<String>,
    /// The releases in use, at most 1000: they are kept unless something better exists.
    lock: Option<Vec<LockedInput>>,
    /// Rules for this request, and what rules ask of it.
    rules: Option<RulesInput>,
}

/// One release in use.
#[derive(Debug, InputObject)]
pub(crate) struct LockedInput {
    /// Name of the package.
    name: String,
    /// Version of the release.
    version: String,
}

/// The score of one release.
#[derive(Debug, InputObject)]
pub(crate) struct ScoreInput {
    /// Name of the package.
    name: String,
    /// Version of the release, spelled as the graph has it.
    version: String,
    /// What it adds to the score of a stack; negative for what should be avoided.
    score: f64,
}

/// Declares a GraphQL enum that stands for one of another crate, value by value.
macro_rules! mirror {
    ($(#[$doc:meta])* $name:ident for $other:ty { $($(#[$value_doc:meta])* $value:ident,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
        pub(crate) enum $name {
            $($(#[$value_doc])* $value,)+
        }

        impl From<$name> for $other {
            fn from(value: $name) -> Self {
                match value { $($name::$value => Self::$value,)+ }
            }
        }

        impl From<$other> for $name {
            fn from(value: $other) -> Self {
                match value { $(<$other>::$value => Self::$value,)+ }
            }
        }
    };
}

mirror! {
    /// A platform whose wheels are known.
    Platform for environment::Platform {
        /// Linux with the GNU C library on x86-64.
        #[graphql(name = "LINUX_X86_64")]
        LinuxX86_64,
        /// Linux with the GNU C library on 64-bit ARM.
        #[graphql(name = "LINUX_AARCH64")]
        LinuxAarch64,
        /// macOS on Apple silicon.
        #[graphql(name = "MACOS_ARM64")]
        MacosArm64,
        /// Windows on x86-64.
        #[graphql(name = "WINDOWS_X86_64")]
        WindowsX86_64,
    }
}

mirror! {
    /// When a pre-release or development release may be chosen.
    PrereleasePolicy for adviser::PrereleasePolicy {
        /// Where a root requirement names one, or a package has nothing else (as uv).
        IfNecessaryOrExplicit,
        /// Where no final release satisfies (as pip).
        Fallback,
        /// Always.
        Allow,
        /// Never.
        Disallow,
    }
}

impl Default for PrereleasePolicy {
    fn default() -> Self {
        adviser::PrereleasePolicy::default().into()
    }
}

mirror! {
    /// What an advice is for.
    RecommendationType for adviser::RecommendationType {
        /// The newest releases.
        Latest,
        /// What is known to run.
        Stable,
        /// What is worth trying out.
        Testing,
        /// What runs fast.
        Performance,
        /// What has no known advisory.
        Security,
    }
}

impl Default for RecommendationType {
    fn default() -> Self {
        adviser::RecommendationType::default().into()
    }
}

mirror! {
    /// How the best stacks are searched for.
    Predictor for adviser::PredictorName {
        /// EXACT where that is cheap, else what suits the problem; the answer names the one that ran.
        Auto,
        /// Elimination over the package graph; proves the optimum and counts the space.
        Exact,
        /// The newest legal stack, as installers pick it.
        Latest,
        /// Learns what each release brings about and follows what it learnt.
        TemporalDifference,
        /// Monte-Carlo tree search for one player.
        Mcts,
        /// One package changed at a time, worse stacks accepted less and less.
        SimulatedAnnealing,
        /// One package changed at a time, better stacks accepted alone, from many random stacks.
        HillClimbing,
        /// Independent random stacks, decided in the order of requirement; the best of them.
        RandomWalk,
        /// Independent random stacks, decided in random order; the best of them.
        Sampling,
        /// Every combination of the releases of the direct packages, the others at their best.
        PackageCombinations,
    }
}

impl Default for Predictor {
    fn default() -> Self {
        adviser::PredictorName::default().into()
    }
}

impl AdviseInput {
    /// What is to be explained.
    ///
    /// # Errors
    /// `LIMIT_EXCEEDED`, `INVALID_NAME` or `INVALID_VERSION`, with a JSON pointer into the input.
    pub(crate) fn subjects(&self) -> Result<Vec<adviser::Subject>, Fault> {
        at_most("explain", self.explain.len(), SUBJECTS_MAX)?;
        let subject = |(position, text): (usize, &String)| {
            advise::subject(text).map_err(|fault| fault.at(format!("/explain/{position}")))
        };
        self.explain.iter().enumerate().map(subject).collect()
    }

    /// The request, with every limit checked and every name and version in its normal form.
    ///
    /// # Errors
    /// `LIMIT_EXCEEDED`, `INVALID_ARGUMENT`, `INVALID_ENVIRONMENT`, `INVALID_NAME` or `INVALID_VERSION`, with a JSON
    /// pointer into the input.
    pub(crate) fn validate(self) -> Result<advise::AdviseInput, Fault> {
        lines("requirements", &self.requirements)?;
        lines("constraints", &self.constraints)?;
        at_most("indexes", self.indexes.len(), NAMES_MAX)?;
        let environment = self.environment()?;
        let policy = self.policy()?;
        let count = in_range("count", self.count, 1, STACKS_MAX as u64)?;
        let limit = self
            .limit
            .map(|limit| in_range("limit", limit, 1, u64::MAX))
            .transpose()?;
        let budget = self
            .budget_millis
            .map(|millis| in_range("budgetMillis", millis, 1, BUDGET_MILLIS_MAX));
        Ok(advise::AdviseInput {
            environment,
            prerelease: self.prerelease.into(),
            recommendation_type: self.recommendation_type.into(),
            predictor: self.predictor.into(),
            count: usize::try_from(count).unwrap_or(STACKS_MAX),
            limit,
            budget_millis: budget.transpose()?.unwrap_or(BUDGET_MILLIS_DEFAULT),
            seed: in_range("seed", self.seed, 0, u64::MAX)?,
            warm_start: self.warm_start,
            as_of: self.as_of,
            scores: self.scores.as_deref().map(scores).transpose()?,
            only_binary: names("onlyBinary", &self.only_binary)?,
            no_binary: names("noBinary", &self.no_binary)?,
            policy,
            lock: self.lock.as_deref().map(locked).transpose()?,
            rules: self
                .rules
                .map(RulesInput::validate)
                .transpose()?
                .unwrap_or_default(),
            requirements: self.requirements,
            constraints: self.constraints,
            indexes: self.indexes,
        })
    }

    fn policy(&self) -> Result<Policy, Fault> {
        let listed = |field: &str, names: &[String]| -> Result<BTreeSet<String>, Fault> {
            at_most(field, names.len(), NAMES_MAX)?;
            Ok(names.iter().cloned().collect())
        };
        Ok(Policy {
            accepted_advisories: listed("acceptedAdvisories", &self.accepted_advisories)?,
            min_severity: self.min_severity,
            licences: LicencePolicy {
                allowed: listed("allowedLicences", &self.allowed_licences)?,
                denied: listed("deniedLicences", &self.denied_licences)?,
            },
            hardware: self.processor.clone(),
        })
    }

    fn environment(&self) -> Result<Environment, Fault> {
        let fault = |message: &str| {
            Fault::new(ErrorCode::InvalidEnvironment, message)
                .at("/environment")
                .remedy("give pythonVersion and optionally platform, or environment")
        };
        match (&self.environment, &self.python_version) {
            (Some(Json(variables)), None) if self.platform.is_none() => {
                Environment::from_json(variables).map_err(|fault| below("/environment", fault))
            }
            (None, Some(python)) => {
                let platform = self.platform.unwrap_or(Platform::LinuxX86_64).into();
                Environment::for_platform(platform, python).map_err(|fault| fault.at("/pythonVersion"))
            }
            (Some(_), _) => Err(fault("the environment is given twice")),
            (None, None) => Err(fault("no environment is given")),
        }
    }
}

fn below(parent: &str, fault: Fault) -> Fault {
    let pointer = format!("{parent}{}", fault.pointer.as_deref().unwrap_or_default());
    fault.at(pointer)
}

fn lines(field: &str, lines: &[String]) -> Result<(), Fault> {
    at_most(field, lines.len(), REQUIREMENTS_MAX)?;
    match lines.iter().position(|line| line.len() > REQUIREMENT_BYTES) {
        None => Ok(()),
        Some(position) => {
            let message = format!("a requirement has more than {REQUIREMENT_BYTES} bytes");
            Err(Fault::new(ErrorCode::LimitExceeded, message).at(format!("/{field}/{position}")))
        }
    }
}

fn at_most(field: &str, length: usize, limit: usize) -> Result<(), Fault> {
    if length <= limit {
        return Ok(());
    }
    let message = format!("{length} items are more than the {limit} that one advice takes");
    Err(Fault::new(ErrorCode::LimitExceeded, message).at(format!("/{field}")))
}

fn in_range(field: &str, value: i32, least: u64, most: u64) -> Result<u64, Fault> {
    match u64::try_from(value) {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => {
            let range = if most == u64::MAX {
                format!("{least} or more")
            } else {
                format!("{least} to {most}")
            };
            Err(Fault::new(
                ErrorCode::InvalidArgument,
                format!("`{field}` may not be {value}"),
            )
            .at(format!("/{field}"))
            .remedy(format!("use {range}")))
        }
    }
}

fn scores(listed: &[ScoreInput]) -> Result<BTreeMap<(String, String), f64>, Fault> {
    at_most("scores", listed.len(), SCORES_MAX)?;
    let mut scores = BTreeMap::new();
    for (position, entry) in listed.iter().enumerate() {
        let here = |fault: Fault| fault.at(format!("/scores/{position}"));
        let name = name::package(&entry.name).map_err(here)?;
        let version = version::parse(&entry.version).map_err(here)?;
        if !entry.score.is_finite() {
            return Err(here(Fault::new(
                ErrorCode::InvalidArgument,
                "a score must be a finite number",
            )));
        }
        if scores
            .insert((name.to_string(), version.to_string()), entry.score)
            .is_some()
        {
            let fault = Fault::new(
                ErrorCode::InvalidArgument,
                format!("{name}=={version} is scored twice"),
            );
            return Err(here(fault.remedy("list every release once")));
        }
    }
    Ok(scores)
}

fn locked(pins: &[LockedInput]) -> Result<BTreeMap<String, String>, Fault> {
    at_most("lock", pins.len(), LOCK_PINS_MAX)?;
    let mut locked = BTreeMap::new();
    for (position, pin) in pins.iter().enumerate() {
        let here = |fault: Fault| fault.at(format!("/lock/{position}"));
        let name = name::package(&pin.name).map_err(here)?;
        let version = version::parse(&pin.version).map_err(here)?;
        if locked.insert(name.to_string(), version.to_string()).is_some() {
            return Err(here(Fault::new(
                ErrorCode::InvalidArgument,
                format!("{name} is locked twice"),
            )));
        }
    }
    Ok(locked)
}

fn names(field: &str, listed: &[String]) -> Result<BTreeSet<String>, Fault> {
    at_most(field, listed.len(), NAMES_MAX)?;
    let normal = |(position, text): (usize, &String)| {
        if text == EVERY_PACKAGE {
            return Ok(text.clone());
        }
        name::package(text)
            .map(|name| name.to_string())
            .map_err(|fault| fault.at(format!("/{field}/{position}")))
    };
    listed.iter().enumerate().map(normal).collect()
}
