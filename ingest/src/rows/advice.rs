//! Advices: what was asked, of which stacks and for which environment, and what was answered.

use super::environment::EnvironmentFacts;
use super::release::unless_empty;
use super::{Batch, Source, sortable};
use std::collections::BTreeMap;
use thoth_cypher::{
    Value, WRITE_ADVICES, WRITE_ADVISED_ENVIRONMENTS, WRITE_GIVEN_STACKS, WRITE_LACKED_PACKAGES,
    WRITE_RECOMMENDED_STACKS, map,
};
use thoth_schema::advice::{AdviceEnvironment, AdvicePin, AdviceRecord, AdvisedStack, SearchFigures};
use thoth_schema::document::{Document, canonical_text};

impl Batch {
    pub(super) fn advice(&mut self, advice: &AdviceRecord, document: &Document, source: &Source<'_>) {
        self.put(
            &WRITE_ADVICES,
            document.id.clone(),
            advice_row(advice, document, source),
        );
        for stack in &advice.stacks {
            self.recommended(stack, &document.id);
        }
        if let Some(pins) = &advice.request.lock {
            let stack = self.pinned(pins);
            let row = map! { "advice" => &document.id, "stack" => &stack };
            self.put(&WRITE_GIVEN_STACKS, format!("{stack} {}", document.id), row);
        }
        self.lacked(advice, &document.id);
        if let Some(facts) = environment_of(advice, document) {
            let environment = self.environment(&facts);
            let row = map! { "advice" => &document.id, "environment" => &environment };
            self.put(
                &WRITE_ADVISED_ENVIRONMENTS,
                format!("{environment} {}", document.id),
                row,
            );
        }
    }

    /// What is for development only is not part of the stack.
    fn pinned(&mut self, pins: &[AdvicePin]) -> String {
        let installed = pins.iter().filter(|pin| !pin.develop);
        self.stack(installed.map(|pin| (&pin.name, &pin.version, pin.index.as_deref())))
    }

    fn recommended(&mut self, advised: &AdvisedStack, advice: &str) {
        let stack = self.pinned(&advised.pins);
        let of_pins = advised.pins.iter().flat_map(|pin| {
            let about = |reason: &thoth_schema::advice::Remark| {
                let mut reason = reason.clone();
                reason.package.get_or_insert_with(|| pin.name.to_string());
                reason.to_string()
            };
            pin.reasons.iter().map(about).collect::<Vec<String>>()
        });
        let said = advised.justifications.iter().map(ToString::to_string);
        let changes = advised
            .advised_environment
            .iter()
            .chain(&advised.manifest_changes);
        let row = map! {
            "advice" => advice, "stack" => &stack, "rank" => i64::from(advised.rank), "score" => advised.score,
            "justifications" => unless_empty(said.chain(of_pins).collect()),
            "changes" => unless_empty(changes.filter_map(canonical_text).collect()),
        };
        self.put(
            &WRITE_RECOMMENDED_STACKS,
            format!("{stack} {advice} {}", advised.rank),
            row,
        );
    }

    /// One relationship to each package, with all that was wanted of it in parallel lists; `''` where that is not said.
    fn lacked(&mut self, advice: &AdviceRecord, document: &str) {
        let mut wanted: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for lacked in &advice.lacked {
            let package = self.package(&lacked.package);
            let want = (
                lacked.specifier.clone().unwrap_or_default(),
                lacked.required_by.clone().unwrap_or_default(),
            );
            wanted.entry(package).or_default().push(want);
        }
        for (package, wants) in wanted {
            let (specifiers, required_by): (Vec<String>, Vec<String>) = wants.into_iter().unzip();
            let row = map! {
                "advice" => document, "package" => &package, "specifiers" => specifiers, "requiredBy" => required_by,
            };
            self.put(&WRITE_LACKED_PACKAGES, format!("{package} {document}"), row);
        }
    }
}

fn advice_row(advice: &AdviceRecord, document: &Document, source: &Source<'_>) -> Value {
    let request = &advice.request;
    let none = SearchFigures::default();
    let search = advice.search.as_ref().unwrap_or(&none);
    let texts = |items: &[String]| unless_empty(items.to_vec());
    let conflict = advice.conflict.as_ref();
    let pruned = advice
        .pruned
        .iter()
        .map(|one| format!("{} {} {} ({})", one.package, one.reason, one.count, one.example));
    map! {
        "key" => &document.id, "document" => &document.id, "upstreamId" => document.upstream_id.as_deref(),
        "outcome" => advice.outcome.as_str(), "recommendationType" => request.recommendation_type.as_deref(),
        "producedAt" => source.produced_at, "origin" => request.origin.as_deref().or(document.origin.as_deref()),
        "sourceType" => request.source_type.as_deref(), "seed" => request.seed,
        "predictor" => request.predictor.as_deref(), "count" => request.count, "limit" => request.limit,
        "budgetMillis" => request.budget_millis, "duration" => advice.duration_seconds,
        "error" => advice.error.as_deref(), "prerelease" => request.prerelease.as_deref(),
        "asOf" => request.as_of.as_deref().map(sortable), "requirements" => texts(&request.requirements),
        "developRequirements" => texts(&request.develop_requirements), "constraints" => texts(&request.constraints),
        "indexes" => texts(&request.indexes), "onlyBinary" => texts(&request.only_binary),
        "noBinary" => texts(&request.no_binary), "labels" => named(&[&request.labels]),
        "libraryUsage" => texts(&request.library_usage), "parameters" => named(&[&request.parameters]),
        "environment" => request.environment.as_ref().map_or(Value::Null, described),
        "messages" => unless_empty(advice.messages.iter().map(ToString::to_string).collect()),
        "conflict" => conflict.map_or(Value::Null, |conflict| texts(&conflict.sentences)),
        "conflictRequirements" => conflict.map_or(Value::Null, |conflict| texts(&conflict.requirements)),
        "pruned" => unless_empty(pruned.collect()), "graphChecksum" => advice.graph_checksum.as_deref(),
        "stacksInSpace" => search.stacks_in_space.as_ref().map(ToString::to_string),
        "spaceIsExact" => search.space_is_exact, "stacksScored" => search.stacks_scored,
        "stacksAccepted" => search.stacks_accepted, "stacksDiscarded" => search.stacks_discarded,
        "iterations" => search.iterations, "bound" => search.bound, "optimal" => search.optimal,
        "graphStatements" => search.graph_statements,
    }
}

/// `name=value`, sorted by name.
fn named(maps: &[&BTreeMap<String, String>]) -> Value {
    let entries = maps.iter().flat_map(|map| map.iter());
    let mut lines: Vec<String> = entries.map(|(name, value)| format!("{name}={value}")).collect();
    lines.sort_unstable();
    unless_empty(lines)
}

/// What the asker says of the environment beyond what its key holds.
fn described(environment: &AdviceEnvironment) -> Value {
    let plain = [
        ("name", &environment.name),
        ("baseImage", &environment.base_image),
        ("platform", &environment.platform),
    ];
    let plain = plain
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)))
        .collect();
    named(&[
        &plain,
        &environment.software,
        &environment.hardware,
        &environment.variables,
    ])
}

/// The environment that was asked about, where anything is said of it.
fn environment_of<'document>(
    advice: &'document AdviceRecord,
    document: &'document Document,
) -> Option<EnvironmentFacts<'document>> {
    let stated = advice.request.environment.as_ref();
    let variable = |name: &str| {
        let of_request = stated.and_then(|stated| stated.variables.get(name));
        let of_document = || document.environment.as_ref()?.get(name);
        of_request.or_else(of_document).map(String::as_str)
    };
    let text = |of: fn(&AdviceEnvironment) -> Option<&str>| stated.and_then(of);
    let platform = text(|it| it.platform.as_deref()).and_then(|platform| platform.split_once('-'));
    let facts = EnvironmentFacts {
        os: text(|it| it.os_name.as_deref()).or(variable("sys_platform")),
        os_version: text(|it| it.os_version.as_deref()),
        python: text(|it| it.python_version.as_deref()).or(variable("python_version")),
        machine: variable("platform_machine").or(platform.map(|(_, machine)| machine)),
        implementation: variable("implementation_name"),
    };
    let known = [facts.os, facts.os_version, facts.python, facts.machine];
    known.into_iter().any(|fact| fact.is_some()).then_some(facts)
}
