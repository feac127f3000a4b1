//! How long the search takes and how many stacks a second a walk scores; printed, and held to loose limits
//! when built for speed.

use std::time::{Duration, Instant};

use thoth_adviser::{PredictorName, Request, Scoring, advise};

use crate::loader::{Loader, cases};
use crate::quality::on_core;

fn case(id: &str) -> Option<serde_json::Value> {
    cases("corpus").into_iter().find(|case| case["id"] == id)
}

#[test]
fn proofs_and_walks_are_fast() {
    let mut loader = Loader::default();
    for (id, target) in [
        ("corpus/flask-py3.6-2020-02-06", 1.0),
        ("corpus/flask-tf-2.1.0", 5.0),
    ] {
        let Some(case) = case(id) else { return };
        let request = Request {
            scoring: Scoring::Given,
            ..loader.request(&case)
        };
        let universe = loader.universe(&case, &request);
        let (mut best, mut search) = (Duration::MAX, f64::MAX);
        let runs = 50;
        for _ in 0..runs {
            let start = Instant::now();
            let advice = advise(&universe, &request).expect("an advice");
            assert!(advice.search.optimal);
            best = best.min(start.elapsed());
            search = search.min(advice.search.search_millis);
        }
        println!("{id}: whole advice in {best:?}, the search alone in {search} ms, target {target} ms");
        for predictor in [PredictorName::RandomWalk, PredictorName::TemporalDifference] {
            let sample = Request {
                predictor,
                limit: Some(200_000),
                ..request.clone()
            };
            let start = on_core();
            let advice = advise(&universe, &sample).expect("an advice");
            let rate = advice.search.stacks_scored as f64 / (on_core() - start);
            println!(
                "{id}: {predictor} {rate:.0} stacks a second on one core, best {}, bound {:?}",
                advice.stacks[0].score, advice.search.bound
            );
            assert_eq!(advice.search.stacks_scored, 200_000);
        }
    }
}

#[test]
fn a_short_budget_still_gives_a_stack_and_a_bound_that_holds() {
    let mut loader = Loader::default();
    let Some(case) = case("corpus/flask-tf-2.1.0") else {
        return;
    };
    let request = Request {
        scoring: Scoring::Given,
        ..loader.request(&case)
    };
    let universe = loader.universe(&case, &request);
    let best = case["expected"]["best_score"]["score"].as_f64().expect("a score");
    for micros in [1, 3_000, 20_000, 60_000] {
        let request = Request {
            budget: Duration::from_micros(micros),
            ..request.clone()
        };
        let advice = advise(&universe, &request).expect("an advice");
        let bound = advice.search.bound.expect("a bound");
        println!(
            "{micros} µs: score {}, bound {bound}, optimal {}",
            advice.stacks[0].score, advice.search.optimal
        );
        assert!(bound >= best - 1e-9 && advice.stacks[0].score <= best + 1e-9);
        assert_eq!(
            advice.search.optimal,
            (advice.stacks[0].score - best).abs() < 1e-9 && bound <= best + 1e-9
        );
        assert!(
            advice.search.space_is_exact || advice.search.stacks_in_space.0.len() >= 34,
            "an upper bound"
        );
    }
}
