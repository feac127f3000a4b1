//! Adviser documents of every generation.
//!
//! | | 2018–2019 | 2020– |
//! |---|---|---|
//! | asked | `result.input` (requirements, requirements_locked), `parameters.runtime_environment` | `parameters.project` |
//! | `report` | a list of `[justification, project, overall_score]`, short of a score or a project where it has none | `products`, `stack_info`, counts of the search; null after a crash |
//! | said of the request | `result.stack_info` | `report.stack_info`; the type is missing now and then |
//! | a remark | `justification`, `type` | `message`, `type`, `link`, `package_name`, … |
//! | what was not known | in words only | `report._ERROR_DETAILS.unresolved` |
//!
//! An advised lock with an entry that is no release of an index is left out and listed as skipped. The predecessor never
//! proved that there is no stack: an answer without one is an error, or a lack of knowledge where it names packages.

use serde_json::{Map, Value};

use crate::advice::{AdviceOutcome, AdviceRecord, AdvisedStack, Lacked, Remark, SearchFigures};
use crate::document::{Parts, Payload};
use crate::error::Fault;
use crate::json::violation;
use crate::legacy::advice_request::{pins, request};
use crate::legacy::pipfile_lock;
use crate::legacy::tree::{integer, list, text};
use crate::legacy::{parts, produced_at, result, unknown_in};
use crate::solver::Skipped;

const RESULT_KEYS: &[&str] = &[
    "advised_configuration",
    "error",
    "error_msg",
    "input",
    "parameters",
    "pipeline_configuration",
    "report",
    "stack_info",
];

/// Whether a document of the adviser is an advice: dependency monkey and provenance checks come from the same program.
pub(crate) fn is_advice(metadata: &Map<String, Value>, result: Option<&Value>) -> bool {
    let arguments = metadata.get("arguments").and_then(Value::as_object);
    let asked = |command: &str| arguments.is_some_and(|arguments| arguments.contains_key(command));
    if asked("advise") {
        return true;
    }
    let other = ["provenance", "dependency-monkey", "dependency_monkey"];
    let holds = |pointer: &str| result.is_some_and(|result| result.pointer(pointer).is_some());
    !other.into_iter().any(asked) && (holds("/parameters/recommendation_type") || holds("/report/products"))
}

/// Reads an adviser document.
pub(crate) fn read(metadata: &Map<String, Value>, value: &Value) -> Result<Parts, Fault> {
    let result = result(value)?;
    let produced_at = produced_at(metadata)?;
    let mut skipped = Vec::new();
    let request = request(metadata, result, &mut skipped)?;
    let mut report = Report::of(result)?;
    skipped.append(&mut report.skipped);
    let error = text(result, &["error_msg"]).or(report.error);
    let outcome = match (report.stacks.is_empty(), report.lacked.is_empty()) {
        (false, _) => AdviceOutcome::Advised,
        (true, false) => AdviceOutcome::NeedsKnowledge,
        (true, true) => AdviceOutcome::Error,
    };
    let record = AdviceRecord {
        request,
        outcome,
        stacks: report.stacks,
        lacked: report.lacked,
        messages: report.messages,
        conflict: None,
        pruned: Vec::new(),
        error,
        duration_seconds: metadata.get("duration").and_then(Value::as_f64),
        search: report.search,
        graph_checksum: None,
        replay: None,
        skipped,
    };
    Ok(Parts {
        unknown_keys: unknown_in(result, RESULT_KEYS),
        ..parts(metadata, produced_at, Payload::Advice(record))
    })
}

/// What a report says, as far as it is read.
#[derive(Default)]
struct Report {
    stacks: Vec<AdvisedStack>,
    lacked: Vec<Lacked>,
    messages: Vec<Remark>,
    search: Option<SearchFigures>,
    error: Option<String>,
    skipped: Vec<Skipped>,
}

impl Report {
    fn of(result: &Map<String, Value>) -> Result<Report, Fault> {
        const AT: &str = "/result/report";
        let mut report = Report::default();
        report.messages = report.remarks(result.get("stack_info"), "/result/stack_info")?;
        match result.get("report") {
            None | Some(Value::Null) => {}
            Some(Value::Array(rows)) => report.read_stacks(rows, AT)?,
            Some(Value::Object(stated)) => report.read_2020(stated, AT)?,
            Some(_) => return Err(violation("`report` is neither an object nor a list", AT)),
        }
        Ok(report)
    }

    fn read_2020(&mut self, stated: &Map<String, Value>, place: &str) -> Result<(), Fault> {
        let said = self.remarks(stated.get("stack_info"), &format!("{place}/stack_info"))?;
        self.messages.extend(said);
        self.error = text(stated, &["ERROR"]);
        match stated.get("products") {
            None | Some(Value::Null) => {}
            Some(Value::Array(products)) => self.read_stacks(products, &format!("{place}/products"))?,
            Some(_) => {
                return Err(violation(
                    "`products` must be a list",
                    &format!("{place}/products"),
                ));
            }
        }
        let details = stated.get("_ERROR_DETAILS").and_then(Value::as_object);
        let unresolved = details.and_then(|details| list(details, "unresolved"));
        for (position, package) in unresolved.into_iter().flatten().enumerate() {
            match lacked(package) {
                Ok(lacked) => self.lacked.push(lacked),
                Err(reason) => self.skip(format!("{place}/_ERROR_DETAILS/unresolved/{position}"), reason),
            }
        }
        let figures = SearchFigures {
            stacks_accepted: integer(stated, "accepted_final_states_count"),
            stacks_discarded: integer(stated, "discarded_final_states_count"),
            iterations: integer(stated, "resolver_iterations"),
            ..SearchFigures::default()
        };
        self.search = Some(figures).filter(|figures| *figures != SearchFigures::default());
        Ok(())
    }

    /// Stacks of either form; the rank of one is its place in the list.
    fn read_stacks(&mut self, stacks: &[Value], base: &str) -> Result<(), Fault> {
        for (position, stack) in stacks.iter().enumerate() {
            let place = format!("{base}/{position}");
            let rank = u32::try_from(position + 1).unwrap_or(u32::MAX);
            match stack {
                Value::Array(row) => self.read_row(row, rank, &place)?,
                Value::Object(product) => self.read_product(product, rank, &place)?,
                _ => return Err(violation("an advised stack must be an object or a list", &place)),
            }
        }
        Ok(())
    }

    /// `[justification, project, overall_score]`; without a project the justification says why there is none.
    fn read_row(&mut self, row: &[Value], rank: u32, place: &str) -> Result<(), Fault> {
        let remarks = self.remarks(row.first(), &format!("{place}/0"))?;
        if let Some(project) = row.get(1).and_then(Value::as_object) {
            if let Some(mut stack) = self.stack(project, rank, &format!("{place}/1")) {
                stack.score = row.get(2).and_then(Value::as_f64);
                stack.justifications = remarks;
                self.stacks.push(stack);
            }
            return Ok(());
        }
        let failed = |remark: &&Remark| remark.severity.as_deref() == Some("ERROR");
        self.error = remarks.iter().find(failed).map(|remark| remark.message.clone());
        self.messages.extend(remarks);
        Ok(())
    }

    fn read_product(&mut self, product: &Map<String, Value>, rank: u32, place: &str) -> Result<(), Fault> {
        let remarks = self.remarks(product.get("justification"), &format!("{place}/justification"))?;
        let Some(project) = product.get("project").and_then(Value::as_object) else {
            return Err(violation(
                "a product must have a project",
                &format!("{place}/project"),
            ));
        };
        if let Some(stack) = self.stack(project, rank, &format!("{place}/project")) {
            let environment = product.get("advised_runtime_environment");
            self.stacks.push(AdvisedStack {
                score: product.get("score").and_then(Value::as_f64),
                justifications: remarks,
                dependencies: dependencies(product),
                advised_environment: environment.filter(|it| !it.is_null()).cloned(),
                manifest_changes: list(product, "advised_manifest_changes")
                    .cloned()
                    .unwrap_or_default(),
                ..stack
            });
        }
        Ok(())
    }

    /// The releases of a project's lock as a stack of which nothing more is said.
    fn stack(&mut self, project: &Map<String, Value>, rank: u32, place: &str) -> Option<AdvisedStack> {
        let place = format!("{place}/requirements_locked");
        match pipfile_lock::read(project.get("requirements_locked").unwrap_or(&Value::Null), &place) {
            Ok(lock) => Some(AdvisedStack {
                rank,
                score: None,
                pins: pins(lock),
                justifications: Vec::new(),
                dependencies: Vec::new(),
                advised_environment: None,
                manifest_changes: Vec::new(),
            }),
            Err(unusable) => {
                self.skipped.push(unusable);
                None
            }
        }
    }

    /// A list of remarks, or nothing; a remark without words is left out and told.
    fn remarks(&mut self, stated: Option<&Value>, place: &str) -> Result<Vec<Remark>, Fault> {
        let items = match stated {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Array(items)) => items,
            Some(_) => return Err(violation("remarks must be a list", place)),
        };
        let mut remarks = Vec::with_capacity(items.len());
        for (position, item) in items.iter().enumerate() {
            match item.as_object().and_then(remark) {
                Some(remark) => remarks.push(remark),
                None => self.skip(
                    format!("{place}/{position}"),
                    "the remark has no words".to_owned(),
                ),
            }
        }
        Ok(remarks)
    }

    fn skip(&mut self, pointer: String, reason: String) {
        self.skipped.push(Skipped { pointer, reason });
    }
}

/// Pairs of names from `{"nodes": [name], "edges": [[from, to]]}`.
fn dependencies(product: &Map<String, Value>) -> Vec<(String, String)> {
    let graph = product.get("dependency_graph").and_then(Value::as_object);
    let Some((nodes, edges)) = graph.and_then(|graph| Some((list(graph, "nodes")?, list(graph, "edges")?)))
    else {
        return Vec::new();
    };
    let name = |edge: &Value, end: usize| {
        let node = usize::try_from(edge.get(end)?.as_u64()?).ok()?;
        Some(nodes.get(node)?.as_str()?.to_owned())
    };
    let named = |edge: &Value| Some((name(edge, 0)?, name(edge, 1)?));
    edges.iter().filter_map(named).collect()
}

fn lacked(stated: &Value) -> Result<Lacked, String> {
    let (name, specifier) = match stated {
        Value::String(name) => (Some(name.clone()), None),
        Value::Object(stated) => (
            text(stated, &["package_name", "name"]),
            text(stated, &["package_version", "version"]).map(|version| format!("=={version}")),
        ),
        _ => (None, None),
    };
    let name = name.ok_or("the entry does not name a package")?;
    Ok(Lacked {
        package: crate::name::package(&name).map_err(|fault| fault.message)?,
        specifier,
        required_by: None,
    })
}

fn remark(item: &Map<String, Value>) -> Option<Remark> {
    Some(Remark {
        severity: text(item, &["type"]),
        code: None,
        message: text(item, &["message", "justification"])?,
        link: text(item, &["link"]),
        package: text(item, &["package_name"]),
        specifier: text(item, &["version_range"]),
        advisory: text(item, &["cve_id", "advisory", "cve_name"]),
    })
}
