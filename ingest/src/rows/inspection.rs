//! Inspections: what was built and run, on which machine, and what was measured.
//!
//! Facts of an inspection come in three groups, each from its newest statement: the specification, the script, the stack.
//! A plan knows the stack, a run alone the script, a folder all of them. The environments that it is meant for are a union.

use super::environment::EnvironmentFacts;
use super::observation::{Finding, Subject};
use super::release::unless_empty;
use super::{Batch, Source, sortable};
use std::collections::BTreeMap;
use thoth_cypher::{
    WRITE_INSPECTION_SCRIPTS, WRITE_INSPECTION_SPECIFICATIONS, WRITE_INSPECTION_STACK_HEADS,
    WRITE_INSPECTION_STACKS, WRITE_INSPECTION_STACKS_DROP, WRITE_INSPECTION_STATEMENTS,
    WRITE_INSPECTION_TARGETS, WRITE_INSPECTIONS, WRITE_STACK_STATEMENTS, map,
};
use thoth_schema::figure::Figure;
use thoth_schema::inspection::{
    Build, Indicator, Inspection, InspectionReport, Requests, Run, RunEnvironment, Specification,
};

/// Bytes of what a build or a run printed that an observation keeps: its end. The document has the rest.
const MESSAGE_BYTES: usize = 4 * 1024;

/// What the observations of one inspection have in common.
struct Observed<'report> {
    /// Position of the inspection in its document.
    place: String,
    subjects: Vec<Subject<'report>>,
}

impl Batch {
    pub(super) fn inspection(&mut self, report: &InspectionReport, source: &Source<'_>) {
        for (position, inspection) in report.inspections.iter().enumerate() {
            self.one_inspection(inspection, position, source);
        }
    }

    fn one_inspection(&mut self, inspection: &Inspection, position: usize, source: &Source<'_>) {
        let stack = inspection.stack.as_ref().map(|pins| {
            self.stack(
                pins.iter()
                    .map(|pin| (&pin.name, &pin.version, pin.index.as_deref())),
            )
        });
        let Some(id) = &inspection.inspection_id else {
            if let Some(stack) = stack {
                let row = map! { "document" => source.document, "stack" => &stack };
                self.put(
                    &WRITE_STACK_STATEMENTS,
                    format!("{} {stack}", source.document),
                    row,
                );
            }
            return;
        };
        self.inspection_facts(id, inspection, source);
        if let Some(stack) = &stack {
            self.inspection_stack(id, stack, source);
        }
        if let Some(target) = &inspection.target {
            let target = self.run_environment(target);
            let row = map! { "inspection" => id, "environment" => &target };
            self.put(&WRITE_INSPECTION_TARGETS, format!("{id} {target}"), row);
        }

        let mut subjects = vec![Subject::Inspection(id)];
        subjects.extend(stack.as_deref().map(Subject::Stack));
        let observed = Observed {
            place: format!("inspections/{position}"),
            subjects,
        };
        if let Some(build) = &inspection.build {
            self.build(build, &observed, source);
        }
        for (position, run) in inspection.runs.iter().enumerate() {
            self.run(run, position, &observed, source);
        }
    }

    fn inspection_facts(&mut self, id: &str, inspection: &Inspection, source: &Source<'_>) {
        self.put(&WRITE_INSPECTIONS, id.to_owned(), map! { "key" => id });
        let row = map! { "document" => source.document, "inspection" => id };
        self.put(
            &WRITE_INSPECTION_STATEMENTS,
            format!("{} {id}", source.document),
            row,
        );
        if let Some(specification) = &inspection.specification {
            self.specification(id, specification, source);
        }
        if let Some(sha256) = &inspection.script_sha256 {
            let row = map! { "key" => id, "stamp" => &source.stamp, "sha256" => sha256 };
            self.put_newest(&WRITE_INSPECTION_SCRIPTS, id, source, row);
        }
    }

    fn specification(&mut self, id: &str, stated: &Specification, source: &Source<'_>) {
        let nothing = Requests::default();
        let build = stated.build_requests.as_ref().unwrap_or(&nothing);
        let run = stated.run_requests.as_ref().unwrap_or(&nothing);
        // A script may be its whole text: then the document has it, and the graph its hash.
        let script = stated.script.as_deref().filter(|script| is_address(script));
        let row = map! {
            "key" => id, "stamp" => &source.stamp, "createdAt" => stated.created_at.as_deref().map(sortable),
            "identifier" => stated.identifier.as_deref(), "baseImage" => stated.base_image.as_deref(),
            "packageManager" => stated.package_manager.as_deref(),
            "nativePackages" => unless_empty(stated.native_packages.clone()),
            "pythonPackages" => unless_empty(stated.python_packages.clone()),
            "environment" => unless_empty(assigned(&stated.environment)),
            "script" => script, "batchSize" => stated.batch_size,
            "buildCpu" => build.cpu.map(f64::from), "buildMemory" => build.memory_bytes,
            "buildHardware" => unless_empty(assigned(&build.hardware)),
            "runCpu" => run.cpu.map(f64::from), "runMemory" => run.memory_bytes,
            "runHardware" => unless_empty(assigned(&run.hardware)),
        };
        self.put_newest(&WRITE_INSPECTION_SPECIFICATIONS, id, source, row);
    }

    fn inspection_stack(&mut self, id: &str, stack: &str, source: &Source<'_>) {
        let head = map! { "key" => id, "stamp" => &source.stamp };
        self.put_newest(&WRITE_INSPECTION_STACKS_DROP, id, source, head.clone());
        self.put_newest(&WRITE_INSPECTION_STACK_HEADS, id, source, head);
        // Of an older statement the row is written too, and finds that it is not the newest.
        let row = map! { "key" => id, "stamp" => &source.stamp, "stack" => stack };
        self.put_newest(&WRITE_INSPECTION_STACKS, id, source, row);
    }

    fn run_environment(&mut self, stated: &RunEnvironment) -> String {
        self.environment(&EnvironmentFacts {
            os: stated.os_name.as_deref(),
            os_version: stated.os_version.as_deref(),
            python: stated.python_version.as_deref(),
            machine: stated.machine.as_deref(),
            implementation: None,
        })
    }

    fn build(&mut self, build: &Build, observed: &Observed<'_>, source: &Source<'_>) {
        let class = failure_class(build.exit_code, build.reason.as_deref(), build.log.as_deref());
        let message = build.log.as_deref().map(end_of);
        let times = [&build.finished_at, &build.started_at];
        let observed_at = times.into_iter().flatten().next().map(|time| sortable(time));
        let finding = Finding {
            kind: "build",
            outcome: outcome(build.exit_code),
            error_class: class.as_deref(),
            message: message.as_deref(),
            observed_at: observed_at.as_deref(),
            ..Finding::default()
        };
        self.observe(
            source,
            &format!("{}/build", observed.place),
            &finding,
            &observed.subjects,
        );
    }

    fn run(&mut self, run: &Run, position: usize, observed: &Observed<'_>, source: &Source<'_>) {
        let environment = run
            .environment
            .as_ref()
            .map(|environment| self.run_environment(environment));
        let hardware = run.hardware.as_ref().map(|hardware| self.hardware(hardware));
        let mut subjects = observed.subjects.clone();
        subjects.extend(environment.as_deref().map(Subject::Environment));
        subjects.extend(hardware.as_deref().map(Subject::Hardware));
        let times = [&run.finished_at, &run.started_at];
        let observed_at = times.into_iter().flatten().next().map(|time| sortable(time));
        let class = failure_class(run.exit_code, run.reason.as_deref(), run.stderr.as_deref());
        let message = said(run);
        let cuda = run
            .environment
            .as_ref()
            .and_then(|environment| environment.cuda_version.as_deref());
        let mut parameters: Vec<String> = cuda
            .map(|version| format!("cuda={version}"))
            .into_iter()
            .collect();
        parameters.push(format!("run={}", run.position));
        let place = format!("{}/runs/{position}", observed.place);
        let finding = Finding {
            kind: "test",
            outcome: outcome(run.exit_code),
            error_class: class.as_deref(),
            message: message.as_deref(),
            observed_at: observed_at.as_deref(),
            metrics: run.usage.keys().cloned().collect(),
            values: run.usage.values().copied().map(f64::from).collect(),
            parameters,
            ..Finding::default()
        };
        self.observe(source, &place, &finding, &subjects);
        for (number, indicator) in run.indicators.iter().enumerate() {
            let place = format!("{place}/{number}");
            self.indicator(indicator, &place, observed_at.as_deref(), &subjects, source);
        }
    }

    fn indicator(
        &mut self,
        indicator: &Indicator,
        place: &str,
        observed_at: Option<&str>,
        subjects: &[Subject<'_>],
        source: &Source<'_>,
    ) {
        let parameters: Vec<String> = indicator
            .parameters
            .iter()
            .map(|(name, value)| {
                format!(
                    "{name}={}",
                    value.as_str().map_or(value.to_string(), str::to_owned)
                )
            })
            .collect();
        let overall = indicator.overall_score.map(|score| ("overallScore", score));
        let figures = indicator
            .results
            .iter()
            .map(|(name, figure)| (name.as_str(), *figure));
        for (name, figure) in figures.chain(overall) {
            let metric = match &indicator.name {
                Some(indicator) => format!("{indicator}.{name}"),
                None => name.to_owned(),
            };
            let Figure(value) = figure;
            let finding = Finding {
                kind: "performance",
                observed_at,
                component: indicator.component.as_deref(),
                metric: Some(&metric),
                value: Some(value),
                unit: indicator.units.get(name).map(String::as_str),
                parameters: parameters.clone(),
                ..Finding::default()
            };
            self.observe(source, &format!("{place}/{name}"), &finding, subjects);
        }
    }
}

fn is_address(script: &str) -> bool {
    script.starts_with("https://") || script.starts_with("http://")
}

fn assigned(variables: &BTreeMap<String, String>) -> Vec<String> {
    variables
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect()
}

fn outcome(exit_code: Option<i64>) -> Option<&'static str> {
    exit_code.map(|code| if code == 0 { "pass" } else { "fail" })
}

/// What ended it: the word of the machinery where it says more than that there was an error, the exception that Python died
/// of, the signal, or the exit code.
fn failure_class(exit_code: Option<i64>, reason: Option<&str>, said: Option<&str>) -> Option<String> {
    let code = exit_code.filter(|code| *code != 0)?;
    if let Some(reason) = reason.filter(|reason| !matches!(*reason, "Error" | "Completed")) {
        return Some(reason.to_owned());
    }
    if let Some(exception) = said.and_then(exception) {
        return Some(exception.to_owned());
    }
    Some(match code {
        ..0 => format!("signal {}", code.unsigned_abs()),
        129..=192 => format!("signal {}", code - 128),
        _ => format!("exit {code}"),
    })
}

/// The class of the exception in the last line of a traceback, `ModuleNotFoundError: No module named 'x'`.
fn exception(said: &str) -> Option<&str> {
    let last = said.lines().rev().find(|line| !line.trim().is_empty())?;
    let class = last.split(':').next()?.trim_end();
    let is_name = class.split('.').all(|part| {
        part.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && part
                .chars()
                .all(|character| character.is_ascii_alphanumeric() || character == '_')
    });
    let names_fault = ["Error", "Exception", "Interrupt", "Exit"]
        .iter()
        .any(|end| class.ends_with(end));
    (is_name && names_fault && !last.starts_with(' ')).then_some(class)
}

/// What a run said: its complaints, what it printed that is no indicator, else the log of its container.
fn said(run: &Run) -> Option<String> {
    let parts: Vec<&str> = [&run.stderr, &run.stdout]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    if parts.is_empty() {
        return run.log.as_deref().map(end_of);
    }
    let ends: Vec<String> = parts.iter().map(|part| end_of(part)).collect();
    Some(ends.join("\n"))
}

/// The last whole lines of a text, at most [`MESSAGE_BYTES`] of it, saying what was cut off in front.
fn end_of(text: &str) -> String {
    let text = text.trim_end();
    if text.len() <= MESSAGE_BYTES {
        return text.to_owned();
    }
    let mut start = text.len() - MESSAGE_BYTES;
    while !text.is_char_boundary(start) {
        start += 1;
    }
    let tail = text.get(start..).unwrap_or_default();
    let kept = tail.split_once('\n').map_or(tail, |(_, lines)| lines);
    format!("[{} bytes cut]\n{kept}", text.len() - kept.len())
}
