#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod observed;

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use thoth_schema::environment::{Environment, Platform};
use thoth_schema::version::order_key;

use super::*;
use crate::model::{PredictorName, PrereleasePolicy, Scoring};

fn request(kind: RecommendationType) -> Request {
    Request {
        requirements: Vec::new(),
        constraints: Vec::new(),
        environment: Environment::for_platform(Platform::LinuxX86_64, "3.11").unwrap(),
        prerelease: PrereleasePolicy::default(),
        scoring: Scoring::Knowledge,
        recommendation_type: kind,
        policy: Policy::default(),
        lock: None,
        predictor: PredictorName::Exact,
        count: 1,
        limit: None,
        budget: Duration::from_secs(1),
        seed: 0,
        combine: Default::default(),
        warm_start: None,
        trace: false,
        control: None,
    }
}

fn candidate(version: &str) -> Candidate {
    let version: thoth_schema::version::Version = version.parse().unwrap();
    Candidate {
        order: order_key(&version),
        version,
        index: "default".to_owned(),
        yanked: false,
        requires_python: None,
        requirements: Some(Vec::new()),
        score: None,
        published_at: Some("2020-01-01T00:00:00.000000Z".to_owned()),
    }
}

fn trial(passed: bool, python: &str, shared_by: u32) -> Trial {
    let place = Place {
        os: Some("fedora".to_owned()),
        python: Some(python.to_owned()),
        machine: Some("x86_64".to_owned()),
    };
    Trial {
        passed,
        place,
        shared_by,
        key: "observation".to_owned(),
    }
}

/// What the units of the newest of three releases say, with this evidence.
fn said(kind: RecommendationType, evidence: &Evidence) -> Vec<UnitScore> {
    said_of(&request(kind), evidence)
}

fn said_of(request: &Request, evidence: &Evidence) -> Vec<UnitScore> {
    let candidate = candidate("1.0");
    let subject = Subject {
        candidate: &candidate,
        rank: 0,
        size: 3,
        evidence: Some(evidence),
    };
    let universe = Universe {
        newest_publication: Some("2021-01-01T00:00:00.000000Z".to_owned()),
        ..Universe::default()
    };
    estimate(&universe, request, &subject, 0.0).units
}

fn mean(said: &[UnitScore], unit: Unit) -> f64 {
    said.iter()
        .find(|one| one.unit == unit)
        .map_or(0.0, |one| one.mean)
}

fn affected(severities: &[Option<f64>]) -> Evidence {
    let one = |severity: &Option<f64>| Affecting {
        id: "TEST-1".to_owned(),
        severity: *severity,
        fixed_in: vec!["2.0".to_owned()],
    };
    Evidence {
        advisories: severities.iter().map(one).collect(),
        ..Evidence::default()
    }
}

fn any_evidence() -> impl Strategy<Value = Evidence> {
    let trials = prop::collection::vec((any::<bool>(), 6..14_u32, 1..20_u32), 0..12);
    let severities = prop::collection::vec(prop::option::of(0.0..10.0_f64), 0..5);
    let counts = prop::collection::vec(0.0..500.0_f64, 0..3);
    let compared = prop::collection::vec((0.0..1.0_f64, 1..50_u64), 0..3);
    (
        trials,
        severities,
        counts,
        compared,
        prop::option::of(0..100_000_u64),
    )
        .prop_map(|(trials, severities, counts, compared, dependents)| Evidence {
            trials: trials
                .into_iter()
                .map(|(passed, minor, shared_by)| trial(passed, &format!("3.{minor}"), shared_by))
                .collect(),
            analyses: counts
                .into_iter()
                .map(|count| Analysis {
                    tool: "bandit".to_owned(),
                    figures: BTreeMap::from([("SEVERITY.HIGH__CONFIDENCE.LOW".to_owned(), count)]),
                    key: "analysis".to_owned(),
                })
                .collect(),
            comparisons: compared
                .into_iter()
                .map(|(better, runs)| Comparison {
                    metric: "elapsed".to_owned(),
                    better,
                    runs,
                    keys: Vec::new(),
                })
                .collect(),
            licence: Some(LicenceStatement::default()),
            dependents,
            ..affected(&severities)
        })
}

fn any_kind() -> impl Strategy<Value = RecommendationType> {
    prop::sample::select(RecommendationType::ALL)
}

proptest! {
    #[test]
    fn units_stay_in_range_and_in_their_interval(evidence in any_evidence(), kind in any_kind()) {
        let mut request = request(kind);
        request.policy.licences.allowed.insert("MIT".to_owned());
        for one in said_of(&request, &evidence) {
            prop_assert!(-1.0 <= one.low && one.high <= 1.0, "{one:?}");
            prop_assert!(one.low <= one.mean && one.mean <= one.high, "{one:?}");
            prop_assert!(!one.reason.code.is_empty() && !one.reason.message.is_empty());
        }
    }

    #[test]
    fn one_more_pass_never_harms_and_one_more_failure_never_helps(evidence in any_evidence(), minor in 6..14_u32) {
        let kind = RecommendationType::Stable;
        let before = mean(&said(kind, &evidence), Unit::Installability);
        let with = |passed| {
            let mut more = evidence.clone();
            more.trials.push(trial(passed, &format!("3.{minor}"), 1));
            mean(&said(kind, &more), Unit::Installability)
        };
        prop_assert!(with(true) > before && with(false) < before);
    }

    #[test]
    fn one_more_advisory_costs(evidence in any_evidence(), severity in 0.1..10.0_f64) {
        let mut more = evidence.clone();
        more.advisories.extend(affected(&[Some(severity)]).advisories);
        let before = mean(&said(RecommendationType::Security, &evidence), Unit::Advisories);
        prop_assert!(mean(&said(RecommendationType::Security, &more), Unit::Advisories) <= before);
    }

    #[test]
    fn the_best_release_adds_nothing_above_zero(evidence in prop::collection::vec(any_evidence(), 1..6), kind in any_kind()) {
        let candidates: Vec<Candidate> = (0..evidence.len()).map(|number| candidate(&format!("{}", 9 - number))).collect();
        let subjects: Vec<Subject<'_>> = candidates
            .iter()
            .zip(&evidence)
            .enumerate()
            .map(|(rank, (candidate, known))| Subject { candidate, rank, size: evidence.len(), evidence: Some(known) })
            .collect();
        let scores = scores(&Universe::default(), &request(kind), &subjects);
        prop_assert!(scores.iter().all(|score| *score <= 0.0), "{scores:?}");
    }
}

#[test]
fn without_evidence_only_recency_is_left_for_latest() {
    let candidates: Vec<Candidate> = ["3", "2", "1"].iter().map(|version| candidate(version)).collect();
    let subjects: Vec<Subject<'_>> = candidates
        .iter()
        .enumerate()
        .map(|(rank, candidate)| Subject {
            candidate,
            rank,
            size: 3,
            evidence: None,
        })
        .collect();
    let universe = Universe {
        newest_publication: Some("2021-01-01T00:00:00Z".to_owned()),
        ..Universe::default()
    };
    assert_eq!(
        scores(&universe, &request(RecommendationType::Latest), &subjects),
        [0.0, -0.5, -1.0]
    );
}

#[test]
fn what_nobody_observed_is_wide_open() {
    let units = said(RecommendationType::Stable, &Evidence::default());
    let unseen = units.iter().find(|one| one.unit == Unit::Installability).unwrap();
    assert_eq!((unseen.mean, unseen.evidence), (0.0, 0));
    assert!(unseen.low < -0.99 && unseen.high > 0.99, "{unseen:?}");
    let seen = Evidence {
        trials: (0..20).map(|_| trial(true, "3.11", 1)).collect(),
        ..Evidence::default()
    };
    let units = said(RecommendationType::Stable, &seen);
    let seen = units.iter().find(|one| one.unit == Unit::Installability).unwrap();
    assert!(seen.high - seen.low < 0.3 && seen.mean > 0.9, "{seen:?}");
    assert_eq!((seen.evidence, seen.reason.evidence.len()), (20, 16));
}

#[test]
fn other_places_and_shared_blame_count_less() {
    let known = |trials: Vec<Trial>| {
        mean(
            &said(
                RecommendationType::Stable,
                &Evidence {
                    trials,
                    ..Evidence::default()
                },
            ),
            Unit::Installability,
        )
    };
    let here = known(vec![trial(false, "3.11", 1)]);
    let elsewhere = known(vec![trial(false, "3.8", 1)]);
    let shared = known(vec![trial(false, "3.11", 10)]);
    assert!(here < elsewhere && elsewhere < 0.0, "{here} {elsewhere}");
    assert!(here < shared && shared < 0.0, "{here} {shared}");
    assert_eq!(
        known(vec![trial(true, "3.11", 10)]),
        -here,
        "what ran in a stack ran"
    );
}

#[test]
fn advisories_add_up_by_severity() {
    let cost = |severities: &[Option<f64>]| {
        mean(
            &said(RecommendationType::Security, &affected(severities)),
            Unit::Advisories,
        )
    };
    assert_eq!(cost(&[]), 0.0);
    assert!((cost(&[Some(9.8)]) + 0.98).abs() < 1e-12);
    assert!((cost(&[Some(5.0), Some(5.0)]) + 0.75).abs() < 1e-12);
    assert_eq!(cost(&[None]), cost(&[Some(5.0)]));
    let units = said(RecommendationType::Security, &affected(&[None]));
    let unrated = units.iter().find(|one| one.unit == Unit::Advisories).unwrap();
    assert_eq!(
        (unrated.low, unrated.high),
        (-1.0, 0.0),
        "what nobody rated may be anything"
    );
    assert!(
        unrated.reason.message.contains("TEST-1 (unrated, fixed in 2.0)"),
        "{}",
        unrated.reason.message
    );
    assert_eq!(unrated.reason.evidence, ["TEST-1"]);
}

#[test]
fn the_sum_of_independent_parts_is_surer_than_the_sum_of_their_ends() {
    let part = Interval { low: -1.0, high: 1.0 };
    let mut spread = Spread::default();
    for _ in 0..4 {
        spread.add(0.0, part);
    }
    assert_eq!(spread.around(3.0), Interval { low: 1.0, high: 5.0 });
}

/// The table of the documentation, a row for each unit and a column for each type.
#[test]
fn the_documented_weights_are_these() {
    let text = include_str!("../../../docs/adviser.md");
    let number = |value: f64| {
        if value == 0.0 {
            "–".to_owned()
        } else {
            format!("{value}").replace('-', "−")
        }
    };
    let cell = |weight: Weight| {
        if weight.is_nothing() {
            "–".to_owned()
        } else {
            format!("{} / {}", number(weight.gain), number(weight.cost))
        }
    };
    let missing: Vec<String> = Unit::ALL
        .into_iter()
        .map(|unit| {
            let cells = RecommendationType::ALL
                .iter()
                .map(|kind| cell(weight(*kind, unit)));
            format!(
                "| `{}` | {} |",
                unit.as_str(),
                cells.collect::<Vec<_>>().join(" | ")
            )
        })
        .filter(|row| !text.contains(row.as_str()))
        .collect();
    assert!(
        missing.is_empty(),
        "docs/adviser.md lacks the rows\n{}",
        missing.join("\n")
    );
}

#[test]
fn names_of_units_are_those_of_answers() {
    for unit in Unit::ALL {
        assert_eq!(serde_json::to_value(unit).unwrap(), unit.as_str());
    }
}

#[test]
fn a_policy_names_licences_of_spdx_and_severities_of_cvss() {
    let licences = |name: &str| Policy {
        licences: LicencePolicy {
            allowed: [name.to_owned()].into(),
            ..LicencePolicy::default()
        },
        ..Policy::default()
    };
    assert!(licences("MIT").checked().is_ok());
    assert!(licences("My own").checked().is_err());
    assert!(
        Policy {
            min_severity: 11.0,
            ..Policy::default()
        }
        .checked()
        .is_err()
    );
}
