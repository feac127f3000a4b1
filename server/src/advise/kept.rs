//! Advices that are kept, and given again from what is kept of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};
use thoth_adviser::{Advice, Outcome, Pin, Policy, Reason, Request, Universe, ValueTable};
use thoth_ingest::advices;
use thoth_ingest::store::{DocumentStore, StoreConfig};
use thoth_schema::advice::AdviceReplay;
use thoth_schema::document::{Document, Payload};
use thoth_schema::environment::Environment;
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::name::PackageName;

use super::known::Known;
use super::learnt;
use super::modes::searched;
use super::{AdviseInput, Report};

/// The version of the adviser, in the records.
const ADVISER: &str = env!("CARGO_PKG_VERSION");

/// What one advice rests on.
pub(super) struct Basis {
    pub(super) request: Request,
    pub(super) universe: Arc<Universe>,
    pub(super) known: BTreeMap<PackageName, Arc<Known>>,
}

/// Keeps advices in a document store, which is opened with the first of them.
pub(super) struct Keeper {
    config: StoreConfig,
    store: tokio::sync::OnceCell<DocumentStore>,
}

impl Keeper {
    pub(super) fn new(config: StoreConfig) -> Self {
        Self {
            config,
            store: tokio::sync::OnceCell::new(),
        }
    }

    /// Keeps an advice and gives its id. A store that is away costs the record, not the advice: then there is no id.
    pub(super) async fn keep(&self, input: &AdviseInput, basis: &Basis, advice: &Advice) -> Option<String> {
        match self.kept(input, basis, advice).await {
            Ok(id) => Some(id),
            Err(fault) => {
                tracing::warn!(error = %fault, "an advice is not kept");
                None
            }
        }
    }

    /// What was learnt of these packages in this environment before. A store that is away costs the start, not the search.
    pub(super) async fn recall(&self, universe: &Universe, request: &Request) -> Option<ValueTable> {
        let subject = learnt::subject(universe, request);
        let recalled = async { learnt::recall(self.store().await?, &subject).await };
        recalled.await.unwrap_or_else(|fault| {
            tracing::warn!(error = %fault, "the search starts without the values of earlier ones");
            None
        })
    }

    /// Keeps what the search learnt, if it did.
    pub(super) async fn remember(&self, basis: &Basis, values: Option<&ValueTable>) {
        let Some(values) = values.filter(|table| !table.values.is_empty()) else {
            return;
        };
        let subject = learnt::subject(&basis.universe, &basis.request);
        let remembered = async { learnt::remember(self.store().await?, &subject, values).await };
        if let Err(fault) = remembered.await {
            tracing::warn!(error = %fault, "the values that the search learnt are not kept");
        }
    }

    async fn store(&self) -> Result<&DocumentStore, Fault> {
        let open = async || DocumentStore::open(&self.config);
        self.store.get_or_try_init(open).await
    }

    async fn kept(&self, input: &AdviseInput, basis: &Basis, advice: &Advice) -> Result<String, Fault> {
        let store = self.store().await?;
        let knowledge = advices::keep_knowledge(store, text(basis.universe.as_ref())?.into_bytes()).await?;
        let record = record(input, basis, advice, knowledge)?;
        advices::keep(store, &record).await?;
        Ok(record.id)
    }
}

fn text(value: &impl serde::Serialize) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|problem| {
        Fault::new(
            ErrorCode::Internal,
            format!("an advice cannot be written: {problem}"),
        )
    })
}

/// The answer as it is kept: without what differs when the same is computed again.
fn canonical(advice: &Advice) -> Advice {
    let mut canonical = advice.clone();
    canonical.id = None;
    canonical.search.search_millis = 0.0;
    canonical.search.millis = 0.0;
    canonical
}

/// The document of an advice.
fn record(input: &AdviseInput, basis: &Basis, advice: &Advice, knowledge: String) -> Result<Document, Fault> {
    let answer = canonical(advice);
    let replay = AdviceReplay {
        adviser: ADVISER.to_owned(),
        knowledge,
        revisions: basis
            .known
            .iter()
            .map(|(package, known)| (package.to_string(), known.revision.clone()))
            .collect(),
        request: text(&basis.request)?,
        answer: text(&answer)?,
    };
    let outcome = match answer.outcome {
        Outcome::Advised => "advised",
        Outcome::Unsatisfiable => "unsatisfiable",
        Outcome::NeedsKnowledge => "needs-knowledge",
        Outcome::Refused => "refused",
    };
    let stacks: Vec<Value> = (1..)
        .zip(&answer.stacks)
        .map(|(rank, stack)| {
            let pins: Vec<Value> = stack.pins.iter().map(pin).collect();
            json!({"rank": rank, "score": stack.score, "pins": pins, "justifications": stack.reasons})
        })
        .collect();
    let refusals = answer.rules.iter().flat_map(|rules| &rules.refusals);
    let search = &answer.search;
    Document::from_value(&json!({
        "kind": "advice", "schemaVersion": 1, "producer": {"name": "thoth-adviser", "version": ADVISER},
        "producedAt": advices::now(),
        "payload": {
            "request": stated(input), "outcome": outcome, "stacks": stacks, "lacked": answer.missing,
            "conflict": answer.conflict, "pruned": answer.pruned, "messages": refusals.collect::<Vec<_>>(),
            "durationSeconds": advice.search.millis / 1_000.0,
            "search": {
                "stacksInSpace": search.stacks_in_space, "spaceIsExact": search.space_is_exact,
                "stacksScored": i64::try_from(search.stacks_scored).ok(), "bound": search.bound,
                "optimal": search.optimal, "graphStatements": i64::try_from(search.graph_statements).ok(),
            },
            "replay": replay,
        },
    }))
}

/// A pin as documents state it; what each unit says of it is in the whole answer.
fn pin(pin: &Pin) -> Value {
    json!({
        "name": pin.name, "version": pin.version, "index": pin.index, "extras": pin.extras, "hashes": pin.hashes,
        "score": pin.score, "reasons": pin.reasons,
    })
}

/// What was asked, as documents state it.
fn stated(input: &AdviseInput) -> Value {
    let environment = &input.environment;
    let scores = input.scores.iter().flatten();
    let scores =
        scores.map(|((name, version), score)| json!({"name": name, "version": version, "score": score}));
    let lock = input.lock.as_ref().map(|lock| {
        lock.iter()
            .map(|(name, version)| json!({"name": name, "version": version}))
    });
    json!({
        "requirements": input.requirements, "constraints": input.constraints, "indexes": input.indexes,
        "environment": {
            "name": environment.name, "pythonVersion": environment.variables().get("python_version"),
            "platform": environment.platform.map(|platform| platform.as_str()), "variables": environment.variables(),
        },
        "recommendationType": input.recommendation_type, "prerelease": input.prerelease,
        "predictor": input.predictor, "seed": i64::try_from(input.seed).ok(), "count": input.count,
        "limit": input.limit.and_then(|limit| i64::try_from(limit).ok()), "budgetMillis": input.budget_millis,
        "asOf": super::as_of_stated(input), "onlyBinary": input.only_binary, "noBinary": input.no_binary,
        "scores": scores.collect::<Vec<_>>(), "labels": input.rules.labels, "libraryUsage": input.rules.library_usage,
        "lock": lock.map(Iterator::collect::<Vec<_>>), "parameters": parameters(&input.policy),
    })
}

/// What is accepted and refused beyond versions, as far as anything is.
fn parameters(policy: &Policy) -> BTreeMap<&'static str, String> {
    let listed = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(",");
    let mut parameters = BTreeMap::from([
        ("acceptedAdvisories", listed(&policy.accepted_advisories)),
        ("allowedLicences", listed(&policy.licences.allowed)),
        ("deniedLicences", listed(&policy.licences.denied)),
        ("processor", policy.hardware.clone().unwrap_or_default()),
    ]);
    parameters.retain(|_, value| !value.is_empty());
    if policy.min_severity > 0.0 {
        parameters.insert("minSeverity", policy.min_severity.to_string());
    }
    parameters
}

/// An advice that was given again.
pub struct Replayed {
    /// The answer, equal to the kept one to the byte; its times are 0.
    pub report: Report,
    /// The environment that it is for.
    pub environment: Environment,
}

/// Gives a kept advice again: the search runs anew on the knowledge that was kept, and must find what it found. What the
/// graph told beside (hashes, what was pruned, how often it was asked), and why releases are not part of the stack, which
/// rests on what was pruned too, is taken from the record; so is what rules said of the stacks. What they changed before
/// the search is part of the knowledge, but why they ended an advice is not, so a refusal is given as it was.
///
/// # Errors
/// `NOT_FOUND` for what is not kept; `REPLAY_DIFFERS` where the record cannot be understood or the search finds something
/// else; those of the store and of [`thoth_adviser::advise`].
pub async fn replay(store: &DocumentStore, id: &str) -> Result<Replayed, Fault> {
    let record = advices::record(store, id).await?;
    let Payload::Advice(record) = record.payload else {
        return Err(differs("it is no advice".to_owned(), id));
    };
    let replay = record
        .replay
        .ok_or_else(|| differs("it says nothing of what it rests on".to_owned(), id))?;
    let unreadable = |problem: serde_json::Error| {
        let message = format!(
            "adviser {ADVISER} cannot read a record of adviser {}: {problem}",
            replay.adviser
        );
        differs(message, id)
    };
    let knowledge = advices::knowledge(store, &replay.knowledge).await?;
    let universe: Universe = serde_json::from_slice(&knowledge).map_err(unreadable)?;
    let request: Request = serde_json::from_str(&replay.request).map_err(unreadable)?;
    let kept: Advice = serde_json::from_str(&replay.answer).map_err(unreadable)?;
    let environment = request.environment.clone();
    let mut advice = if kept.outcome == Outcome::Refused {
        kept
    } else {
        let again = searched(move || thoth_adviser::advise(&universe, &request)).await?;
        with_what_the_graph_told(with_what_rules_said(again, &kept), kept)
    };
    if text(&advice)? != replay.answer {
        let message = format!(
            "adviser {ADVISER} finds something else than adviser {} did",
            replay.adviser
        );
        return Err(differs(message, id));
    }
    advice.id = Some(id.to_owned());
    let report = Report { advice };
    Ok(Replayed { report, environment })
}

fn differs(message: String, id: &str) -> Fault {
    Fault::new(ErrorCode::ReplayDiffers, message).at(id).remedy(
        "use the version of thoth that gave it; a search that its time or its client ended can hardly be repeated",
    )
}

/// Rules speak last: they end the list of stacks, and add their words to those of the search.
fn with_what_rules_said(again: Advice, kept: &Advice) -> Advice {
    let mut advice = again;
    let Some(report) = &kept.rules else { return advice };
    if !report.refusals.is_empty() {
        advice.stacks.truncate(kept.stacks.len());
    }
    let add = |reasons: &mut Vec<Reason>, kept: &[Reason]| {
        if kept.starts_with(reasons) {
            *reasons = kept.to_vec();
        }
    };
    for (stack, kept) in advice.stacks.iter_mut().zip(&kept.stacks) {
        add(&mut stack.reasons, &kept.reasons);
        for (pin, kept) in stack.pins.iter_mut().zip(&kept.pins) {
            add(&mut pin.reasons, &kept.reasons);
        }
    }
    advice.rules = Some(report.clone());
    advice
}

fn with_what_the_graph_told(again: Advice, kept: Advice) -> Advice {
    let mut advice = canonical(&again);
    advice.pruned = kept.pruned;
    advice.rejections = kept.rejections;
    advice.search.graph_statements = kept.search.graph_statements;
    advice.search.cache_hits = kept.search.cache_hits;
    advice.search.pruned_share = kept.search.pruned_share;
    for (stack, kept) in advice.stacks.iter_mut().zip(kept.stacks) {
        for (pin, kept) in stack.pins.iter_mut().zip(kept.pins) {
            pin.hashes = kept.hashes;
        }
    }
    advice
}
