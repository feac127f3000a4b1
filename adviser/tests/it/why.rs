//! Why releases are not part of a stack: against brute force, and in words.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use thoth_adviser::{
    Advice, Outcome, Rejection, RejectionKind, Removed, RemovedReleases, Request, Subject, Universe, advise,
    reject_removed, why_not,
};
use thoth_schema::version::{Version, order_key};

use crate::brute::{Brute, Choice, eighths};
use crate::generated::{Toy, toy};
use crate::loader::inline;

fn subject(package: &str, version: Option<&str>) -> Subject {
    Subject {
        package: package.parse().expect("a name"),
        version: version.map(|version| version.parse().expect("a version")),
    }
}

/// The best of the stacks that hold a release, in eighths.
fn best_with(stacks: &[(i32, Choice)], package: usize, release: usize) -> Option<i32> {
    let holds = |choice: &Choice| choice[package] == Some(release);
    stacks
        .iter()
        .find(|(_, choice)| holds(choice))
        .map(|(score, _)| *score)
}

/// Every requirement of a toy, as sentences write it.
fn written(toy: &Toy) -> BTreeSet<String> {
    let releases = toy.packages.iter().flatten();
    let wishes = releases.flat_map(|release| &release.wishes);
    let all = wishes.chain(&toy.roots).chain(&toy.constraints);
    all.map(|wish| {
        wish.text()
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned()
    })
    .collect()
}

fn assert_true_words(toy: &Toy, sentences: &[String], own: Option<&str>) {
    assert!(!sentences.is_empty() && sentences.len() <= 5, "{sentences:?}");
    let known = written(toy);
    for word in sentences.iter().flat_map(|sentence| sentence.split_whitespace()) {
        let word = word
            .trim_end_matches(['.', ',', ':', ';', ')'])
            .trim_start_matches('(');
        let is_requirement = word.starts_with('p') && word.contains(['<', '>', '=', '!']);
        assert!(
            !is_requirement || known.contains(word) || own == Some(word),
            "{word} is no requirement: {sentences:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if cfg!(debug_assertions) { 300 } else { 2000 }, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_release_left_out_has_its_regret_or_its_reason(toy in toy()) {
        let stacks = Brute::new(&toy, false).stacks();
        let (universe, request) = (toy.universe(), toy.request());
        let advice = advise(&universe, &request).expect("an advice");
        let stack = advice.stacks.first();
        for (at, releases) in toy.packages.iter().enumerate().filter(|(_, releases)| !releases.is_empty()) {
            let name = format!("p{at}");
            let answers = why_not(&universe, &request, &RemovedReleases::new(), stack, &subject(&name, None)).expect("reasons");
            let pinned = stack.and_then(|stack| stack.pins.iter().find(|pin| pin.name == name));
            let answered: BTreeMap<&str, &Rejection> = answers.iter().map(|one| (one.version.as_str(), one)).collect();
            prop_assert_eq!(answered.len(), releases.len() - usize::from(pinned.is_some()));
            for (release, known) in releases.iter().enumerate() {
                if pinned.is_some_and(|pin| pin.version == known.version) {
                    prop_assert!(!answered.contains_key(known.version));
                    continue;
                }
                let answer = answered[known.version];
                prop_assert!(answer.proven, "{:?}", answer);
                let with = best_with(&stacks, at, release);
                prop_assert_eq!(answer.regret.map(eighths), with.map(|with| stacks[0].0 - with), "{:?}", answer);
                prop_assert!(with.is_none() || !answer.reasons.is_empty());
                if with.is_none() {
                    prop_assert!(answer.kind != RejectionKind::Score, "{:?}", answer);
                }
                let sentences: Vec<String> = answer.reasons.iter().map(|reason| reason.message.clone()).collect();
                assert_true_words(&toy, &sentences, Some(&format!("{name}=={}", known.version)));
            }
        }
    }

    #[test]
    fn sentences_name_requirements_that_exist(toy in toy()) {
        let advice = advise(&toy.universe(), &toy.request()).expect("an advice");
        if let Some(conflict) = &advice.conflict {
            assert_true_words(&toy, &conflict.sentences, None);
        }
        for rejection in &advice.rejections {
            let pin = advice.stacks[0].pins.iter().find(|pin| pin.name == rejection.package).expect("a pin");
            let order = |text: &str| order_key(&text.parse::<Version>().expect("a version"));
            prop_assert!(order(&rejection.version) > order(&pin.version));
            prop_assert_eq!(rejection.reasons.len(), 1);
        }
    }
}

fn advice(index: serde_json::Value, requirements: &[&str]) -> (Universe, Request, Advice) {
    let (universe, request) = inline(index, requirements);
    let advice = advise(&universe, &request).expect("an advice");
    (universe, request, advice)
}

fn told(
    index: serde_json::Value,
    requirements: &[&str],
    package: &str,
    version: Option<&str>,
) -> Vec<String> {
    let (universe, request, advice) = advice(index, requirements);
    assert_eq!(advice.outcome, Outcome::Advised);
    let stack = advice.stacks.first();
    let answers = why_not(
        &universe,
        &request,
        &RemovedReleases::new(),
        stack,
        &subject(package, version),
    )
    .expect("reasons");
    let line = |one: &Rejection| {
        let reasons: Vec<&str> = one.reasons.iter().map(|reason| reason.message.as_str()).collect();
        format!(
            "{} {:?} {:?}: {}",
            one.version,
            one.kind,
            one.regret,
            reasons.join("; ")
        )
    };
    answers.iter().map(line).collect()
}

#[test]
fn each_kind_of_reason_reads_well() {
    let index = serde_json::json!({
        "web": { "1.0": { "requires_dist": ["lib<2"] }, "2.0": { "requires_dist": ["lib<2"] } },
        "lib": { "1.0": {}, "1.5": {}, "2.0": {}, "2.1": { "yanked": true }, "3.0rc1": {}, "3.0": { "requires_python": ">=3.12" } },
        "old": { "1.0": { "requires_dist": ["lib==1.0"] }, "2.0": {}, "3.0": { "requires_dist": ["lib>=2"] } },
    });
    assert_eq!(
        told(index.clone(), &["web", "old"], "lib", None),
        [
            "3.0 Pruned None: it requires Python >=3.12, and the environment has 3.11.7",
            "3.0rc1 Pruned None: it is a pre-release nobody asked for",
            "2.1 Pruned None: it is yanked, and the request does not pin it",
            "2.0 Conflict None: Because every release of web requires lib<2, no stack that meets web holds lib 2.0.",
            "1.0 Score Some(0.5): the best stack with it scores 1.5 instead of 2, 0.5 less",
        ]
    );
    assert_eq!(
        told(index.clone(), &["web", "old"], "old", Some("3.0")),
        [
            "3.0 Conflict None: Because every release of web requires lib<2 and old 3.0 requires lib>=2, no stack that meets web holds old 3.0."
        ]
    );
    assert_eq!(
        told(index.clone(), &["web", "old"], "lib", Some("9")),
        ["9 Unknown None: no release 9 of lib is known"]
    );
    assert_eq!(
        told(index, &["web"], "old", None),
        [" Unneeded None: nothing in reach of the request requires old, or nothing is known of it"]
    );
}

#[test]
fn a_newer_release_that_costs_more_elsewhere_says_what_it_costs() {
    let index = serde_json::json!({
        "a": { "1.0": {}, "2.0": { "requires_dist": ["b<2"] } },
        "b": { "1.0": {}, "1.5": {}, "1.6": {}, "2.0": {} },
        "c": { "1.0": { "requires_dist": ["b"] }, "2.0": { "requires_dist": ["b>=1.5"] }, "3.0": { "requires_dist": ["b>=2"] } },
    });
    let (universe, request, advice) = advice(index, &["a", "b", "c"]);
    let compact: Vec<(&str, &str, &str)> = advice
        .rejections
        .iter()
        .map(|one| {
            (
                one.package.as_str(),
                one.version.as_str(),
                one.reasons[0].message.as_str(),
            )
        })
        .collect();
    let pins: Vec<&str> = advice.stacks[0]
        .pins
        .iter()
        .map(|pin| pin.version.as_str())
        .collect();
    assert_eq!(
        pins,
        ["2.0", "1.6", "2.0"],
        "a 2.0 gains 1, b 1.6 and c 2.0 lose a third and a half"
    );
    assert_eq!(
        compact,
        [
            ("b", "2.0", "a 2.0 requires b<2"),
            ("c", "3.0", "it requires b>=2, and the stack holds b 1.6"),
        ]
    );
    let answers = why_not(
        &universe,
        &request,
        &RemovedReleases::new(),
        advice.stacks.first(),
        &subject("c", Some("3.0")),
    )
    .expect("reasons");
    let [answer] = answers.as_slice() else {
        panic!("one release, one answer");
    };
    assert_eq!(answer.kind, RejectionKind::Conflict);
    assert_eq!(answer.reasons[0].evidence, ["pkg:pypi/c@3.0"]);
    let changes: Vec<_> = answer
        .changes
        .iter()
        .map(|one| (one.package.as_str(), one.from.as_deref(), one.to.as_deref()))
        .collect();
    assert_eq!(
        changes,
        [("a", Some("2.0"), Some("1.0")), ("b", Some("1.6"), Some("2.0"))]
    );
    assert!((answer.regret.expect("a regret") - 1.0 / 6.0).abs() < 1e-9);
}

#[test]
fn what_pruning_removed_is_told_by_its_clause() {
    let index = serde_json::json!({ "a": { "1.0": {} , "1.1": { "requires_python": "<3" } } });
    let (universe, request, mut advice) = advice(index, &["a<3"]);
    assert_eq!(advice.rejections[0].version, "1.1");
    let removed = |version: &str, clause: &str| {
        let version: Version = version.parse().expect("a version");
        Removed {
            order: order_key(&version),
            version,
            index: "default".to_owned(),
            clause: clause.to_owned(),
        }
    };
    let removed: RemovedReleases = BTreeMap::from([(
        "a".parse().expect("a name"),
        vec![
            removed("1.2", "no-installable-artifact"),
            removed("3.0", "specifier"),
            removed("4.0rc1", "prerelease"),
        ],
    )]);
    reject_removed(&mut advice, &request, &removed);
    let [newest] = advice.rejections.as_slice() else {
        panic!("one package, one rejection: {:?}", advice.rejections);
    };
    assert_eq!(
        (newest.version.as_str(), newest.kind),
        ("3.0", RejectionKind::Conflict)
    );
    assert_eq!(newest.reasons[0].message, "the request requires a<3");
    assert_eq!(newest.reasons[0].evidence, ["pkg:pypi/a@3.0"]);
    let answers = why_not(
        &universe,
        &request,
        &removed,
        advice.stacks.first(),
        &subject("a", None),
    )
    .expect("reasons");
    let versions: Vec<&str> = answers.iter().map(|one| one.version.as_str()).collect();
    assert_eq!(versions, ["4.0rc1", "3.0", "1.2", "1.1"]);
    assert_eq!(answers[2].reasons[0].code, "NO_INSTALLABLE_ARTIFACT");
}
