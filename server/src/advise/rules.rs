//! Rules in the making of an advice: those of the graph and those of the request, between gathering and search.

use std::collections::{BTreeMap, BTreeSet};

use thoth_adviser::rules::{Context, Ruling, Runtime, SkippedRule, Unit, evaluate};
use thoth_adviser::{Removed, RemovedReleases, Request, Universe};
use thoth_cypher::{Graph, PRUNE_RULES, Row, params};
use thoth_schema::error::Fault;
use thoth_schema::name;
use thoth_schema::purl;
use thoth_schema::rules::{Rule, RuleSet};
use thoth_schema::version;

use super::cache::Cache;
use super::gather::{Gathered, gather, pruned_share};
use super::{AdviseInput, as_of, scores};

/// Times that knowledge is gathered again for packages that rules add.
const MAX_WIDENINGS: usize = 3;

/// What a request says for and of rules.
#[derive(Debug, Clone, Default)]
pub struct RulesInput {
    /// Rules of this request alone; a set replaces that of the graph with the same name and path.
    pub sets: Vec<RuleSet>,
    /// Whether the rules of the graph are left aside.
    pub no_graph: bool,
    /// Labels of the request.
    pub labels: BTreeMap<String, String>,
    /// Symbols that the user's code takes from libraries, such as `numpy.random.rand`.
    pub library_usage: BTreeSet<String>,
    /// What is known of the place where the stack shall run, beyond its markers.
    pub runtime: Runtime,
    /// Whether the caller is known by name.
    pub authenticated: bool,
    /// The address that rules give the default index of the graph.
    pub default_index: Option<String>,
}

/// Rules for one request: understood, and those that are not.
#[derive(Default)]
struct Selected {
    units: Vec<Unit>,
    skipped: Vec<SkippedRule>,
}

/// Finds and applies the rules of a request: what they remove, change and say together is in `gathered` afterwards, and
/// the ruling says the rest once there are stacks. `None` where no rule concerns the request.
///
/// # Errors
/// Faults of the graph.
pub(super) async fn rule(
    graph: &dyn Graph,
    cache: &Cache,
    input: &AdviseInput,
    request: &Request,
    gathered: &mut Gathered,
) -> Result<Option<Ruling>, Fault> {
    let mut widened = request.clone();
    let mut round = 0;
    let ruling = loop {
        let selected = select(graph, input, gathered).await?;
        if selected.units.is_empty() && selected.skipped.is_empty() {
            return Ok(None);
        }
        let ruling = decide(selected, input, request, &gathered.universe);
        let mut added = ruling.wanted.clone();
        added.retain(|wanted| !gathered.universe.packages.contains_key(&wanted.name));
        if added.is_empty() || round == MAX_WIDENINGS {
            break ruling;
        }
        round += 1;
        widened.requirements.extend(added);
        let as_of = input.as_of.as_deref().map(as_of).transpose()?;
        let (statements, hits) = (gathered.statements, gathered.cache_hits);
        *gathered = gather(graph, cache, input, &widened, as_of, scores(input)?).await?;
        gathered.statements += statements;
        // What this very advise read a moment ago is no hit.
        gathered.cache_hits = hits;
    };
    for (severity, line) in &ruling.log {
        log(severity, line);
    }
    note_removed(&ruling, &mut gathered.removed)?;
    gathered.pruned.extend(ruling.apply(&mut gathered.universe));
    gathered.pruned_share = pruned_share(&gathered.pruned, &gathered.universe);
    Ok(Some(ruling))
}

/// Puts what the rules remove beside what pruning removed, each release once.
fn note_removed(ruling: &Ruling, removed: &mut RemovedReleases) -> Result<(), Fault> {
    for (package, removals) in &ruling.removals {
        let mut seen = BTreeSet::new();
        for removal in removals {
            if seen.insert((&removal.order, &removal.index)) {
                removed.entry(package.clone()).or_default().push(Removed {
                    version: version::parse(&removal.version)?,
                    order: removal.order.clone(),
                    index: removal.index.clone(),
                    clause: "rule".to_owned(),
                });
            }
        }
    }
    Ok(())
}

/// Writes a line that a rule has for the log.
pub(super) fn log(severity: &str, line: &str) {
    match severity {
        "ERROR" => tracing::error!(line, "a rule says"),
        "WARNING" => tracing::warn!(line, "a rule says"),
        _ => tracing::info!(line, "a rule says"),
    }
}

fn decide(selected: Selected, input: &AdviseInput, request: &Request, universe: &Universe) -> Ruling {
    let stated = &input.rules;
    let context = Context {
        request,
        runtime: &stated.runtime,
        labels: &stated.labels,
        library_usage: &stated.library_usage,
        authenticated: stated.authenticated,
        default_index: stated.default_index.as_deref(),
    };
    let mut ruling = evaluate(selected.units, &context, universe);
    ruling.report.considered += selected.skipped.len();
    ruling.report.skipped.extend(selected.skipped);
    ruling.report.skipped.sort();
    ruling
}

/// The rules that concern a package in reach, or every request.
async fn select(graph: &dyn Graph, input: &AdviseInput, gathered: &mut Gathered) -> Result<Selected, Fault> {
    let mut selected = Selected::default();
    let packages = &gathered.universe.packages;
    let replaced: BTreeSet<String> = input.rules.sets.iter().map(RuleSet::key).collect();
    for set in &input.rules.sets {
        for rule in &set.rules {
            let mut names = rule
                .packages()
                .into_iter()
                .filter_map(|name| name::package(name).ok());
            let concerns = names.any(|name| packages.contains_key(&name));
            if concerns || rule.is_general() {
                selected.add(&set.rule_key(rule), &set.name, rule);
            }
        }
    }
    if input.rules.no_graph {
        return Ok(selected);
    }
    let keys: Vec<String> = packages.keys().map(purl::package_key).collect();
    let rows = graph.read(&PRUNE_RULES, params! { "packages" => keys }).await?;
    gathered.statements += 1;
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for row in rows.iter() {
        let key = row.text("key");
        let set = key.split_once('#').map_or(key, |(set, _)| set);
        if !replaced.contains(set) && seen.insert(key) {
            selected.take(key, row);
        }
    }
    Ok(selected)
}

impl Selected {
    fn add(&mut self, key: &str, namespace: &str, rule: &Rule) {
        let (unit, findings) = Unit::read(key, namespace, rule);
        match unit {
            Some(unit) => self.units.push(unit),
            None => {
                let first = findings.first();
                let reason =
                    first.map_or_else(String::new, |one| format!("{}: {}", one.pointer, one.message));
                self.skip(key, reason);
            }
        }
    }

    fn skip(&mut self, key: &str, reason: String) {
        self.skipped.push(SkippedRule {
            rule: key.to_owned(),
            reason,
        });
    }

    /// Adds a rule of the graph.
    fn take(&mut self, key: &str, row: Row<'_>) {
        let Some(rule) = row.optional_text("definition").and_then(Rule::from_definition) else {
            return self.skip(key, "what the graph holds of it cannot be read".to_owned());
        };
        let namespace = key.split_once(':').map_or("", |(namespace, _)| namespace);
        self.add(key, namespace, &rule);
    }
}
