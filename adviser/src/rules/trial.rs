//! Tests that stand beside rules: a context and a stack, and what the rules must do to it.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use thoth_schema::environment::{Environment, Platform};
use thoth_schema::error::Fault;
use thoth_schema::name::{self, PackageName};
use thoth_schema::purl::DEFAULT_INDEX;
use thoth_schema::requirement::Requirement;
use thoth_schema::version::{order_key, parse};

use super::context::{Context, Runtime};
use super::evaluate::evaluate;
use super::ruling::{Edit, Ruling};
use super::unit::Unit;
use crate::advice::{Advice, Outcome, Pin, Stack};
use crate::model::{
    Candidate, Effect, PackageKnowledge, PredictorName, PrereleasePolicy, RecommendationType, Request,
    Scoring, Universe,
};
use crate::scoring::Policy;

/// One test.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    /// What it shows.
    pub name: String,
    #[serde(default)]
    context: Setting,
    stack: Vec<Release>,
    expect: Expected,
}

/// The request; what is absent is as `thoth advise` has it by default.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Setting {
    python_version: Option<String>,
    platform: Option<String>,
    recommendation_type: Option<String>,
    authenticated: bool,
    labels: BTreeMap<String, String>,
    library_usage: Value,
    /// Names of packages that the request requires directly; those of the stack where absent.
    requirements: Option<Vec<String>>,
    runtime: Runtime,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Release {
    name: String,
    version: String,
    #[serde(default)]
    index: Option<String>,
    #[serde(default)]
    requires: Vec<String>,
}

/// What the rules do; what is absent is not asked.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Expected {
    /// Whether no advice can hold the stack: a release is removed, or the releases are forbidden together.
    forbidden: Option<bool>,
    /// Whether the advice ends.
    refused: Option<bool>,
    /// What is added to the score of the stack.
    score: Option<f64>,
    /// Packages that are taken out of requirements.
    dropped: Option<BTreeSet<String>>,
    /// Packages that are added to requirements.
    added: Option<BTreeSet<String>>,
    /// Parts of what is said of the stack or its releases.
    says: Vec<String>,
    /// Parts of what must not be said.
    silent: Vec<String>,
}

impl Expected {
    fn asks_nothing(&self) -> bool {
        self.forbidden.is_none()
            && self.refused.is_none()
            && self.score.is_none()
            && self.dropped.is_none()
            && self.added.is_none()
            && self.says.is_empty()
            && self.silent.is_empty()
    }
}

/// Runs a test, as it stands in a file, over the units of that file: what is not as expected, one sentence each.
///
/// # Errors
/// What is wrong with the test itself.
pub fn run(units: &[Unit], stated: &Value) -> Result<Vec<String>, String> {
    let trial: Trial =
        Trial::deserialize(stated).map_err(|problem| format!("the test cannot be read: {problem}"))?;
    if trial.expect.asks_nothing() {
        return Err("the test expects nothing".to_owned());
    }
    trial.run(units).map_err(|fault| fault.message)
}

impl Trial {
    fn run(&self, units: &[Unit]) -> Result<Vec<String>, Fault> {
        let request = self.request()?;
        let universe = self.universe()?;
        let usage = super::context::library_usage(&self.context.library_usage);
        let context = Context {
            request: &request,
            runtime: &self.context.runtime,
            labels: &self.context.labels,
            library_usage: &usage,
            authenticated: self.context.authenticated,
            default_index: None,
        };
        let ruling = evaluate(units.to_vec(), &context, &universe);
        let mut advice = ruling.refusal(&request);
        advice.outcome = Outcome::Advised;
        advice.stacks = vec![self.stack()?];
        ruling.annotate(&mut advice);
        Ok(self.judge(&ruling, &advice))
    }

    fn judge(&self, ruling: &Ruling, advice: &Advice) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut is = |what: &str, wanted: Option<String>, got: String| {
            if let Some(wanted) = wanted.filter(|wanted| *wanted != got) {
                wrong.push(format!("{what}: {got}, not {wanted}"));
            }
        };
        let wanted = &self.expect;
        let present = |term: &&crate::model::Term| self.meets(term);
        let together = ruling.terms.iter().filter(present);
        let forbids = together.clone().any(|term| term.effect == Effect::Forbids);
        let forbidden = forbids || !ruling.removals.is_empty();
        is(
            "forbidden",
            wanted.forbidden.map(|one| one.to_string()),
            forbidden.to_string(),
        );
        let refused = ruling.refuses() || advice.outcome == Outcome::Refused;
        is(
            "refused",
            wanted.refused.map(|one| one.to_string()),
            refused.to_string(),
        );
        let score = together.fold(0.0, |sum, term| match term.effect {
            Effect::Adds(score) => sum + score,
            Effect::Forbids => sum,
        });
        // Scores are written with a few digits; sums of them are not exact.
        let rounded = |score: f64| format!("{score:.6}");
        is("score", wanted.score.map(rounded), rounded(score));
        let (mut dropped, mut added) = (BTreeSet::new(), BTreeSet::new());
        for edit in &ruling.edits {
            match edit {
                Edit::Drop { package, .. } => drop(dropped.insert(package.to_string())),
                Edit::Add { requirement, .. } => drop(added.insert(requirement.text.clone())),
            }
        }
        is(
            "dropped",
            wanted.dropped.as_ref().map(|one| format!("{one:?}")),
            format!("{dropped:?}"),
        );
        is(
            "added",
            wanted.added.as_ref().map(|one| format!("{one:?}")),
            format!("{added:?}"),
        );
        let said = said(advice);
        for part in wanted
            .says
            .iter()
            .filter(|part| !said.iter().any(|one| one.contains(*part)))
        {
            wrong.push(format!("nobody says `{part}`, but {said:?}"));
        }
        for part in wanted
            .silent
            .iter()
            .filter(|part| said.iter().any(|one| one.contains(*part)))
        {
            wrong.push(format!("somebody says `{part}`"));
        }
        wrong
    }

    fn meets(&self, term: &crate::model::Term) -> bool {
        term.members.iter().all(|member| {
            self.stack.iter().any(|release| {
                let order = parse(&release.version).map(|version| order_key(&version));
                let index = release.index.as_deref().unwrap_or(DEFAULT_INDEX);
                name::package(&release.name).is_ok_and(|name| name == member.package)
                    && order.is_ok_and(|order| member.versions.contains(&order))
                    && member.index.as_deref().is_none_or(|wanted| wanted == index)
            })
        })
    }

    fn request(&self) -> Result<Request, Fault> {
        let setting = &self.context;
        let names = self.stack.iter().map(|release| release.name.clone()).collect();
        let requirements: Vec<String> = setting.requirements.clone().unwrap_or(names);
        let platform = setting
            .platform
            .as_deref()
            .unwrap_or(Platform::LinuxX86_64.as_str());
        let known = Platform::ALL.into_iter().find(|one| one.as_str() == platform);
        let python = setting.python_version.as_deref().unwrap_or("3.11");
        let kind = setting.recommendation_type.as_deref();
        Ok(Request {
            requirements: requirements
                .iter()
                .map(|text| Requirement::parse(text))
                .collect::<Result<_, _>>()?,
            constraints: Vec::new(),
            environment: Environment::for_platform(known.unwrap_or(Platform::LinuxX86_64), python)?,
            prerelease: PrereleasePolicy::Allow,
            scoring: Scoring::Given,
            recommendation_type: kind
                .map(RecommendationType::from_str)
                .transpose()?
                .unwrap_or_default(),
            policy: Policy::default(),
            lock: None,
            predictor: PredictorName::default(),
            count: 1,
            limit: None,
            budget: Duration::from_secs(1),
            seed: 0,
            combine: Default::default(),
            warm_start: None,
            trace: false,
            control: None,
        })
    }

    fn universe(&self) -> Result<Universe, Fault> {
        let mut universe = Universe::default();
        for release in &self.stack {
            let version = parse(&release.version)?;
            let requirements = release
                .requires
                .iter()
                .map(|text| Requirement::parse(text).map(Arc::new));
            let candidate = Candidate {
                order: order_key(&version),
                version,
                index: release.index.clone().unwrap_or_else(|| DEFAULT_INDEX.to_owned()),
                yanked: false,
                requires_python: None,
                requirements: Some(requirements.collect::<Result<_, _>>()?),
                score: None,
                published_at: None,
            };
            let known = PackageKnowledge {
                known: true,
                all_prereleases: false,
                candidates: vec![candidate],
            };
            universe.packages.insert(package(&release.name)?, known);
        }
        Ok(universe)
    }

    fn stack(&self) -> Result<Stack, Fault> {
        let pin = |release: &Release| {
            Ok(Pin {
                name: package(&release.name)?.to_string(),
                version: release.version.clone(),
                index: release.index.clone().unwrap_or_else(|| DEFAULT_INDEX.to_owned()),
                extras: Vec::new(),
                hashes: Vec::new(),
                score: 0.0,
                interval: None,
                evidence: 0,
                units: Vec::new(),
                reasons: Vec::new(),
            })
        };
        Ok(Stack {
            score: 0.0,
            interval: None,
            evidence: 0,
            pins: self.stack.iter().map(pin).collect::<Result<_, Fault>>()?,
            reasons: Vec::new(),
        })
    }
}

fn package(text: &str) -> Result<PackageName, Fault> {
    name::package(text)
}

/// Everything that is said in an advice, with its links.
fn said(advice: &Advice) -> Vec<String> {
    let refused = advice.rules.iter().flat_map(|rules| &rules.refusals);
    let of_stacks = advice.stacks.iter().flat_map(|stack| {
        let of_pins = stack.pins.iter().flat_map(|pin| &pin.reasons);
        stack.reasons.iter().chain(of_pins)
    });
    let text = |reason: &crate::advice::Reason| {
        format!(
            "{} {}",
            reason.message,
            reason.link.as_deref().unwrap_or_default()
        )
    };
    refused.chain(of_stacks).map(text).collect()
}
