#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

use std::sync::Arc;
use std::time::Duration;

use num_bigint::BigUint;
use thoth_schema::environment::{Environment, Platform};
use thoth_schema::requirement::Requirement;
use thoth_schema::version::order_key;

use super::*;
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
    }
}

#[test]
fn branch_and_bound_agrees_with_elimination_and_big_counts_with_small() {
    let mut dice = Dice(11);
    let request = request();
    let clock = Clock::start(Duration::from_secs(600));
    let mut satisfiable = 0;
    for round in 0..600 {
        let universe = universe(&mut dice);
        let (problem, _) =
            Problem::build(&universe, &mut Rules::new(&request).unwrap(), Unknown::Excluded).unwrap();
        let Some(live) = Live::pruned(&problem) else {
            continue;
        };
        let order = Order::new(&problem, &live);
        let mut space = Space::new(&problem, live.clone());
        let limits = Limits {
            states: STATE_LIMIT,
            clock,
        };
        let solved = exact::solve(&mut space, &order, 4, limits).expect("within the limits");
        let big = exact::solve_counting::<BigUint>(&mut space, &order, 4, limits).expect("within the limits");
        assert_eq!(solved.count, big.count, "round {round}");
        let bounded = search(&problem, &live, 4, Vec::new(), clock);
        assert!(bounded.complete, "round {round}");
        let weights = |best: &[(i128, Pins)]| best.iter().map(|(weight, _)| *weight).collect::<Vec<_>>();
        assert_eq!(weights(&bounded.best), weights(&solved.best), "round {round}");
        assert_eq!(weights(&big.best), weights(&solved.best), "round {round}");
        satisfiable += usize::from(!solved.best.is_empty());
        if let Some((weight, _)) = solved.best.first() {
            assert!(
                relaxed_bound(&problem, &live) >= *weight,
                "round {round}: the bound is admissible"
            );
            let out_of_time = search(&problem, &live, 1, Vec::new(), Clock::start(Duration::ZERO));
            assert!(
                out_of_time.complete || out_of_time.bound >= *weight,
                "round {round}: an early end keeps the bound"
            );
        }
    }
    assert!(
        satisfiable > 100,
        "the universes are not all without stacks: {satisfiable}"
    );
}
