#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

use std::sync::Arc;
use std::time::Duration;

use num_bigint::BigUint;
use thoth_schema::environment::{Environment, Platform};
use thoth_schema::requirement::Requirement;
use thoth_schema::version::{order_key, parse_specifiers};
use thoth_schema::versions::specifier_set;

use super::*;
use crate::advice::Reason;
use crate::decide::{Decision, decide};
use crate::exact::{self, Limits, STATE_LIMIT};
use crate::gather::Unknown;
use crate::legal::Rules;
use crate::model::*;
use crate::order::Order;
use crate::space::Space;

/// Numbers from a fixed sequence.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

fn universe(dice: &mut Dice) -> Universe {
    let mut universe = Universe::default();
    let size = 3 + dice.roll(6);
    for package in 0..size {
        let mut candidates = Vec::new();
        for version in 1..=1 + dice.roll(5) {
            let mut requirements = Vec::new();
            for _ in 0..dice.roll(3) {
                let specifier = ["", ">=2", "<3", "!=2", "==1"][dice.roll(5) as usize];
                let extra = ["", "[x]"][dice.roll(2) as usize];
                let marker = ["", "", "; extra == 'x'"][dice.roll(3) as usize];
                let text = format!("p{}{extra}{specifier}{marker}", dice.roll(size));
                requirements.push(Arc::new(Requirement::parse(&text).unwrap()));
            }
            let version: thoth_schema::version::Version = version.to_string().parse().unwrap();
            candidates.push(Candidate {
                order: order_key(&version),
                version,
                index: "default".to_owned(),
                yanked: false,
                requires_python: None,
                requirements: Some(requirements),
                score: Some(dice.roll(33) as f64 / 16.0 - 1.0),
                published_at: None,
            });
        }
        let knowledge = PackageKnowledge {
            known: true,
            all_prereleases: false,
            candidates,
        };
        universe
            .packages
            .insert(format!("p{package}").parse().unwrap(), knowledge);
    }
    universe
}

fn request() -> Request {
    Request {
        requirements: ["p0[x]", "p1"]
            .map(|text| Requirement::parse(text).unwrap())
            .to_vec(),
        constraints: Vec::new(),
        environment: Environment::for_platform(Platform::LinuxX86_64, "3.11").unwrap(),
        prerelease: PrereleasePolicy::default(),
        scoring: Scoring::Given,
        recommendation_type: RecommendationType::Latest,
        policy: crate::scoring::Policy::default(),
        lock: None,
        predictor: PredictorName::Exact,
        count: 1,
        limit: None,
        budget: Duration::from_secs(60),
        seed: 0,
        combine: Vec::new(),
        warm_start: None,
        trace: false,
        control: None,
    }
}

/// Terms over several packages, forbidding and adding.
fn terms(dice: &mut Dice, packages: u64) -> Vec<Term> {
    let count = dice.roll(8);
    let mut terms = Vec::new();
    for _ in 0..count {
        let mut members = Vec::new();
        for package in 0..packages {
            if members.len() < 4 && dice.roll(packages) < 2 {
                let specifier = ["", ">=2", "<2", "==1", "!=2", ">=3"][dice.roll(6) as usize];
                members.push(Member {
                    package: format!("p{package}").parse().unwrap(),
                    versions: specifier_set(&parse_specifiers(specifier).unwrap()),
                    index: (dice.roll(4) == 0).then(|| "default".to_owned()),
                });
            }
        }
        let effect = match dice.roll(3) {
            0 if !members.is_empty() => Effect::Forbids,
            _ => Effect::Adds(dice.roll(65) as f64 / 16.0 - 2.0),
        };
        terms.push(Term {
            members,
            effect,
            reason: Reason::new("TERM", "a term"),
        });
    }
    terms
}

/// One universe after the other, each with its number.
fn each_problem(seed: u64, rounds: u32, mut with: impl FnMut(u32, &Problem, &Live)) {
    let mut dice = Dice(seed);
    let request = request();
    for round in 0..rounds {
        let mut universe = universe(&mut dice);
        universe.terms = terms(&mut dice, universe.packages.len() as u64);
        let mut rules = Rules::new(&request).unwrap();
        let (problem, _) = Problem::build(&universe, &mut rules, Unknown::Excluded).unwrap();
        if let Some(live) = Live::pruned(&problem) {
            with(round, &problem, &live);
        }
    }
}

fn weights(best: &[(i128, Pins)]) -> Vec<i128> {
    best.iter().map(|(weight, _)| *weight).collect()
}

fn limits(states: usize) -> Limits<'static> {
    Limits {
        states,
        clock: Clock::start(Duration::from_secs(600)),
    }
}

#[test]
fn branch_and_bound_agrees_with_elimination_and_big_counts_with_small() {
    let (mut satisfiable, mut with_terms) = (0, 0);
    let clock = Clock::start(Duration::from_secs(600));
    each_problem(11, 3_000, |round, problem, live| {
        let order = Order::new(problem, live);
        let mut space = Space::new(problem, live.clone());
        let limits = limits(STATE_LIMIT);
        let solved = exact::solve(&mut space, &order, 4, limits).expect("within the limits");
        let big = exact::solve_counting::<BigUint>(&mut space, &order, 4, limits).expect("within the limits");
        assert_eq!(solved.count, big.count, "round {round}");
        let bounded = search(problem, live, 4, Vec::new(), clock);
        assert!(bounded.complete, "round {round}");
        assert_eq!(weights(&bounded.best), weights(&solved.best), "round {round}");
        assert_eq!(weights(&big.best), weights(&solved.best), "round {round}");
        let roots: Vec<usize> = (0..problem.roots.len()).collect();
        for live in [live, &Live::all(problem)] {
            match decide(problem, live, &roots, clock) {
                Decision::Stack(pins) => assert!(problem.closure(&pins).is_some(), "round {round}: a stack"),
                Decision::Nothing(_) => assert_eq!(solved.count, "0", "round {round}"),
                Decision::Undecided => panic!("round {round}: time enough"),
            }
        }
        satisfiable += usize::from(!solved.best.is_empty());
        with_terms += usize::from(!space.terms.joint.is_empty());
        for (weight, pins) in &solved.best {
            assert!(problem.closure(pins).is_some(), "round {round}: a stack");
            assert_eq!(*weight, weight_of(problem, pins), "round {round}");
        }
        if let Some((weight, _)) = solved.best.first() {
            assert!(
                relaxed_bound(problem, live) >= *weight,
                "round {round}: the bound is admissible"
            );
            let out_of_time = search(problem, live, 1, Vec::new(), Clock::start(Duration::ZERO));
            assert!(
                out_of_time.complete || out_of_time.bound >= *weight,
                "round {round}: an early end keeps the bound"
            );
        }
    });
    println!("{satisfiable} universes with stacks, {with_terms} with terms over several packages");
    assert!(
        satisfiable > 500 && with_terms > 500,
        "{satisfiable}, {with_terms}"
    );
}

#[test]
fn what_is_known_after_too_many_states_is_true() {
    let (mut stopped, mut found, mut proven, mut probed) = (0, 0, 0, 0);
    let mut ratios = 0.0;
    each_problem(12, 1_500, |round, problem, live| {
        let order = Order::new(problem, live);
        let mut space = Space::new(problem, live.clone());
        let solved = exact::solve(&mut space, &order, 3, limits(STATE_LIMIT)).expect("within the limits");
        let rest = exact::Rest {
            clock: Clock::start(Duration::from_secs(600)),
            width: 2,
            seed: u64::from(round),
        };
        let few = 3 * (1 + round as usize % 5);
        let Err(partial) = exact::solve_or_bound(&mut space, &order, 3, limits(few), rest) else {
            return;
        };
        stopped += 1;
        for (weight, pins) in &partial.best {
            assert!(problem.closure(pins).is_some(), "round {round}: a stack");
            assert_eq!(*weight, weight_of(problem, pins), "round {round}");
        }
        let Some((best, _)) = solved.best.first() else {
            assert!(partial.best.is_empty(), "round {round}: there is none");
            return;
        };
        assert!(partial.bound >= *best, "round {round}: the bound is admissible");
        let estimate = partial.estimate.expect("an estimate");
        let count: f64 = solved.count.parse().unwrap();
        assert!(
            (estimate.stacks - count).abs() <= 6.0 * estimate.error + 1e-6 * count,
            "round {round}: {estimate:?} for {count}"
        );
        ratios += estimate.stacks / count;
        probed += 1;
        found += usize::from(!partial.best.is_empty());
        proven += usize::from(weights(&partial.best).first() == Some(best));
    });
    let mean = ratios / f64::from(probed);
    println!(
        "{stopped} stopped, {found} with a stack by beam, {proven} of them the best; estimate/count {mean}"
    );
    assert!(stopped > 200 && found > 100 && proven > 50);
    assert!((mean - 1.0).abs() < 0.02, "the estimate has no bias: {mean}");
}
