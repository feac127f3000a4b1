//! Repair of locks: the smallest set of changes, against brute force.

use std::collections::BTreeMap;

use proptest::prelude::*;
use thoth_adviser::{AdvisoryRef, Affected, Lock, PrereleasePolicy, Repair, Severity, repair};
use thoth_schema::version::{Version, order_key};

use crate::brute::{Brute, Choice, eighths};
use crate::generated::{Toy, VERSIONS, Wish, toy};
use crate::loader::inline;

/// What a repair is judged by, the least first.
type Judgement = (usize, usize, usize, i32);

fn admits(wish: &Wish, version: &str) -> bool {
    let order = order_key(&version.parse::<Version>().expect("a version"));
    wish.requirement().versions.contains(&order)
}

fn advisory(key: &str, severity: Option<Severity>) -> AdvisoryRef {
    AdvisoryRef {
        key: key.to_owned(),
        severity,
        fixed_in: Vec::new(),
    }
}

/// The best judgement of all stacks of a toy whose direct requirements may be broken.
fn best(toy: &Toy, locked: &[Option<usize>], hits: &[Vec<usize>]) -> Option<Judgement> {
    let mut relaxed = toy.clone();
    for root in &mut relaxed.roots {
        root.specifier = "";
    }
    // Which releases are legal hangs on the requirements as they were given.
    let brute = Brute {
        toy: &relaxed,
        ..Brute::new(toy, false)
    };
    let judge = |(score, choice): &(i32, Choice)| {
        let pinned = || {
            choice
                .iter()
                .enumerate()
                .filter_map(|(at, one)| one.map(|one| (at, one)))
        };
        let left = pinned().map(|(at, one)| hits[at][one]).sum();
        let broken = |wish: &&Wish| {
            choice[wish.target].is_some_and(|one| !admits(wish, toy.packages[wish.target][one].version))
        };
        let broken = toy.roots.iter().filter(broken).count();
        let changed = |at: &usize| {
            let before = locked[*at].map(|version| VERSIONS[version]);
            let after = choice[*at].map(|one| toy.packages[*at][one].version);
            before != after
        };
        (
            left,
            broken,
            (0..toy.packages.len()).filter(changed).count(),
            -*score,
        )
    };
    brute.stacks().iter().map(judge).min()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if cfg!(debug_assertions) { 500 } else { 3000 }, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_other_set_of_changes_is_smaller(
        toy in toy(),
        locked in prop::collection::vec(prop::option::weighted(0.8, 0..VERSIONS.len()), 5),
        dice in prop::collection::vec(prop::collection::vec(prop_oneof![2 => Just(0_usize), 1 => Just(1), 1 => Just(2)], 4), 5),
    ) {
        let mut toy = toy;
        if toy.policy == PrereleasePolicy::Fallback {
            toy.policy = PrereleasePolicy::Allow;
        }
        let name = |at: usize| format!("p{at}").parse().expect("a name");
        let mut lock = Lock::new();
        for (at, version) in locked.iter().enumerate().take(toy.packages.len()) {
            if let Some(version) = version {
                lock.insert(name(at), VERSIONS[*version].parse().expect("a version"));
            }
        }
        let mut affected = Affected::new();
        let mut hits = Vec::new();
        for (at, releases) in toy.packages.iter().enumerate() {
            hits.push((0..releases.len()).map(|release| dice[at][release]).collect::<Vec<_>>());
            for (release, known) in releases.iter().enumerate() {
                let order = order_key(&known.version.parse::<Version>().expect("a version"));
                // One that does not count beside those that do.
                let mut all = vec![advisory("LOW", Some(Severity::Low))];
                all.extend((0..dice[at][release]).map(|number| {
                    advisory(&format!("BAD-{at}-{release}-{number}"), (number > 0).then_some(Severity::High))
                }));
                affected.insert((name(at), order), all);
            }
        }
        let found = repair(&toy.universe(), &toy.request(), &lock, &affected, Severity::Moderate).expect("a repair");
        let wanted = best(&toy, &locked, &hits);
        let judged = found.stack.as_ref().map(|stack| {
            (found.remaining.len(), found.requirements.len(), found.changes.len(), -eighths(stack.score))
        });
        prop_assert_eq!(judged, wanted, "{:?}", found);
        prop_assert!(found.minimal);
        prop_assert_eq!(found.conflict.is_some(), wanted.is_none());
        prop_assert!(found.changes.iter().all(|change| !change.because.is_empty()), "{:?}", found);
        prop_assert!(found.remaining.iter().all(|one| !one.because.is_empty()));
    }
}

fn repaired(
    index: serde_json::Value,
    requirements: &[&str],
    lock: &[(&str, &str)],
    bad: &[(&str, &str, &str)],
) -> Repair {
    let (universe, request) = inline(index, requirements);
    let lock = lock
        .iter()
        .map(|(name, version)| (name.parse().expect("a name"), version.parse().expect("a version")))
        .collect();
    let mut affected: Affected = BTreeMap::new();
    for (name, version, key) in bad {
        let order = order_key(&version.parse::<Version>().expect("a version"));
        let mut one = advisory(key, Some(Severity::High));
        one.fixed_in = vec!["9.9".to_owned()];
        affected
            .entry((name.parse().expect("a name"), order))
            .or_default()
            .push(one);
    }
    repair(&universe, &request, &lock, &affected, Severity::High).expect("a repair")
}

fn lines(repair: &Repair) -> Vec<String> {
    let version = |one: &Option<String>| one.clone().unwrap_or_else(|| "-".to_owned());
    let changes = repair.changes.iter().map(|one| {
        let because: Vec<&str> = one.because.iter().map(|reason| reason.message.as_str()).collect();
        format!(
            "{} {} -> {}: {}",
            one.package,
            version(&one.from),
            version(&one.to),
            because.join("; ")
        )
    });
    let requirements = repair.requirements.iter().map(|one| {
        format!(
            "{} does not admit {}: {}",
            one.requirement, one.version, one.because[0].message
        )
    });
    let remaining = repair.remaining.iter().map(|one| {
        let because: Vec<&str> = one.because.iter().map(|reason| reason.message.as_str()).collect();
        format!(
            "{} {} keeps {}: {}",
            one.package,
            one.version,
            one.advisory,
            because.join(" ")
        )
    });
    changes.chain(requirements).chain(remaining).collect()
}

fn index() -> serde_json::Value {
    serde_json::json!({
        "web": { "1.0": { "requires_dist": ["lib<2"] }, "2.0": { "requires_dist": ["lib>=2", "extra-lib"] } },
        "lib": { "1.0": {}, "1.1": {}, "2.0": {}, "2.1": {} },
        "extra-lib": { "1.0": {}, "2.0": {} },
        "other": { "1.0": {}, "2.0": {} },
    })
}

#[test]
fn only_what_has_to_change_changes() {
    let lock = [("web", "1.0"), ("lib", "1.0"), ("other", "1.0")];
    let small = repaired(index(), &["web", "other"], &lock, &[("lib", "1.0", "GHSA-1")]);
    assert_eq!(
        lines(&small),
        ["lib 1.0 -> 1.1: 1.0 is affected by GHSA-1 (high), fixed in 9.9"]
    );
    let large = repaired(
        index(),
        &["web", "other"],
        &lock,
        &[("lib", "1.0", "GHSA-1"), ("lib", "1.1", "GHSA-1")],
    );
    assert_eq!(
        lines(&large),
        [
            "extra-lib - -> 2.0: web 2.0 requires extra-lib",
            "lib 1.0 -> 2.1: 1.0 is affected by GHSA-1 (high), fixed in 9.9",
            "web 1.0 -> 2.0: it requires lib<2, and the stack holds lib 2.1",
        ]
    );
    assert_eq!((large.advisories_before, large.minimal), (1, true));
    let nothing = repaired(index(), &["web", "other"], &lock, &[]);
    assert_eq!(lines(&nothing), Vec::<String>::new());
}

#[test]
fn a_direct_requirement_that_must_change_is_told() {
    let lock = [("web", "1.0"), ("lib", "1.0")];
    let bad = [("lib", "1.0", "GHSA-1"), ("lib", "1.1", "GHSA-2")];
    let found = repaired(index(), &["web==1.0", "lib"], &lock, &bad);
    assert!(
        lines(&found).contains(
            &"web==1.0 does not admit 2.0: no stack that meets it has as few advisories".to_owned()
        ),
        "{:?}",
        lines(&found)
    );
    let found = repaired(index(), &["lib==1.0"], &[("lib", "1.0")], &bad);
    assert_eq!(
        lines(&found),
        [
            "lib 1.0 -> 2.1: 1.0 is affected by GHSA-1 (high), fixed in 9.9",
            "lib==1.0 does not admit 2.1: 1.0 is affected by GHSA-1 (high), fixed in 9.9",
        ]
    );
}

#[test]
fn what_stays_says_why() {
    let every = [
        ("lib", "1.0", "G-1"),
        ("lib", "1.1", "G-1"),
        ("lib", "2.0", "G-1"),
        ("lib", "2.1", "G-1"),
    ];
    let lock = [("web", "1.0"), ("lib", "1.0")];
    let found = repaired(index(), &["web"], &lock, &every);
    assert_eq!(
        lines(&found),
        ["lib 1.0 keeps G-1: every release of lib that could be chosen is affected"]
    );
    let index = serde_json::json!({
        "web": { "1.0": { "requires_dist": ["lib<2"] } },
        "lib": { "1.0": {}, "2.0": {} },
    });
    let found = repaired(index, &["web"], &lock, &[("lib", "1.0", "G-1")]);
    assert_eq!(
        lines(&found),
        [
            "lib 1.0 keeps G-1: no stack can hold a release of lib without it; of 2.0: \
          Because web 1.0 requires lib<2, no stack that meets web holds lib 2.0."
        ]
    );
}
