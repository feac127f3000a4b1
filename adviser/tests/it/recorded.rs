//! Recorded resolver cases: verdicts, conflicts, counts, best scores, newest stacks.

use std::collections::BTreeMap;

use serde_json::Value;
use thoth_adviser::{
    Advice, Outcome, Pinned, PinnedRelease, PredictorName, Request, Scoring, Universe, advise, check,
};
use thoth_schema::requirement::Requirement;

use crate::loader::{Loader, cases, request, shared_data};

const SUITES: [&str; 5] = ["corpus", "packse", "pip-yaml", "poetry-mixology", "resolvelib"];

fn pins(advice: &Advice) -> BTreeMap<String, String> {
    let pins = advice
        .stacks
        .first()
        .map(|stack| stack.pins.as_slice())
        .unwrap_or_default();
    pins.iter()
        .map(|pin| (pin.name.clone(), pin.version.clone()))
        .collect()
}

fn pinned(pins: &BTreeMap<String, String>) -> Pinned {
    let release = |version: &String| PinnedRelease {
        version: version.parse().expect("a version"),
        index: None,
    };
    pins.iter()
        .map(|(name, version)| (name.parse().expect("a name"), release(version)))
        .collect()
}

/// A package that alone could be newer, with all else unchanged.
pub(crate) fn could_rise(
    universe: &Universe,
    request: &Request,
    pins: &BTreeMap<String, String>,
) -> Option<String> {
    let start = pinned(pins);
    for (name, release) in &start {
        for candidate in &universe.packages[name].candidates {
            if candidate.version <= release.version {
                continue;
            }
            let mut raised = start.clone();
            let newer = PinnedRelease {
                version: candidate.version.clone(),
                index: Some(candidate.index.clone()),
            };
            raised.insert(name.clone(), newer);
            if check(universe, request, &raised).is_empty() {
                return Some(format!("{name} {} -> {}", release.version, candidate.version));
            }
        }
    }
    None
}

fn expected_pins(expected: &Value) -> Option<BTreeMap<String, String>> {
    let pins = expected
        .get("pinned")
        .or(expected["newest_first"].get("pinned"))?
        .as_object()?;
    Some(
        pins.iter()
            .map(|(name, version)| (name.clone(), version.as_str().expect("text").to_owned()))
            .collect(),
    )
}

#[test]
fn cases_agree_in_verdict_and_latest_is_newest() {
    let mut loader = Loader::default();
    let (mut ran, mut equal, mut with_pins) = (0, 0, 0);
    for suite in SUITES {
        for case in cases(suite) {
            let id = case["id"].as_str().expect("an id");
            if case["options"]["universal"].as_bool() == Some(true) {
                continue;
            }
            let asked = loader.request(&case);
            let universe = loader.universe(&case, &asked);
            let resolvable = case["expected"]["resolvable"].as_bool().expect("a verdict");
            for predictor in PredictorName::ALL {
                let request = Request {
                    predictor: *predictor,
                    ..asked.clone()
                };
                let advice = advise(&universe, &request).unwrap_or_else(|fault| panic!("{id}: {fault}"));
                assert_eq!(
                    advice.outcome == Outcome::Advised,
                    resolvable,
                    "{id} by {predictor}: {advice:?}"
                );
                if !resolvable {
                    assert_conflict(id, &case, &advice);
                    continue;
                }
                let found = pins(&advice);
                assert_eq!(
                    check(&universe, &request, &pinned(&found)),
                    Vec::<String>::new(),
                    "{id} by {predictor}"
                );
                if *predictor == PredictorName::Latest {
                    assert_eq!(could_rise(&universe, &request, &found), None, "{id}");
                    if let Some(expected) = expected_pins(&case["expected"]) {
                        with_pins += 1;
                        equal += usize::from(expected == found);
                        if expected != found {
                            println!("{id}: {found:?} instead of {expected:?}");
                        }
                    }
                }
            }
            ran += 1;
        }
    }
    println!("{ran} cases; latest equals the recorded pins in {equal} of {with_pins}");
}

fn assert_conflict(id: &str, case: &Value, advice: &Advice) {
    let conflict = advice
        .conflict
        .as_ref()
        .unwrap_or_else(|| panic!("{id}: no conflict"));
    assert!(
        !conflict.requirements.is_empty() && !conflict.sentences.is_empty(),
        "{id}: {conflict:?}"
    );
    if let Some(cores) = case["expected"]["conflict_cores"].as_array() {
        let mut found = conflict.requirements.clone();
        found.sort();
        let core = |core: &Value| -> Vec<String> {
            let mut core: Vec<String> = serde_json::from_value(core.clone()).expect("texts");
            core.sort();
            core
        };
        assert!(
            cores.iter().map(core).any(|core| core == found),
            "{id}: {found:?} is none of {cores:?}"
        );
    }
}

#[test]
fn exact_counts_and_best_scores_of_the_corpus() {
    let mut loader = Loader::default();
    for case in cases("corpus") {
        let Some(count) = case["expected"].get("valid_resolutions") else {
            continue;
        };
        let request = Request {
            scoring: Scoring::Given,
            ..loader.request(&case)
        };
        let universe = loader.universe(&case, &request);
        let advice = advise(&universe, &request).expect("an advice");
        assert!(
            advice.search.optimal && advice.search.space_is_exact,
            "{}",
            case["id"]
        );
        let count: String = count.as_str().map_or_else(|| count.to_string(), str::to_owned);
        // Large counts pass through readers of JSON as floating point numbers: compared as such.
        let (found, wanted): (f64, f64) = (
            advice.search.stacks_in_space.0.parse().unwrap(),
            count.parse().unwrap(),
        );
        assert_eq!(found, wanted, "{}", case["id"]);
        let best = &case["expected"]["best_score"];
        let score = best["score"].as_f64().expect("a score");
        assert!(
            (advice.stacks[0].score - score).abs() < 1e-9,
            "{}: {}",
            case["id"],
            advice.stacks[0].score
        );
        let wanted: BTreeMap<String, String> = serde_json::from_value(best["pinned"].clone()).expect("pins");
        assert_eq!(pins(&advice), wanted, "{}", case["id"]);
    }
}

#[test]
fn the_count_of_flask_with_tensorflow_is_exact_to_the_digit() {
    let mut loader = Loader::default();
    for case in cases("corpus")
        .iter()
        .filter(|case| case["id"] == "corpus/flask-tf-2.1.0")
    {
        let request = loader.request(case);
        let universe = loader.universe(case, &request);
        let advice = advise(&universe, &request).expect("an advice");
        assert_eq!(
            advice.search.stacks_in_space.0,
            "6505750724788457315000976708403200"
        );
    }
}

#[test]
fn every_package_of_a_snapshot_as_the_only_root() {
    if shared_data().is_none() {
        return;
    }
    let mut loader = Loader::default();
    for case in cases("each-root") {
        let base = Request {
            ..loader.request(&case)
        };
        for (name, resolvable) in case["expected_roots"].as_object().expect("roots") {
            let asked = Request {
                requirements: vec![Requirement::parse(name).expect("a name")],
                environment: base.environment.clone(),
                ..request(Vec::new())
            };
            let universe = loader.universe(&case, &asked);
            for predictor in [PredictorName::Exact, PredictorName::Latest] {
                let request = Request {
                    predictor,
                    ..asked.clone()
                };
                let advice = advise(&universe, &request).unwrap_or_else(|fault| panic!("{name}: {fault}"));
                assert_eq!(
                    Some(advice.outcome == Outcome::Advised),
                    resolvable.as_bool(),
                    "{name}: {advice:?}"
                );
            }
        }
    }
}
