//! What was seen of whole stacks.

use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn comparisons_are_shares(values in prop::collection::vec((0..3_u8, 0.0..10.0_f64), 1..30)) {
        let observed: Vec<ObservedStack> = values.iter().map(|(version, value)| measured(&version.to_string(), *value, "s")).collect();
        for one in compare(&observed, None).into_values().flatten() {
            prop_assert!((0.0..=1.0).contains(&one.better) && one.runs > 0);
        }
    }
}

/// A stack of one release of `app` that took so long.
fn measured(version: &str, value: f64, unit: &str) -> ObservedStack {
    let figure = Figure {
        metric: "PiWork.elapsed".to_owned(),
        unit: Some(unit.to_owned()),
        parameters: vec!["n=3".to_owned()],
        value,
        processor: Some("GenuineIntel-6-85".to_owned()),
        key: format!("{version} {value}"),
    };
    ObservedStack {
        key: version.to_owned(),
        pins: [pin("app", version)].into(),
        figures: vec![figure],
        trials: Vec::new(),
    }
}

fn pin(name: &str, version: &str) -> StackPin {
    StackPin {
        package: name.parse().unwrap(),
        order: order_key(&version.parse().unwrap()),
    }
}

#[test]
fn faster_releases_compare_better_on_the_processor_asked_for() {
    let observed = [
        measured("1", 2.0, "s"),
        measured("1", 3.0, "s"),
        measured("2", 5.0, "s"),
    ];
    let better = |processor, version| {
        let all = compare(&observed, processor);
        all.get(&pin("app", version))
            .map(|found| (found[0].better, found[0].runs))
    };
    assert_eq!(better(None, "1"), Some((1.0, 1)));
    assert_eq!(better(Some("GenuineIntel-6-85"), "2"), Some((0.0, 1)));
    assert_eq!(better(Some("AuthenticAMD-23-1"), "1"), None);
    let rates = [measured("1", 2.0, "GB/s"), measured("2", 5.0, "GB/s")];
    assert_eq!(
        compare(&rates, None)[&pin("app", "2")][0].better,
        1.0,
        "of a rate more is better"
    );
}

fn tried(key: &str, pins: &[StackPin], passed: &[bool]) -> ObservedStack {
    let size = pins.len() as u32;
    let trials = passed.iter().map(|passed| trial(*passed, "3.11", size)).collect();
    ObservedStack {
        key: key.to_owned(),
        pins: pins.iter().cloned().collect(),
        trials,
        figures: Vec::new(),
    }
}

fn universe_of(names: &[&str], observed: Vec<ObservedStack>) -> Universe {
    let packages = names
        .iter()
        .map(|name| (name.parse().unwrap(), crate::model::PackageKnowledge::default()));
    Universe {
        packages: packages.collect(),
        observed,
        ..Universe::default()
    }
}

fn effects(terms: &[crate::model::Term], code: &str) -> Vec<(Vec<String>, f64)> {
    let of_code = terms.iter().filter(|term| term.reason.code == code);
    of_code
        .map(|term| {
            let names = term
                .members
                .iter()
                .map(|member| member.package.to_string())
                .collect();
            match term.effect {
                crate::model::Effect::Adds(adds) => (names, adds),
                crate::model::Effect::Forbids => (names, f64::NEG_INFINITY),
            }
        })
        .collect()
}

#[test]
fn a_pair_is_blamed_only_where_each_works_without_the_other() {
    let (a, b, c) = (pin("a", "1"), pin("b", "1"), pin("c", "1"));
    let observed = vec![
        tried("bad", &[a.clone(), b.clone(), c.clone()], &[false, false]),
        tried("good-a", &[a.clone(), c.clone()], &[true]),
        tried("good-b", &[b.clone(), c], &[true]),
    ];
    let found = terms(
        &universe_of(&["a", "b", "c"], observed),
        &request(RecommendationType::Stable),
    );
    let pairs = effects(&found, "PAIR_FAILS");
    assert_eq!(pairs.len(), 1, "{pairs:?}");
    assert_eq!(pairs[0].0, ["a", "b"]);
    // Two failures, nobody else to blame: Beta(½, 2½).
    assert!((pairs[0].1 + 2.0 / 3.0).abs() < 1e-12, "{pairs:?}");
    // Nothing works without the other: the stack failed, and nobody knows by whom.
    let alone = universe_of(&["a", "b"], vec![tried("bad", &[a, b], &[false])]);
    let found = terms(&alone, &request(RecommendationType::Stable));
    assert_eq!(effects(&found, "PAIR_FAILS"), []);
    assert_eq!(effects(&found, "OBSERVED_STACK").len(), 1);
}

#[test]
fn a_stack_counts_by_the_share_of_it_that_is_in_reach() {
    let stack = |names: &[&str]| {
        tried(
            "s",
            &names.iter().map(|name| pin(name, "1")).collect::<Vec<_>>(),
            &[true],
        )
    };
    let adds = |names: &[&str]| {
        let universe = universe_of(&["a", "b"], vec![stack(names)]);
        effects(
            &terms(&universe, &request(RecommendationType::Stable)),
            "OBSERVED_STACK",
        )
    };
    let whole = adds(&["a", "b"]);
    assert!((whole[0].1 - 0.5).abs() < 1e-12, "{whole:?}");
    let half = adds(&["a", "b", "x", "y"]);
    assert_eq!(half[0].0, ["a", "b"]);
    assert!((half[0].1 - 0.25).abs() < 1e-12, "{half:?}");
    assert_eq!(adds(&["a", "x"]), [], "one release is no stack");
}

#[test]
fn the_nearest_stack_shares_most() {
    let own: std::collections::BTreeSet<StackPin> = [pin("a", "1"), pin("b", "1")].into();
    let near = tried("near", &[pin("a", "1"), pin("b", "2")], &[true]);
    let far = tried("far", &[pin("a", "1"), pin("b", "2"), pin("c", "3")], &[true]);
    let other = tried("other", &[pin("x", "1")], &[true]);
    let observed = [far, other.clone(), near];
    let (distance, stack) = nearest(&observed, &own).unwrap();
    assert_eq!(stack.key, "near");
    assert!((distance - 2.0 / 3.0).abs() < 1e-12);
    assert!(nearest(&[other], &own).is_none());
}
