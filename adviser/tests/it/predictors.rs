//! Every predictor on small random universes, with terms over several packages and without.

use proptest::prelude::*;
use thoth_adviser::{
    Advice, Effect, Member, Outcome, PinnedRelease, PredictorName, Reason, Request, Stack, Term, Universe,
    advise, check,
};
use thoth_schema::requirement::Requirement;
use thoth_schema::version::{Version, order_key};

use crate::generated::{Toy, toy};
use crate::loader::{Loader, request};

/// More than a small universe has stacks.
const ALL: usize = 5_000;

const SAMPLERS: [PredictorName; 7] = [
    PredictorName::TemporalDifference,
    PredictorName::Mcts,
    PredictorName::SimulatedAnnealing,
    PredictorName::HillClimbing,
    PredictorName::RandomWalk,
    PredictorName::Sampling,
    PredictorName::PackageCombinations,
];

fn asked(request: &Request, predictor: PredictorName) -> Request {
    Request {
        predictor,
        limit: Some(300),
        ..request.clone()
    }
}

fn is_legal(universe: &Universe, request: &Request, stack: &Stack) -> bool {
    let release = |version: &str| PinnedRelease {
        version: version.parse().expect("a version"),
        index: None,
    };
    let pins = stack.pins.iter();
    let pins = pins.map(|pin| (pin.name.parse().expect("a name"), release(&pin.version)));
    check(universe, request, &pins.collect()).is_empty()
}

/// What the terms add to a stack; `None` where one forbids it.
fn added(terms: &[Term], stack: &Stack) -> Option<f64> {
    let has = |member: &Member| {
        stack.pins.iter().any(|pin| {
            let version: Version = pin.version.parse().expect("a version");
            pin.name == member.package.to_string() && member.versions.contains(&order_key(&version))
        })
    };
    let held = terms.iter().filter(|term| term.members.iter().all(has));
    held.map(|term| match term.effect {
        Effect::Adds(score) => Some(score),
        Effect::Forbids => None,
    })
    .sum()
}

fn pins_score(stack: &Stack) -> f64 {
    stack.pins.iter().map(|pin| pin.score).sum()
}

fn without_time(mut advice: Advice) -> Advice {
    advice.search.search_millis = 0.0;
    advice.search.millis = 0.0;
    advice.search.search_millis = 0.0;
    advice
}

fn terms() -> impl Strategy<Value = Vec<Term>> {
    let specifiers = ["", ">=2.0", "<2.0", "==1.0", "==3.0", "!=2.0"];
    let member = (0..5_usize, prop::sample::select(specifiers.to_vec()));
    let term = (prop::collection::vec(member, 1..4), prop::option::of(-8..9_i32));
    prop::collection::vec(term, 0..5).prop_map(|terms| {
        let term = |(mut members, adds): (Vec<(usize, &str)>, Option<i32>)| {
            members.sort_unstable();
            members.dedup_by_key(|(package, _)| *package);
            let member = |(package, specifier): (usize, &str)| {
                let wish = Requirement::parse(&format!("p{package}{specifier}")).expect("a requirement");
                Member {
                    package: wish.name.clone(),
                    versions: wish.versions.clone(),
                    index: None,
                }
            };
            Term {
                members: members.into_iter().map(member).collect(),
                effect: adds.map_or(Effect::Forbids, |eighths| Effect::Adds(f64::from(eighths) / 8.0)),
                reason: Reason::new("TEST", "a term"),
            }
        };
        terms.into_iter().map(term).collect()
    })
}

fn holds_without_terms(toy: &Toy) {
    let (universe, request) = (toy.universe(), toy.request());
    let exact = advise(&universe, &asked(&request, PredictorName::Exact)).expect("an advice");
    for predictor in PredictorName::ALL {
        let request = asked(&request, *predictor);
        let advice = advise(&universe, &request).expect("an advice");
        assert_eq!(advice.outcome, exact.outcome, "{predictor} on {toy:?}");
        let again = advise(&universe, &request).expect("an advice");
        assert_eq!(
            without_time(advice.clone()),
            without_time(again),
            "{predictor} is not the same twice"
        );
        let (Some(stack), Some(best)) = (advice.stacks.first(), exact.stacks.first()) else {
            continue;
        };
        assert!(
            is_legal(&universe, &request, stack),
            "{predictor}: {stack:?} in {toy:?}"
        );
        assert!(stack.score <= best.score + 1e-9, "{predictor} beats the optimum");
        let scored_all = matches!(predictor, PredictorName::Auto);
        assert!(
            !scored_all || stack.pins == best.pins,
            "auto is exact where that is cheap"
        );
    }
}

fn holds_with_terms(toy: &Toy, terms: Vec<Term>) {
    let request = Request {
        count: ALL,
        ..toy.request()
    };
    let mut universe = toy.universe();
    // All stacks, whatever the terms of the universe itself forbid: the terms of this test come after.
    universe.terms.clear();
    let every = advise(&universe, &request).expect("an advice").stacks;
    let worth = |stack: &Stack| added(&terms, stack).map(|added| added + pins_score(stack));
    let best = every.iter().filter_map(worth).fold(f64::NEG_INFINITY, f64::max);
    if best == f64::NEG_INFINITY {
        return;
    }
    universe.terms = terms.clone();
    for predictor in SAMPLERS {
        let request = Request {
            count: 1,
            ..asked(&request, predictor)
        };
        let advice = advise(&universe, &request).expect("an advice");
        assert_eq!(
            advice.outcome,
            Outcome::Advised,
            "{predictor} finds nothing in {toy:?}"
        );
        let stack = &advice.stacks[0];
        assert!(is_legal(&universe, &request, stack), "{predictor}");
        let score = worth(stack);
        // Combinations fix what they do not combine, and may find nothing but a given stack.
        if predictor != PredictorName::PackageCombinations {
            let score =
                score.unwrap_or_else(|| panic!("{predictor}: a forbidden {stack:?} by {terms:?} in {toy:?}"));
            assert!(score <= best + 1e-9, "{predictor} beats the optimum");
            assert!(
                predictor != PredictorName::HillClimbing || score >= best - 1e-9,
                "{predictor}: {score} of {best}, {terms:?} in {toy:?}"
            );
        }
    }
}

#[test]
fn every_combination_of_the_packages_named_is_scored_once() {
    let index = serde_json::json!({
        "a": { "1.0": {}, "2.0": {}, "3.0": { "requires_dist": ["b>=2"] } },
        "b": { "1.0": {}, "2.0": { "requires_dist": ["c"] }, "3.0": { "requires_dist": ["c<2"] } },
        "c": { "1.0": {}, "1.5": {}, "2.0": {} },
    });
    let case = serde_json::json!({ "index": { "inline": index }, "expected": {} });
    let wishes = ["a", "b"].map(|text| Requirement::parse(text).expect("a requirement"));
    let asked = Request {
        predictor: PredictorName::PackageCombinations,
        ..request(wishes.to_vec())
    };
    let universe = Loader::default().universe(&case, &asked);
    let scored = |names: &[&str]| {
        let combine = names.iter().map(|name| name.parse().expect("a name")).collect();
        let request = Request {
            combine,
            count: 20,
            ..asked.clone()
        };
        advise(&universe, &request).map(|advice| (advice.search.stacks_scored, advice.stacks.len()))
    };
    // a 3 with b 1 is none.
    assert_eq!(scored(&[]).expect("an advice"), (8, 8));
    assert_eq!(scored(&["a"]).expect("an advice"), (3, 3));
    // c 2 with the b before the newest.
    assert_eq!(scored(&["c"]).expect("an advice"), (3, 3));
    let fault = scored(&["d"]).expect_err("a fault");
    assert_eq!(fault.code.code(), "INVALID_ARGUMENT");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_predictor_gives_legal_stacks_and_never_more_than_the_optimum(toy in toy()) {
        holds_without_terms(&toy);
    }

    #[test]
    fn no_sampled_stack_is_forbidden_and_terms_count(toy in toy(), terms in terms()) {
        holds_with_terms(&toy, terms);
    }
}
