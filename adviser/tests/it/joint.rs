//! Advice for several environments at once, against brute force.

use proptest::prelude::*;
use thoth_adviser::{JointOutcome, Request, advise_jointly};
use thoth_schema::environment::{Environment, Platform};
use thoth_schema::requirement::Requirement;

use crate::brute::{Brute, Choice, eighths};
use crate::generated::{Toy, toy};
use crate::loader::{Loader, request};

/// Pairs of stacks beyond which brute force takes too long.
const MOST_PAIRS: usize = 300_000;

fn version(toy: &Toy, choice: &Choice, at: usize) -> Option<&'static str> {
    let release = (*choice.get(at)?)?;
    Some(toy.packages.get(at)?.get(release)?.version)
}

fn differences(left: &Toy, right: &Toy, one: &Choice, other: &Choice) -> usize {
    let differs = |at: &usize| match (version(left, one, *at), version(right, other, *at)) {
        (Some(one), Some(other)) => one != other,
        _ => false,
    };
    (0..left.packages.len().min(right.packages.len()))
        .filter(differs)
        .count()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if cfg!(debug_assertions) { 300 } else { 2000 }, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn locks_differ_as_little_as_possible_and_score_as_much(left in toy(), right in toy()) {
        let (ones, others) = (Brute::new(&left, false).stacks(), Brute::new(&right, false).stacks());
        prop_assume!(ones.len() * others.len() <= MOST_PAIRS);
        let pairs = ones.iter().flat_map(|one| others.iter().map(move |other| (one, other)));
        let judge = |((one_score, one), (other_score, other)): (&(i32, Choice), &(i32, Choice))| {
            (differences(&left, &right, one, other), -(one_score + other_score))
        };
        let wanted = pairs.map(judge).min();
        let (universes, requests) = ([left.universe(), right.universe()], [left.request(), right.request()]);
        let parts = [(&universes[0], &requests[0]), (&universes[1], &requests[1])];
        let found = advise_jointly(&parts).expect("an advice");
        match wanted {
            None => {
                prop_assert_eq!(found.outcome, JointOutcome::Unsatisfiable);
                let lacks = |stacks: &[(i32, Choice)]| stacks.is_empty();
                prop_assert_eq!(found.environments[0].conflict.is_some(), lacks(&ones));
                prop_assert_eq!(found.environments[1].conflict.is_some(), lacks(&others));
            }
            Some((differ, score)) => {
                prop_assert_eq!((found.differences.len(), -eighths(found.score)), (differ, score), "{:?}", found);
                prop_assert!(found.minimal && found.optimal);
                prop_assert_eq!(found.outcome == JointOutcome::OneLock, differ == 0);
            }
        }
    }
}

#[test]
fn two_pythons_get_one_lock_where_there_is_one() {
    let index = serde_json::json!({
        "web": { "1.0": { "requires_dist": ["lib", "backport; python_version < '3.10'"] } },
        "lib": { "1.0": {}, "2.0": {}, "3.0": { "requires_python": ">=3.10" } },
        "backport": { "1.0": {}, "1.1": {} },
    });
    let found = joint(&index, &["web"]);
    assert_eq!(found.outcome, JointOutcome::OneLock);
    let pins = |part: usize| -> Vec<String> {
        let stack = found.environments[part].stack.as_ref().expect("a stack");
        stack
            .pins
            .iter()
            .map(|pin| format!("{} {}", pin.name, pin.version))
            .collect()
    };
    assert_eq!(pins(0), ["backport 1.1", "lib 2.0", "web 1.0"]);
    assert_eq!(pins(1), ["lib 2.0", "web 1.0"]);
    let index = serde_json::json!({
        "web": { "1.0": { "requires_dist": ["lib>=3; python_version >= '3.10'", "lib<3; python_version < '3.10'", "same"] } },
        "lib": { "1.0": {}, "2.0": {}, "3.0": {} },
        "same": { "1.0": {}, "2.0": { "requires_python": ">=3.10" } },
    });
    let found = joint(&index, &["web"]);
    assert_eq!(
        (found.outcome, found.minimal, found.optimal),
        (JointOutcome::Different, true, true)
    );
    let difference = &found.differences[0];
    assert_eq!(
        found.differences.len(),
        1,
        "only what has to differ does: {:?}",
        found.differences
    );
    assert_eq!(difference.package, "lib");
    assert_eq!(
        difference.versions,
        [Some("2.0".to_owned()), Some("3.0".to_owned())]
    );
}

fn joint(index: &serde_json::Value, requirements: &[&str]) -> thoth_adviser::JointAdvice {
    let case = serde_json::json!({ "index": { "inline": index }, "expected": {} });
    let requirements: Vec<Requirement> = requirements
        .iter()
        .map(|text| Requirement::parse(text).expect("a requirement"))
        .collect();
    let asked = |python: &str| Request {
        environment: Environment::for_platform(Platform::LinuxX86_64, python).expect("an environment"),
        ..request(requirements.clone())
    };
    let requests = [asked("3.9"), asked("3.11")];
    let universes = requests
        .each_ref()
        .map(|request| Loader::default().universe(&case, request));
    advise_jointly(&[(&universes[0], &requests[0]), (&universes[1], &requests[1])]).expect("an advice")
}
