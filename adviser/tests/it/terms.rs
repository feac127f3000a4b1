//! Terms over several packages: what they do to the answer, said in words and in numbers.

use std::time::Duration;

use thoth_adviser::{
    Advice, Effect, Member, Outcome, PredictorName, Reason, Request, Scoring, Term, Universe, advise,
    check_stack,
};
use thoth_schema::requirement::Requirement;
use thoth_schema::version::parse_specifiers;
use thoth_schema::versions::specifier_set;

use crate::loader::{Loader, cases, request};

pub(crate) fn term(members: &[(&str, &str)], effect: Effect) -> Term {
    let member = |(package, specifier): &(&str, &str)| Member {
        package: package.parse().expect("a name"),
        versions: specifier_set(&parse_specifiers(specifier).expect("specifiers")),
        index: None,
    };
    let reason = Reason::new("TERM", "seen to break").with_evidence(["observation:1".to_owned()]);
    Term {
        members: members.iter().map(member).collect(),
        effect,
        reason,
    }
}

fn advice(terms: Vec<Term>, requirements: &[&str], predictor: PredictorName) -> (Universe, Request, Advice) {
    let index = serde_json::json!({
        "app": { "1.0": {}, "2.0": { "requires_dist": ["lib>=2"] } },
        "lib": { "1.0": {}, "2.0": {}, "3.0": {} },
        "tool": { "1.0": {} },
    });
    let case = serde_json::json!({ "index": { "inline": index }, "expected": {} });
    let requirements = requirements
        .iter()
        .map(|text| Requirement::parse(text).expect("a requirement"));
    let request = Request {
        predictor,
        ..request(requirements.collect())
    };
    let mut universe = Loader::default().universe(&case, &request);
    universe.terms = terms;
    let advice = advise(&universe, &request).expect("an advice");
    (universe, request, advice)
}

fn pins(advice: &Advice) -> String {
    let pins = advice.stacks[0].pins.iter();
    pins.map(|pin| format!("{}=={}", pin.name, pin.version))
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn what_is_forbidden_together_is_told_and_never_advised() {
    let forbids = vec![term(&[("app", ">=1"), ("tool", "")], Effect::Forbids)];
    let (_, _, advice) = advice(forbids, &["lib", "app", "tool"], PredictorName::Exact);
    assert_eq!(advice.outcome, Outcome::Unsatisfiable);
    let conflict = advice.conflict.expect("a conflict");
    assert_eq!(conflict.requirements, ["app", "tool"]);
    assert_eq!(
        conflict.sentences,
        [
            "Because every release of app and tool 1.0 are forbidden together (seen to break), app and tool cannot be met \
             together."
        ]
    );
}

#[test]
fn every_predictor_that_looks_at_single_stacks_goes_round_what_is_forbidden() {
    let forbids = || vec![term(&[("app", "==2.0"), ("lib", "==3.0")], Effect::Forbids)];
    let (_, _, exact) = advice(forbids(), &["app"], PredictorName::Exact);
    assert_eq!(pins(&exact), "app==2.0 lib==2.0");
    assert_eq!(exact.search.stacks_in_space.0, "2", "the other is app 1.0 alone");
    let (universe, request, latest) = advice(forbids(), &["app"], PredictorName::Latest);
    assert_eq!(pins(&latest), "app==2.0 lib==2.0");
    assert!(latest.search.optimal);

    let (_, _, free) = advice(Vec::new(), &["app"], PredictorName::Exact);
    let violations = check_stack(&universe, &request, &free.stacks[0]);
    assert_eq!(violations, ["app==2.0 with lib==3.0 is forbidden: seen to break"]);
}

#[test]
fn what_a_term_adds_is_part_of_the_score_and_of_the_reasons() {
    let adds = vec![
        term(&[("app", "==1.0"), ("tool", "")], Effect::Adds(1.75)),
        term(&[("lib", "")], Effect::Adds(-0.5)),
    ];
    let (_, _, advice) = advice(adds, &["app", "tool"], PredictorName::Exact);
    assert_eq!(pins(&advice), "app==1.0 tool==1.0");
    assert_eq!((advice.stacks[0].score, advice.search.bound), (2.75, Some(2.75)));
    let said: Vec<&Reason> = advice.stacks[0]
        .reasons
        .iter()
        .filter(|reason| reason.code == "TERM")
        .collect();
    assert_eq!(
        said.len(),
        1,
        "the term over lib does not hold of a stack without lib"
    );
    assert_eq!(said[0].evidence, ["observation:1"]);
}

/// Numbers from a fixed sequence.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

/// Terms over pairs of releases that are there, as observations of pairs would have it.
fn pairs(universe: &Universe, count: usize) -> Vec<Term> {
    let mut dice = Dice(5);
    let packages: Vec<_> = universe
        .packages
        .iter()
        .filter(|(_, known)| !known.candidates.is_empty())
        .collect();
    let mut terms = Vec::new();
    while terms.len() < count {
        let mut member = || {
            let (name, known) = packages[dice.roll(packages.len())];
            (
                name.to_string(),
                format!(
                    "=={}",
                    known.candidates[dice.roll(known.candidates.len())].version
                ),
            )
        };
        let (first, second) = (member(), member());
        if first.0 == second.0 {
            continue;
        }
        let effect = match dice.roll(4) {
            0 => Effect::Forbids,
            _ => Effect::Adds(dice.roll(256) as f64 / 128.0 - 1.0),
        };
        terms.push(term(&[(&first.0, &first.1), (&second.0, &second.1)], effect));
    }
    terms
}

#[test]
fn recorded_problems_with_observed_pairs_are_solved_and_bounded() {
    let mut loader = Loader::default();
    for (id, count) in [
        ("corpus/flask-py3.6-2020-02-06", 500),
        ("corpus/flask-tf-2.1.0", 100),
        ("corpus/flask-tf-2.1.0", 2_000),
    ] {
        let Some(case) = cases("corpus").into_iter().find(|case| case["id"] == id) else {
            return;
        };
        let request = Request {
            scoring: Scoring::Given,
            budget: Duration::from_secs(10),
            ..loader.request(&case)
        };
        let mut universe = loader.universe(&case, &request);
        universe.terms = pairs(&universe, count);
        let advice = advise(&universe, &request).expect("an advice");
        let search = &advice.search;
        println!(
            "{id} with {count} pairs: score {}, {search:?}",
            advice.stacks[0].score
        );
        let bound = search.bound.expect("a bound");
        assert!(advice.stacks[0].score <= bound);
        assert!(search.space_is_exact || search.space_estimate.is_some());
        let latest = Request {
            predictor: PredictorName::Latest,
            ..request.clone()
        };
        let latest = advise(&universe, &latest).expect("an advice");
        assert!(
            latest.stacks[0].score <= bound + 1e-9,
            "{} of at most {bound}",
            latest.stacks[0].score
        );
    }
}
