//! Small random universes: cycles, extras, requirements on oneself, pre-releases, yanked and unknown
//! releases, constraints, terms over several packages.

use std::sync::Arc;

use proptest::prelude::*;
use thoth_adviser::{
    Candidate, Effect, Member, PackageKnowledge, PrereleasePolicy, Reason, Request, Scoring, Term, Universe,
};
use thoth_schema::requirement::Requirement;
use thoth_schema::version::{is_prerelease, order_key, parse_specifiers};
use thoth_schema::versions::specifier_set;

use crate::loader::request;

pub(crate) const VERSIONS: [&str; 4] = ["1.0", "2.0", "2.1rc1", "3.0"];
const SPECIFIERS: [&str; 10] = [
    "", "", "", ">=2.0", "<2.0", "==1.0", "!=2.0", ">=2.1rc1", "==2.0", "<3.0",
];
/// Markers, and whether they hold with no extra, with x, with y.
const MARKERS: [(&str, [bool; 3]); 8] = [
    ("", [true, true, true]),
    ("", [true, true, true]),
    ("", [true, true, true]),
    ("extra == 'x'", [false, true, false]),
    ("extra == 'y'", [false, false, true]),
    ("python_version < '3'", [false, false, false]),
    ("python_version >= '3' and extra == 'x'", [false, true, false]),
    ("extra != 'x'", [true, false, true]),
];

#[derive(Debug, Clone)]
pub(crate) struct Wish {
    pub(crate) target: usize,
    /// Whether x, and whether y, is asked for.
    pub(crate) extras: [bool; 2],
    pub(crate) specifier: &'static str,
    pub(crate) marker: (&'static str, [bool; 3]),
}

#[derive(Debug, Clone)]
pub(crate) struct ToyRelease {
    pub(crate) version: &'static str,
    pub(crate) yanked: bool,
    pub(crate) python: Option<&'static str>,
    pub(crate) known: bool,
    pub(crate) wishes: Vec<Wish>,
    /// In eighths.
    pub(crate) score: i32,
}

#[derive(Debug, Clone)]
pub(crate) struct Toy {
    pub(crate) packages: Vec<Vec<ToyRelease>>,
    pub(crate) roots: Vec<Wish>,
    pub(crate) constraints: Vec<Wish>,
    pub(crate) policy: PrereleasePolicy,
    pub(crate) terms: Vec<ToyTerm>,
}

/// What is said of several packages together.
#[derive(Debug, Clone)]
pub(crate) struct ToyTerm {
    /// Packages, each at most once, with the versions meant.
    pub(crate) members: Vec<(usize, &'static str)>,
    /// What it adds, in eighths; `None` forbids.
    pub(crate) adds: Option<i32>,
}

impl ToyTerm {
    /// What terms of the same members say alike, a stack says once.
    pub(crate) fn said(&self) -> String {
        format!("{:?}", self.members)
    }

    fn term(&self) -> Term {
        let member = |(package, specifier): &(usize, &str)| Member {
            package: format!("p{package}").parse().expect("a name"),
            versions: specifier_set(&parse_specifiers(specifier).expect("specifiers")),
            index: None,
        };
        Term {
            members: self.members.iter().map(member).collect(),
            effect: self
                .adds
                .map_or(Effect::Forbids, |eighths| Effect::Adds(f64::from(eighths) / 8.0)),
            reason: Reason::new("TOY", self.said()),
        }
    }
}

impl Wish {
    pub(crate) fn text(&self) -> String {
        let asked: Vec<&str> = ["x", "y"]
            .into_iter()
            .zip(self.extras)
            .filter(|(_, on)| *on)
            .map(|(name, _)| name)
            .collect();
        let extras = if asked.is_empty() {
            String::new()
        } else {
            format!("[{}]", asked.join(","))
        };
        let marker = if self.marker.0.is_empty() {
            String::new()
        } else {
            format!("; {}", self.marker.0)
        };
        format!("p{}{extras}{}{marker}", self.target, self.specifier)
    }

    pub(crate) fn requirement(&self) -> Requirement {
        Requirement::parse(&self.text()).expect("a requirement")
    }
}

impl Toy {
    pub(crate) fn universe(&self) -> Universe {
        let mut universe = Universe::default();
        for (at, releases) in self
            .packages
            .iter()
            .enumerate()
            .filter(|(_, releases)| !releases.is_empty())
        {
            let candidate = |release: &ToyRelease| {
                let version: thoth_schema::version::Version = release.version.parse().expect("a version");
                let wishes = release.wishes.iter().map(|wish| Arc::new(wish.requirement()));
                Candidate {
                    order: order_key(&version),
                    version,
                    index: "default".to_owned(),
                    yanked: release.yanked,
                    requires_python: release.python.map(str::to_owned),
                    requirements: release.known.then(|| wishes.collect()),
                    score: Some(f64::from(release.score) / 8.0),
                    published_at: None,
                }
            };
            let candidates: Vec<Candidate> = releases.iter().map(candidate).collect();
            let all_prereleases = candidates.iter().all(|one| is_prerelease(&one.version));
            let name = format!("p{at}").parse().expect("a name");
            universe.packages.insert(
                name,
                PackageKnowledge {
                    known: true,
                    all_prereleases,
                    candidates,
                },
            );
        }
        universe.terms = self.terms.iter().map(ToyTerm::term).collect();
        universe
    }

    pub(crate) fn request(&self) -> Request {
        Request {
            constraints: self.constraints.iter().map(Wish::requirement).collect(),
            prerelease: self.policy,
            scoring: Scoring::Given,
            ..request(self.roots.iter().map(Wish::requirement).collect())
        }
    }
}

fn wish(packages: usize, plain: bool) -> impl Strategy<Value = Wish> {
    // Now and then a package nobody knows.
    let target = prop_oneof![30 => 0..packages, 1 => Just(packages)];
    let markers = if plain { 0..3_usize } else { 0..MARKERS.len() };
    let extras = prop_oneof![3 => Just([false, false]), 2 => any::<[bool; 2]>()];
    (target, extras, 0..SPECIFIERS.len(), markers).prop_map(|(target, extras, specifier, marker)| Wish {
        target,
        extras,
        specifier: SPECIFIERS[specifier],
        marker: MARKERS[marker],
    })
}

fn release(packages: usize, version: &'static str) -> impl Strategy<Value = ToyRelease> {
    let yanked = prop::bool::weighted(0.08);
    let python = prop_oneof![10 => Just(None), 2 => Just(Some(">=3.8")), 1 => Just(Some("<3"))];
    let known = prop::bool::weighted(0.95);
    let wishes = prop::collection::vec(wish(packages, false), 0..4);
    (yanked, python, known, wishes, -8..9_i32).prop_map(move |(yanked, python, known, wishes, score)| {
        ToyRelease {
            version,
            yanked,
            python,
            known,
            wishes,
            score,
        }
    })
}

fn term(packages: usize) -> impl Strategy<Value = ToyTerm> {
    // Now and then of every stack, or of a package nobody knows.
    let all: Vec<usize> = (0..=packages).collect();
    let size = prop_oneof![1 => 0..1_usize, 4 => 1..2_usize, 12 => 2..5_usize];
    let members = size.prop_flat_map(move |size| prop::sample::subsequence(all.clone(), size.min(packages)));
    let specifiers = prop::collection::vec(0..SPECIFIERS.len(), 5);
    let adds = prop_oneof![3 => (-12..13_i32).prop_map(Some), 2 => Just(None)];
    (members, specifiers, adds).prop_map(|(members, specifiers, adds)| {
        // What forbids all stacks leaves nothing to look at.
        let adds = if members.is_empty() {
            adds.or(Some(3))
        } else {
            adds
        };
        let members = members
            .into_iter()
            .zip(specifiers)
            .map(|(at, specifier)| (at, SPECIFIERS[specifier]));
        ToyTerm {
            members: members.collect(),
            adds,
        }
    })
}

pub(crate) fn toy() -> impl Strategy<Value = Toy> {
    (1..6_usize).prop_flat_map(|size| {
        let package = prop::sample::subsequence(VERSIONS.to_vec(), 0..=4).prop_flat_map(move |versions| {
            versions
                .into_iter()
                .map(|version| release(size, version))
                .collect::<Vec<_>>()
        });
        let packages = prop::collection::vec(package, size);
        let roots = prop::collection::vec(wish(size, true), 1..4);
        let constraints =
            prop_oneof![2 => Just(Vec::new()), 1 => prop::collection::vec(wish(size, true), 1..3)];
        let policy = prop::sample::select(PrereleasePolicy::ALL.to_vec());
        let terms = prop_oneof![1 => Just(Vec::new()), 4 => prop::collection::vec(term(size), 1..6)];
        (packages, roots, constraints, policy, terms).prop_map(
            |(packages, roots, mut constraints, policy, terms)| {
                for constraint in &mut constraints {
                    constraint.extras = [false, false];
                }
                Toy {
                    packages,
                    roots,
                    constraints,
                    policy,
                    terms,
                }
            },
        )
    })
}
