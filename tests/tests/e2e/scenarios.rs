//! The project's own resolver scenarios, run through the binary; every failing one is reported by name.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;
use thoth_tests::paths::workspace_root;

use crate::advise_call::{Answer, AnsweredStack, Knowledge, Question, ask, marker_values, record_line};
use crate::lock_checker::{Pins, Prereleases, Problem, Releases, RequirementCache, comparable, normalised};
use crate::parallel::{Failures, in_two_threads};
use crate::scenario_format::{
    Expectation, ExpectedPins, Scenario, ScenarioFile, ScenarioRequest, scenario_files,
};
use crate::wheel_tags::WheelPlatform;

const DEADLINE: Duration = Duration::from_secs(60);
const FEWEST_SCENARIOS: usize = 40;

fn scenario_folder() -> PathBuf {
    workspace_root().join("tests/scenarios")
}

#[test]
fn every_scenario_file_can_be_read_and_holds_known_keys_only() {
    let files = scenario_files(&scenario_folder()).unwrap();
    assert!(files.len() >= FEWEST_SCENARIOS, "{} scenarios", files.len());
    let faults: Vec<String> = files.iter().filter_map(|file| well_formed(file).err()).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn well_formed(file: &ScenarioFile) -> Result<(), String> {
    let scenario = Scenario::read(&file.path)?;
    scenario
        .entries()
        .map_err(|fault| format!("{}: {fault}", file.name))?;
    let expect = &scenario.expect;
    if scenario.description.is_empty() {
        return Err(format!("{}: no description", file.name));
    }
    match expect.outcome.as_str() {
        "advised" if asks(&scenario, "latest") && expect.latest_pins().next().is_none() => {
            Err(format!("{}: no pins of latest", file.name))
        }
        "advised" | "unsatisfiable" | "needs_knowledge" => Ok(()),
        other => Err(format!("{}: unknown outcome {other}", file.name)),
    }
}

#[test]
fn every_scenario_is_answered_as_expected() {
    let files = scenario_files(&scenario_folder()).unwrap();
    let failures = in_two_threads(&files, |file| (file.name.clone(), run_scenario(file)));
    failures.assert_none(files.len(), "scenarios");
}

fn asks(scenario: &Scenario, predictor: &str) -> bool {
    scenario.request.predictors.iter().any(|asked| asked == predictor)
}

#[test]
fn every_worked_example_stands_in_the_documentation() {
    let text = fs::read_to_string(workspace_root().join("docs/adviser.md")).unwrap();
    let files = scenario_files(&scenario_folder()).unwrap();
    let examples: Vec<&ScenarioFile> = files
        .iter()
        .filter(|file| file.name.starts_with("knowledge/"))
        .collect();
    assert!(examples.len() >= 10, "{} worked examples", examples.len());
    let untold: Vec<&str> = examples
        .iter()
        .map(|file| file.name.as_str())
        .filter(|name| !text.contains(&format!("`{}`", name.trim_start_matches("knowledge/"))))
        .collect();
    assert!(untold.is_empty(), "docs/adviser.md does not tell {untold:?}");
}

fn run_scenario(file: &ScenarioFile) -> Vec<String> {
    let scenario = match Scenario::read(&file.path) {
        Ok(scenario) => scenario,
        Err(fault) => return vec![fault],
    };
    let folder = tempfile::tempdir().unwrap();
    let records = folder.path().join("universe.jsonl");
    let mut lines: Vec<String> = scenario
        .entries()
        .unwrap()
        .iter()
        .map(|entry| record_line(&entry.name, &entry.candidate, &entry.record))
        .collect();
    lines.extend(scenario.knowledge.lines());
    fs::write(&records, lines.join("\n") + "\n").unwrap();
    let knowledge = Knowledge::File(records);
    let releases = visible_releases(&scenario);
    let problem = problem(&scenario, &releases);
    let mut faults = Failures::default();
    for predictor in &scenario.request.predictors {
        match ask(&question(&scenario, predictor), &knowledge, DEADLINE) {
            Err(fault) => faults.add(predictor, &fault),
            Ok(answer) => judge(&scenario, &problem, predictor, &answer, &mut faults),
        }
    }
    faults.into_lines()
}

fn question(scenario: &Scenario, predictor: &str) -> Question {
    let request = &scenario.request;
    let own = request.environment.as_ref();
    // Given scores belong to the searches for the best; `latest` is asked plainly.
    let scores = request.scores.as_ref().filter(|_| predictor != "latest");
    let split = |(release, score): (&String, &f64)| {
        let (name, version) = release.split_once("==").unwrap();
        (name.to_owned(), version.to_owned(), *score)
    };
    Question {
        requirements: request.requirements.clone(),
        constraints: request.constraints.clone(),
        file_lines: request.file_lines.clone(),
        python: own.is_none().then(|| python(scenario).to_owned()),
        platform: own.is_none().then(|| platform(scenario).to_owned()),
        environment: own.map(|values| serde_json::to_value(values).unwrap()),
        prerelease: request.prerelease.clone(),
        as_of: request.as_of.clone(),
        predictor: predictor.to_owned(),
        count: request.count.filter(|_| predictor == "exact"),
        scores: scores.map(|scores| scores.iter().map(split).collect()),
        arguments: arguments(request),
        lock: request.lock.clone(),
    }
}

fn arguments(request: &ScenarioRequest) -> Vec<String> {
    let kind = request.recommendation_type.iter();
    let mut arguments: Vec<String> = kind
        .flat_map(|kind| ["--recommendation-type".to_owned(), kind.clone()])
        .collect();
    arguments.extend(request.arguments.iter().cloned());
    arguments
}

fn python(scenario: &Scenario) -> &str {
    scenario.request.python.as_deref().unwrap_or("3.11")
}

fn platform(scenario: &Scenario) -> &str {
    scenario.request.platform.as_deref().unwrap_or("linux-x86_64")
}

/// Values of the requirements file's lines that begin with one of these options.
fn option_values<'scenario>(scenario: &'scenario Scenario, option: &str) -> Vec<&'scenario str> {
    let lines = scenario.request.file_lines.iter();
    lines
        .filter_map(|line| line.strip_prefix(option)?.strip_prefix(' '))
        .map(str::trim)
        .collect()
}

/// The releases that exist for this request: on its day, on its indexes.
fn visible_releases(scenario: &Scenario) -> Releases {
    let mut indexes = option_values(scenario, "--index-url");
    let extra = option_values(scenario, "--extra-index-url");
    let every_index = indexes.is_empty() && extra.is_empty();
    if indexes.is_empty() {
        indexes.push(crate::advise_call::DEFAULT_INDEX);
    }
    indexes.extend(extra);
    let mut releases = Releases::new();
    for entry in scenario.entries().unwrap() {
        let day = entry.record.upload_time.as_ref().map(|time| &time[..10]);
        let known_then = match &scenario.request.as_of {
            Some(last_day) => day.is_some_and(|day| day <= last_day.as_str()),
            None => true,
        };
        if known_then && (every_index || indexes.contains(&entry.candidate.index.as_str())) {
            releases.entry(entry.name).or_default().push(entry.candidate);
        }
    }
    releases
}

fn problem<'releases>(scenario: &Scenario, releases: &'releases Releases) -> Problem<'releases> {
    let request = &scenario.request;
    let mut values = match &request.environment {
        Some(values) => serde_json::to_value(values).unwrap(),
        None => marker_values(platform(scenario), python(scenario)),
    };
    let glibc = values.as_object_mut().and_then(|values| values.remove("glibc"));
    let glibc_minor = glibc
        .as_ref()
        .and_then(Value::as_str)
        .and_then(|text| text.strip_prefix("2.")?.parse().ok());
    let text = |key: &str| values[key].as_str().unwrap().to_owned();
    let wheels = WheelPlatform::new(
        &text("sys_platform"),
        &text("platform_machine"),
        &text("python_version"),
        glibc_minor.unwrap_or(28),
    );
    let packages = |option| {
        option_values(scenario, option)
            .into_iter()
            .map(normalised)
            .collect()
    };
    Problem {
        releases,
        requirements: request.requirements.clone(),
        constraints: request.constraints.clone(),
        markers: serde_json::from_value(values).unwrap(),
        wheels,
        prereleases: Prereleases::named(
            request
                .prerelease
                .as_deref()
                .unwrap_or("if-necessary-or-explicit"),
        ),
        only_binary: packages("--only-binary"),
        no_binary: packages("--no-binary"),
        parsed: RequirementCache::default(),
    }
}

fn judge(
    scenario: &Scenario,
    problem: &Problem<'_>,
    predictor: &str,
    answer: &Answer,
    faults: &mut Failures,
) {
    let expect = &scenario.expect;
    let mut fault = |text: String| faults.add(predictor, &text);
    if answer.outcome != expect.outcome || answer.code != Some(expect.code()) {
        fault(format!(
            "outcome {} and exit {:?} instead of {}",
            answer.outcome, answer.code, expect.outcome
        ));
        return;
    }
    if (answer.outcome == "advised") == answer.stacks.is_empty() {
        fault(format!(
            "{} stacks for outcome {}",
            answer.stacks.len(),
            answer.outcome
        ));
    }
    for stack in &answer.stacks {
        for complaint in problem.complaints(&stack.pins) {
            fault(format!("not a legal stack: {complaint}"));
        }
    }
    judge_explanation(expect, answer, &mut fault);
    if let Some(stack) = answer.stacks.first() {
        match predictor {
            "latest" => judge_latest(expect, problem, stack, &mut fault),
            "exact" => judge_exact(scenario, answer, stack, &mut fault),
            _ => {}
        }
    }
    let (given, asked) = (answer.stacks.len(), scenario.request.count.unwrap_or(1));
    if given > asked {
        fault(format!("{given} stacks where {asked} were asked for"));
    }
}

fn judge_explanation(expect: &Expectation, answer: &Answer, fault: &mut impl FnMut(String)) {
    if let Some(missing) = expect
        .missing
        .as_ref()
        .filter(|missing| **missing != answer.missing)
    {
        fault(format!("missing {:?} instead of {missing:?}", answer.missing));
    }
    let core = |lines: &[String]| -> BTreeSet<String> { lines.iter().map(|line| comparable(line)).collect() };
    let found = core(&answer.conflict_requirements);
    let cores = &expect.conflict_requirements;
    if !cores.is_empty() && !cores.iter().any(|lines| core(lines) == found) {
        fault(format!("conflict of {found:?} instead of one of {cores:?}"));
    }
    if expect.outcome == "unsatisfiable" && answer.conflict_sentences == 0 {
        fault("no sentence says why".to_owned());
    }
    for (package, reasons) in &expect.pruned {
        for (reason, count) in reasons {
            let found = answer.pruned.get(&(package.clone(), reason.clone()));
            if found != Some(count) {
                fault(format!(
                    "pruned {package} {reason} {found:?} instead of {count}, all: {:?}",
                    answer.pruned
                ));
            }
        }
    }
}

fn judge_latest(
    expect: &Expectation,
    problem: &Problem<'_>,
    stack: &AnsweredStack,
    fault: &mut impl FnMut(String),
) {
    if let Some(newer) = problem.could_be_newer(&stack.pins) {
        fault(format!("not the newest: {newer}"));
    }
    expect_pins(expect.latest_pins(), &stack.pins, fault);
    for (package, extras) in &expect.extras {
        if stack.extras.get(package) != Some(extras) {
            fault(format!(
                "extras of {package} {:?} instead of {extras:?}",
                stack.extras.get(package)
            ));
        }
    }
    for (package, index) in &expect.indexes {
        let found = stack.pins.get(package).and_then(|pin| pin.index.as_ref());
        if found.map(|found| found.trim_end_matches('/')) != Some(index) {
            fault(format!("{package} from {found:?} instead of {index}"));
        }
    }
}

/// What the JSON of the answer must hold at some places.
fn judge_values(expect: &Expectation, answer: &Answer, fault: &mut impl FnMut(String)) {
    let at = |pointer: &str| answer.value.pointer(pointer).cloned().unwrap_or_default();
    for (pointer, wanted) in &expect.values {
        let (found, wanted) = (at(pointer), serde_json::to_value(wanted).unwrap());
        let same = match (found.as_f64(), wanted.as_f64()) {
            (Some(found), Some(wanted)) => (found - wanted).abs() < 1e-9,
            _ => found == wanted,
        };
        if !same {
            fault(format!("{pointer} is {found} instead of {wanted}"));
        }
    }
    for (pointer, least) in &expect.at_least {
        if at(pointer).as_f64().is_none_or(|found| found < *least) {
            fault(format!("{pointer} is {} and not at least {least}", at(pointer)));
        }
    }
    for (pointer, most) in &expect.at_most {
        if at(pointer).as_f64().is_none_or(|found| found > *most) {
            fault(format!("{pointer} is {} and not at most {most}", at(pointer)));
        }
    }
    for (package, codes) in &expect.reasons {
        let stack = at("/stacks/0");
        let mut pins = stack["pins"].as_array().into_iter().flatten();
        let told = if package.is_empty() {
            Some(&stack)
        } else {
            pins.find(|pin| pin["name"] == **package)
        };
        let told = told.map(|told| told["reasons"].clone()).unwrap_or_default();
        let told = told.as_array().cloned().unwrap_or_default();
        for code in codes
            .iter()
            .filter(|code| !told.iter().any(|reason| reason["code"] == ***code))
        {
            fault(format!("no reason {code} of `{package}`, only {told:?}"));
        }
    }
}

fn judge_exact(scenario: &Scenario, answer: &Answer, best: &AnsweredStack, fault: &mut impl FnMut(String)) {
    let expect = &scenario.expect;
    judge_values(expect, answer, fault);
    if !answer.optimal {
        fault("optimality is not proven".to_owned());
    }
    if let Some(count) = expect.valid_resolutions
        && (answer.stacks_in_space != count.to_string() || !answer.space_is_exact)
    {
        fault(format!(
            "{} stacks in the space instead of {count}",
            answer.stacks_in_space
        ));
    }
    if let Some(score) = expect
        .best_score
        .filter(|score| (score - best.score).abs() > 1e-9)
    {
        fault(format!("best score {} instead of {score}", best.score));
    }
    expect_pins(expect.best_pins(), &best.pins, fault);
    let found: Vec<f64> = answer.stacks.iter().map(|stack| stack.score).collect();
    if let Some(scores) = expect
        .best_scores
        .as_ref()
        .filter(|scores| !nearly_equal(scores, &found))
    {
        fault(format!("scores {found:?} instead of {scores:?}"));
    }
    let distinct: BTreeSet<String> = answer
        .stacks
        .iter()
        .map(|stack| format!("{:?}", stack.pins))
        .collect();
    if distinct.len() != answer.stacks.len() {
        fault("the same stack twice".to_owned());
    }
    if scenario.request.scores.is_some()
        && answer
            .stacks
            .iter()
            .any(|stack| (stack.score - stack.sum_of_pins).abs() > 1e-9)
    {
        fault("the score of a stack is not the sum over its pins".to_owned());
    }
}

fn nearly_equal(left: &[f64], right: &[f64]) -> bool {
    left.len() == right.len()
        && left
            .iter()
            .zip(right)
            .all(|(left, right)| (left - right).abs() < 1e-9)
}

/// The pins must be one of the acceptable sets, where any is stated.
fn expect_pins<'expected>(
    acceptable: impl Iterator<Item = &'expected ExpectedPins>,
    pins: &Pins,
    fault: &mut impl FnMut(String),
) {
    let found: BTreeMap<String, String> = pins
        .iter()
        .map(|(name, pin)| (name.clone(), pin.version.to_string()))
        .collect();
    let acceptable: Vec<&ExpectedPins> = acceptable.collect();
    if !acceptable.is_empty() && !acceptable.contains(&&found) {
        fault(format!("pins {found:?} instead of {acceptable:?}"));
    }
}
