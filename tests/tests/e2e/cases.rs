//! The recorded third-party cases, run through the binary and judged by the independent checker. Where the recorded
//! data is absent they are skipped, saying so.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use thoth_tests::binary::Thoth;
use thoth_tests::paths::shared_file;

use crate::advise_call::{Answer, Knowledge, Question, ask, marker_values, write_records};
use crate::case_format::{Case, CorpusRelease, corpus_on, digits, read_corpus, read_json};
use crate::hashed_score::hashed_score;
use crate::lock_checker::{Pins, Problem, Releases, comparable};
use crate::parallel::{Failures, in_two_threads};

const DEADLINE: Duration = Duration::from_secs(120);
const INGEST_DEADLINE: Duration = Duration::from_secs(600);
const SCORE_TOLERANCE: f64 = 1e-9;

/// Copies of one persisted graph: a graph on disk belongs to one process at a time.
struct GraphPool {
    _folder: TempDir,
    free: Mutex<Vec<PathBuf>>,
}

impl GraphPool {
    /// Ingests a record file once and copies the graph for the second thread.
    fn ingest(records: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (folder.path().join("first"), folder.path().join("second"));
        Thoth::new()
            .args(["ingest".to_owned(), records.display().to_string()])
            .args(["--graph".to_owned(), format!("embedded:{}", first.display())])
            .deadline(INGEST_DEADLINE)
            .run()
            .expect_code(0);
        copy_tree(&first, &second);
        Self {
            _folder: folder,
            free: Mutex::new(vec![first, second]),
        }
    }

    fn ask(&self, question: &Question) -> Result<Answer, String> {
        let free = || self.free.lock().unwrap().pop();
        let graph = thoth_tests::poll::until("a free graph", INGEST_DEADLINE, free);
        let answer = ask(question, &Knowledge::Graph(graph.clone()), DEADLINE);
        self.free.lock().unwrap().push(graph);
        answer
    }
}

fn copy_tree(from: &Path, to: &Path) {
    if from.is_file() {
        fs::copy(from, to).unwrap();
        return;
    }
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        copy_tree(&entry.path(), &to.join(entry.file_name()));
    }
}

fn corpus_path() -> PathBuf {
    shared_file("pypi/corpus.jsonl.zst").unwrap()
}

fn corpus() -> &'static [CorpusRelease] {
    static CORPUS: OnceLock<Vec<CorpusRelease>> = OnceLock::new();
    CORPUS.get_or_init(|| read_corpus(&corpus_path()))
}

fn corpus_graph() -> &'static GraphPool {
    static GRAPH: OnceLock<GraphPool> = OnceLock::new();
    GRAPH.get_or_init(|| GraphPool::ingest(&corpus_path()))
}

#[test]
fn recorded_corpus_cases() {
    run_suite("corpus");
}

#[test]
fn recorded_packse_cases() {
    run_suite("packse");
}

#[test]
fn recorded_pip_cases() {
    run_suite("pip-yaml");
}

#[test]
fn recorded_poetry_cases() {
    run_suite("poetry-mixology");
}

#[test]
fn recorded_resolvelib_cases() {
    run_suite("resolvelib");
}

/// How many locks were compared with recorded ones, and how many were equal.
#[derive(Default)]
struct Agreement {
    compared: AtomicUsize,
    equal: AtomicUsize,
}

fn run_suite(name: &str) {
    let Some(path) = shared_file(&format!("cases/{name}.json")) else {
        return;
    };
    let cases: Vec<Case> = read_json(&path);
    let (cases, without): (Vec<_>, Vec<_>) = cases.into_iter().partition(|case| case.environment.is_some());
    for case in &without {
        println!("{}: skipped, {} without an environment", case.id, case.kind);
    }
    let agreement = Agreement::default();
    let failures = in_two_threads(&cases, |case| {
        (case.id.clone(), run_case(case, &path, &agreement))
    });
    let (equal, compared) = (agreement.equal.into_inner(), agreement.compared.into_inner());
    println!("{name}: latest gives {equal} of {compared} equal to the recorded pins");
    failures.assert_none(cases.len(), name);
}

fn run_case(case: &Case, path: &Path, agreement: &Agreement) -> Vec<String> {
    let scratch = tempfile::tempdir().unwrap();
    let (releases, knowledge) = match case.corpus_day() {
        Some(day) => (corpus_on(corpus(), day), Knowledge::File(corpus_path())),
        None => {
            let releases = case.own_releases(path.parent().unwrap());
            let records = scratch.path().join("index.jsonl");
            write_records(&releases, &records);
            (releases, Knowledge::File(records))
        }
    };
    let problem = case.problem(&releases);
    let mut failures = Failures::default();
    for predictor in ["exact", "latest"] {
        let answer = match case.corpus_day() {
            // The record file and the persisted graph must say the same; each is asked once.
            Some(_) if predictor == "latest" => corpus_graph().ask(&case.question(predictor)),
            _ => ask(&question(case, predictor, &releases), &knowledge, DEADLINE),
        };
        match answer {
            Err(fault) => failures.add(predictor, &fault),
            Ok(answer) => {
                let mut fault = |text: String| failures.add(predictor, &text);
                judge(case, &problem, &answer, &mut fault);
                match predictor {
                    "exact" => judge_exact(case, &answer, &mut fault),
                    _ => judge_latest(case, &problem, &answer, agreement, &mut fault),
                }
            }
        }
    }
    failures.into_lines()
}

/// The question with hashed scores where the case knows the best sum of them.
fn question(case: &Case, predictor: &str, releases: &Releases) -> Question {
    let best = case.expected.best_score.as_ref().filter(|_| predictor == "exact");
    Question {
        scores: best.map(|best| hashed_scores(&best.seed, releases)),
        ..case.question(predictor)
    }
}

fn hashed_scores(seed: &str, releases: &Releases) -> Vec<(String, String, f64)> {
    let mut scores = Vec::new();
    for (name, candidates) in releases {
        for candidate in candidates {
            let version = candidate.version.to_string();
            let score = hashed_score(seed, name, &version);
            scores.push((name.clone(), version, score));
        }
    }
    scores
}

/// Verdict, legality of every stack, and the core of a conflict.
fn judge(case: &Case, problem: &Problem<'_>, answer: &Answer, fault: &mut impl FnMut(String)) {
    judge_verdict(case.expected.resolvable, problem, answer, fault);
    if answer.outcome != "unsatisfiable" || case.expected.conflict_cores.is_empty() {
        return;
    }
    let core = |lines: &[String]| -> BTreeSet<String> { lines.iter().map(|line| comparable(line)).collect() };
    let found = core(&answer.conflict_requirements);
    if !case
        .expected
        .conflict_cores
        .iter()
        .any(|lines| core(lines) == found)
    {
        fault(format!(
            "conflict of {found:?} instead of one of {:?}",
            case.expected.conflict_cores
        ));
    }
}

fn judge_verdict(resolvable: bool, problem: &Problem<'_>, answer: &Answer, fault: &mut impl FnMut(String)) {
    let advised = answer.outcome == "advised";
    if advised != resolvable || answer.code != Some(i32::from(!advised)) {
        fault(format!(
            "outcome {} and exit {:?}, resolvable is {resolvable}",
            answer.outcome, answer.code
        ));
    }
    if advised && answer.stacks.is_empty() {
        fault("advised without a stack".to_owned());
    }
    for stack in &answer.stacks {
        for complaint in problem.complaints(&stack.pins) {
            fault(format!("not a legal stack: {complaint}"));
        }
    }
}

fn judge_exact(case: &Case, answer: &Answer, fault: &mut impl FnMut(String)) {
    if let Some(count) = &case.expected.valid_resolutions {
        judge_space(&digits(count), answer, fault);
    }
    let Some((best, stack)) = case.expected.best_score.as_ref().zip(answer.stacks.first()) else {
        return;
    };
    if (best.score - stack.score).abs() > SCORE_TOLERANCE || !answer.optimal {
        fault(format!(
            "score {} (proven: {}) instead of {}",
            stack.score, answer.optimal, best.score
        ));
    }
    let version = |pin: &crate::lock_checker::Pinned| pin.version.to_string();
    let sum: f64 = stack
        .pins
        .iter()
        .map(|(name, pin)| hashed_score(&best.seed, name, &version(pin)))
        .sum();
    if (sum - stack.score).abs() > SCORE_TOLERANCE {
        fault(format!(
            "score {} is not the sum {sum} over the pins",
            stack.score
        ));
    }
}

fn judge_space(count: &str, answer: &Answer, fault: &mut impl FnMut(String)) {
    if answer.stacks_in_space != count || !answer.space_is_exact {
        let exact = answer.space_is_exact;
        fault(format!(
            "{} stacks in the space (exact: {exact}) instead of {count}",
            answer.stacks_in_space
        ));
    }
}

fn judge_latest(
    case: &Case,
    problem: &Problem<'_>,
    answer: &Answer,
    agreement: &Agreement,
    fault: &mut impl FnMut(String),
) {
    let Some(stack) = answer.stacks.first() else {
        return;
    };
    if let Some(newer) = problem.could_be_newer(&stack.pins) {
        fault(format!("not the newest: {newer}"));
    }
    // The recorded lock of a universal case holds for many environments, ours for the one it is asked for.
    if let Some(recorded) = case.expected.recorded_pins().filter(|_| case.kind == "resolve") {
        agreement.compared.fetch_add(1, Ordering::Relaxed);
        let equal = same_pins(
            &stack.pins,
            recorded
                .iter()
                .map(|(name, version)| (name.as_str(), version.as_str())),
        );
        agreement.equal.fetch_add(usize::from(equal), Ordering::Relaxed);
        if !equal {
            println!("{}: latest differs from the recorded pins", case.id);
        }
    }
}

fn same_pins<'recorded>(
    pins: &Pins,
    recorded: impl ExactSizeIterator<Item = (&'recorded str, &'recorded str)>,
) -> bool {
    let same = |(name, version): (&str, &str)| {
        pins.get(name).is_some_and(|pin| {
            version
                .parse()
                .is_ok_and(|version: pep440_rs::Version| version == pin.version)
        })
    };
    recorded.len() == pins.len() && recorded.into_iter().all(same)
}

#[test]
fn every_package_of_a_snapshot_alone() {
    let Some(path) = shared_file("cases/each-root.json") else {
        return;
    };
    let cases: Vec<Case> = read_json(&path);
    for case in cases {
        let releases = case.own_releases(path.parent().unwrap());
        let scratch = tempfile::tempdir().unwrap();
        let records = scratch.path().join("index.jsonl");
        write_records(&releases, &records);
        let graph = GraphPool::ingest(&records);
        let roots: Vec<(&String, &bool)> = case.expected_roots.iter().collect();
        let failures = in_two_threads(&roots, |(root, resolvable)| {
            let alone = Case {
                requirements: vec![(*root).clone()],
                ..case.clone()
            };
            (
                format!("{} {root}", case.id),
                run_root(&alone, &releases, **resolvable, &graph),
            )
        });
        failures.assert_none(roots.len(), "roots");
    }
}

fn run_root(case: &Case, releases: &Releases, resolvable: bool, graph: &GraphPool) -> Vec<String> {
    let mut failures = Failures::default();
    let answer = match graph.ask(&case.question("latest")) {
        Ok(answer) => answer,
        Err(fault) => return vec![fault],
    };
    let problem = case.problem(releases);
    let mut fault = |text: String| failures.add("latest", &text);
    judge_verdict(resolvable, &problem, &answer, &mut fault);
    if let Some(newer) = answer
        .stacks
        .first()
        .and_then(|stack| problem.could_be_newer(&stack.pins))
    {
        fault(format!("not the newest: {newer}"));
    }
    failures.into_lines()
}

/// One count of the recorded facts: what is asked on which day, and how many stacks there are.
struct SpaceFact {
    requirement: &'static str,
    day: String,
    prerelease: &'static str,
    stacks: String,
}

fn space_facts(facts: &Value) -> Vec<SpaceFact> {
    let mut list = Vec::new();
    let mut add = |requirement, prerelease, fact: &Value, key: &str| {
        let day = fact["date"].as_str().unwrap().to_owned();
        list.push(SpaceFact {
            requirement,
            day,
            prerelease,
            stacks: digits(&fact[key]),
        });
    };
    for fact in facts["flask_by_date"].as_array().unwrap() {
        add("flask", "if-necessary-or-explicit", fact, "valid");
        add("flask", "allow", fact, "valid_with_prereleases");
    }
    for fact in facts["tensorflow_2_1_0"].as_array().unwrap() {
        add(
            "tensorflow==2.1.0",
            "if-necessary-or-explicit",
            fact,
            "whole_closure",
        );
    }
    list
}

#[test]
fn spaces_have_their_recorded_size() {
    let Some(path) = shared_file("cases/space-facts.json") else {
        return;
    };
    let facts = space_facts(&read_json(&path));
    let failures = in_two_threads(&facts, |fact| {
        let question = flask_question(fact.requirement, &fact.day, fact.prerelease);
        let mut failures = Failures::default();
        match corpus_graph().ask(&question) {
            Err(fault) => failures.add("exact", &fault),
            Ok(answer) => judge_space(&fact.stacks, &answer, &mut |text| failures.add("exact", &text)),
        }
        (
            format!("{} on {} ({})", fact.requirement, fact.day, fact.prerelease),
            failures.into_lines(),
        )
    });
    failures.assert_none(facts.len(), "spaces");
}

#[test]
fn flask_has_its_recorded_optimum_for_every_seed() {
    let Some(path) = shared_file("cases/space-facts.json") else {
        return;
    };
    const DAY: &str = "2020-02-06";
    let facts: Value = read_json(&path);
    let optima = facts["flask_optima"].as_array().unwrap();
    let releases = corpus_on(corpus(), DAY);
    let failures = in_two_threads(optima, |fact| {
        let seed = fact["seed"].as_str().unwrap();
        let scores = Some(hashed_scores(seed, &releases));
        let question = Question {
            scores,
            ..flask_question("flask", DAY, "if-necessary-or-explicit")
        };
        let complaint = match corpus_graph().ask(&question) {
            Err(fault) => Some(fault),
            Ok(answer) => {
                let (found, best) = (
                    answer.stacks.first().map(|stack| stack.score),
                    fact["best"].as_f64().unwrap(),
                );
                let right =
                    found.is_some_and(|found| (found - best).abs() <= SCORE_TOLERANCE) && answer.optimal;
                (!right).then(|| format!("score {found:?} (proven: {}) instead of {best}", answer.optimal))
            }
        };
        (format!("seed {seed}"), complaint.into_iter().collect())
    });
    failures.assert_none(optima.len(), "seeds");
}

/// The recorded facts are all for Python 3.6 on x86-64 Linux.
fn flask_question(requirement: &str, day: &str, prerelease: &str) -> Question {
    let mut environment = marker_values("linux-x86_64", "3.6");
    environment["glibc"] = json!("2.28");
    Question {
        requirements: vec![requirement.to_owned()],
        environment: Some(environment),
        prerelease: Some(prerelease.to_owned()),
        as_of: Some(day.to_owned()),
        predictor: "exact".to_owned(),
        ..Question::default()
    }
}
