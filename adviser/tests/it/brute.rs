//! All stacks of a small universe, by trying every set of pins against a definition written for these tests
//! alone; and the adviser held to it.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use thoth_adviser::{
    Advice, Outcome, Pinned, PinnedRelease, PredictorName, PrereleasePolicy, Request, Universe, advise, check,
};
use thoth_schema::version::{Version, order_key};

use crate::generated::{Toy, ToyTerm, Wish, toy};
use crate::recorded::could_rise;

/// A release of each package, or none; the last place is the package nobody knows.
pub(crate) type Choice = Vec<Option<usize>>;

pub(crate) struct Brute<'a> {
    pub(crate) toy: &'a Toy,
    /// Whether what is not known fits.
    pub(crate) fits: bool,
    /// For each package and release whether it is legal by itself.
    pub(crate) legal: Vec<Vec<bool>>,
    pub(crate) wildcard: Vec<bool>,
}

fn admits(wish: &Wish, version: &str) -> bool {
    wish.requirement()
        .versions
        .contains(&order_key(&version.parse::<Version>().expect("a version")))
}

fn is_pre(version: &str) -> bool {
    version.contains("rc")
}

fn names_pre(wish: &Wish) -> bool {
    wish.specifier.contains("rc")
}

impl<'a> Brute<'a> {
    pub(crate) fn new(toy: &'a Toy, fits: bool) -> Self {
        let mut brute = Self {
            toy,
            fits,
            legal: Vec::new(),
            wildcard: Vec::new(),
        };
        for (at, releases) in toy.packages.iter().enumerate() {
            brute.wildcard.push(releases.is_empty());
            brute.legal.push(
                (0..releases.len())
                    .map(|release| brute.is_legal(at, release))
                    .collect(),
            );
        }
        brute.wildcard.push(true);
        brute
    }

    fn constraints(&self, package: usize) -> impl Iterator<Item = &'a Wish> {
        self.toy
            .constraints
            .iter()
            .filter(move |wish| wish.target == package)
    }

    fn is_legal(&self, package: usize, at: usize) -> bool {
        let release = &self.toy.packages[package][at];
        let version = release.version;
        let roots = || self.toy.roots.iter().filter(move |wish| wish.target == package);
        let given = || roots().chain(self.constraints(package));
        let pinned = given().any(|wish| wish.specifier == format!("=={version}"));
        let pre_admitted = match self.toy.policy {
            PrereleasePolicy::Allow | PrereleasePolicy::Fallback => true,
            PrereleasePolicy::Disallow => false,
            PrereleasePolicy::IfNecessaryOrExplicit => {
                given().any(names_pre) || self.toy.packages[package].iter().all(|one| is_pre(one.version))
            }
        };
        (release.known || self.fits)
            && release.python != Some("<3")
            && (!release.yanked || pinned)
            && (!is_pre(version) || pre_admitted)
            && self.constraints(package).all(|wish| admits(wish, version))
    }

    fn meets(&self, wish: &Wish, release: Option<usize>) -> bool {
        match release {
            None => false,
            Some(_) if self.wildcard[wish.target] => true,
            Some(release) => admits(wish, self.toy.packages[wish.target][release].version),
        }
    }

    /// The terms that hold of the choice, each with what it adds; nothing for one that forbids.
    fn held(&self, choice: &Choice) -> Vec<Option<i32>> {
        self.terms_of(choice).map(|term| term.adds).collect()
    }

    fn said(&self, choice: &Choice) -> BTreeSet<String> {
        self.terms_of(choice).map(ToyTerm::said).collect()
    }

    fn terms_of(&self, choice: &Choice) -> impl Iterator<Item = &'a ToyTerm> {
        let holds = move |(package, specifier): &(usize, &'static str)| {
            let pinned = choice
                .get(*package)
                .copied()
                .flatten()
                .filter(|_| !self.wildcard[*package]);
            let wish = Wish {
                target: *package,
                extras: [false, false],
                specifier,
                marker: ("", [true; 3]),
            };
            pinned.is_some_and(|at| admits(&wish, self.toy.packages[*package][at].version))
        };
        let toy = self.toy;
        toy.terms
            .iter()
            .filter(move |term| term.members.iter().all(holds))
    }

    fn is_stack(&self, choice: &Choice) -> bool {
        if self.held(choice).contains(&None) {
            return false;
        }
        let mut wishes: Vec<&Wish> = self.toy.roots.iter().collect();
        let mut extras = vec![[false, false]; choice.len()];
        // Grows until nothing new is asked for.
        loop {
            for wish in &wishes {
                for (extra, asked) in extras[wish.target].iter_mut().zip(wish.extras) {
                    *extra |= asked;
                }
            }
            let mut next: Vec<&Wish> = self.toy.roots.iter().collect();
            for target in wishes
                .iter()
                .map(|wish| wish.target)
                .collect::<std::collections::BTreeSet<_>>()
            {
                let Some(release) = choice[target].filter(|_| !self.wildcard[target]) else {
                    continue;
                };
                let release = &self.toy.packages[target][release];
                let holds = |wish: &&Wish| {
                    let [base, x, y] = wish.marker.1;
                    base || x && extras[target][0] || y && extras[target][1]
                };
                next.extend(release.wishes.iter().filter(|_| release.known).filter(holds));
            }
            let stable = next.len() == wishes.len();
            wishes = next;
            if stable {
                break;
            }
        }
        let needed = |at: usize| wishes.iter().any(|wish| wish.target == at);
        wishes.iter().all(|wish| self.meets(wish, choice[wish.target]))
            && (0..choice.len()).all(|at| choice[at].is_some() == needed(at))
            && (0..choice.len()).all(|at| self.prerelease_is_due(at, choice[at], &wishes))
    }

    fn prerelease_is_due(&self, at: usize, release: Option<usize>, wishes: &[&Wish]) -> bool {
        let Some(release) = release.filter(|_| !self.wildcard[at]) else {
            return true;
        };
        let all: Vec<&&Wish> = wishes.iter().filter(|wish| wish.target == at).collect();
        if self.toy.policy != PrereleasePolicy::Fallback || !is_pre(self.toy.packages[at][release].version) {
            return true;
        }
        let named = all.iter().any(|wish| names_pre(wish)) || self.constraints(at).any(names_pre);
        let final_would_do = (0..self.toy.packages[at].len()).any(|other| {
            let version = self.toy.packages[at][other].version;
            self.legal[at][other] && !is_pre(version) && all.iter().all(|wish| admits(wish, version))
        });
        named || !final_would_do
    }

    /// Every stack with its score in eighths, best first.
    pub(crate) fn stacks(&self) -> Vec<(i32, Choice)> {
        let mut out = Vec::new();
        let mut choice: Choice = vec![None; self.wildcard.len()];
        self.extend(0, &mut choice, &mut out);
        out.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        out
    }

    fn extend(&self, at: usize, choice: &mut Choice, out: &mut Vec<(i32, Choice)>) {
        if at == choice.len() {
            if self.is_stack(choice) {
                let pinned = choice.iter().enumerate().filter(|(at, _)| !self.wildcard[*at]);
                let releases: i32 = pinned
                    .filter_map(|(at, one)| one.map(|one| self.toy.packages[at][one].score))
                    .sum();
                let terms: i32 = self.held(choice).into_iter().flatten().sum();
                out.push((releases + terms, choice.clone()));
            }
            return;
        }
        choice[at] = None;
        self.extend(at + 1, choice, out);
        let legal: Vec<usize> = match self.wildcard[at] {
            true => (0..usize::from(self.fits)).collect(),
            false => (0..self.legal[at].len())
                .filter(|release| self.legal[at][*release])
                .collect(),
        };
        for release in legal {
            choice[at] = Some(release);
            self.extend(at + 1, choice, out);
        }
        choice[at] = None;
    }

    pub(crate) fn pins(&self, choice: &Choice) -> BTreeMap<String, String> {
        let pinned = choice
            .iter()
            .enumerate()
            .filter_map(|(at, one)| one.map(|one| (at, one)));
        pinned
            .map(|(at, one)| (format!("p{at}"), self.toy.packages[at][one].version.to_owned()))
            .collect()
    }
}

fn found(advice: &Advice, at: usize) -> BTreeMap<String, String> {
    advice.stacks[at]
        .pins
        .iter()
        .map(|pin| (pin.name.clone(), pin.version.clone()))
        .collect()
}

pub(crate) fn eighths(score: f64) -> i32 {
    (score * 8.0).round() as i32
}

fn assert_nothing(toy: &Toy, advice: &Advice) {
    let fits = !Brute::new(toy, true).stacks().is_empty();
    let expected = if fits {
        Outcome::NeedsKnowledge
    } else {
        Outcome::Unsatisfiable
    };
    assert_eq!(advice.outcome, expected, "{advice:?}");
    assert!(!fits || !advice.missing.is_empty(), "what is missing is said");
    let conflict = advice.conflict.as_ref().expect("a conflict");
    assert!(!conflict.sentences.is_empty(), "an argument is given");
    let without = |left_out: Option<usize>| {
        let kept = conflict
            .requirements
            .iter()
            .enumerate()
            .filter(|(at, _)| Some(*at) != left_out);
        let mut texts: Vec<&String> = kept.map(|(_, text)| text).collect();
        let mut part = toy.clone();
        part.roots.retain(|wish| {
            let at = texts.iter().position(|text| **text == wish.text());
            at.map(|at| texts.remove(at)).is_some()
        });
        Brute::new(&part, false).stacks().is_empty()
    };
    assert!(without(None), "{conflict:?} is no conflict");
    for at in 0..conflict.requirements.len() {
        let rest_is_fine = conflict.requirements.len() == 1 || !without(Some(at));
        assert!(rest_is_fine, "{conflict:?} is not minimal");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if cfg!(debug_assertions) { 1000 } else { 4000 }, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn exact_counts_proves_and_orders(toy in toy()) {
        let brute = Brute::new(&toy, false);
        let stacks = brute.stacks();
        let request = Request { count: 5, ..toy.request() };
        let advice = advise(&toy.universe(), &request).expect("an advice");
        prop_assert_eq!(&advice.search.stacks_in_space.0, &stacks.len().to_string());
        prop_assert!(advice.search.space_is_exact);
        if stacks.is_empty() {
            assert_nothing(&toy, &advice);
            return Ok(());
        }
        prop_assert_eq!(advice.outcome, Outcome::Advised);
        prop_assert!(advice.search.optimal);
        let wanted: Vec<i32> = stacks.iter().take(5).map(|(score, _)| *score).collect();
        let scores: Vec<i32> = advice.stacks.iter().map(|stack| eighths(stack.score)).collect();
        prop_assert_eq!(scores, wanted);
        let all: Vec<BTreeMap<String, String>> = stacks.iter().map(|(_, choice)| brute.pins(choice)).collect();
        for at in 0..advice.stacks.len() {
            let pins = found(&advice, at);
            prop_assert!(all.contains(&pins), "{:?}", pins);
            prop_assert!((0..at).all(|before| found(&advice, before) != pins), "the same stack twice");
            let (_, choice) = &stacks[all.iter().position(|known| *known == pins).expect("a stack")];
            let said = advice.stacks[at].reasons.iter().filter(|reason| reason.code == "TOY").count();
            prop_assert_eq!(said, brute.said(choice).len(), "the terms that hold are said");
        }
    }

    #[test]
    fn latest_never_returns_what_a_term_forbids(toy in toy()) {
        let brute = Brute::new(&toy, false);
        let stacks = brute.stacks();
        let universe = toy.universe();
        let request = Request { predictor: PredictorName::Latest, ..toy.request() };
        let advice = advise(&universe, &request).expect("an advice");
        prop_assert_eq!(advice.outcome == Outcome::Advised, !stacks.is_empty());
        if stacks.is_empty() {
            return Ok(());
        }
        let pins = found(&advice, 0);
        let same = stacks.iter().find(|(_, choice)| brute.pins(choice) == pins);
        prop_assert_eq!(same.map(|(score, _)| *score), Some(eighths(advice.stacks[0].score)));
        prop_assert_eq!(&advice.search.stacks_in_space.0, &stacks.len().to_string());
        prop_assert_eq!(advice.search.optimal, eighths(advice.stacks[0].score) == stacks[0].0);
        prop_assert_eq!(eighths(advice.search.bound.expect("a bound")), stacks[0].0);
        prop_assert_eq!(could_rise(&universe, &request, &pins), None);
    }

    #[test]
    fn other_predictors_find_stacks_where_there_are_any(toy in toy()) {
        let brute = Brute::new(&toy, false);
        let stacks = brute.stacks();
        let universe = toy.universe();
        for predictor in [PredictorName::Latest, PredictorName::RandomWalk] {
            let request = Request { predictor, limit: Some(50), seed: 7, ..toy.request() };
            let advice = advise(&universe, &request).expect("an advice");
            prop_assert_eq!(advice.outcome == Outcome::Advised, !stacks.is_empty(), "{}", predictor);
            if stacks.is_empty() {
                continue;
            }
            let pins = found(&advice, 0);
            prop_assert!(stacks.iter().any(|(_, choice)| brute.pins(choice) == pins), "{}: {:?}", predictor, pins);
            prop_assert_eq!(&advice.search.stacks_in_space.0, &stacks.len().to_string());
            prop_assert_eq!(advice.search.optimal, eighths(advice.stacks[0].score) == stacks[0].0);
            prop_assert_eq!(eighths(advice.search.bound.expect("a bound")), stacks[0].0);
            if predictor == PredictorName::Latest {
                prop_assert_eq!(could_rise(&universe, &request, &pins), None);
            }
            let again = advise(&universe, &request).expect("an advice");
            prop_assert_eq!(again.stacks, advice.stacks, "the same seed, the same stacks");
        }
    }

    #[test]
    fn the_checker_admits_exactly_the_stacks(toy in toy(), picks in prop::collection::vec(prop::collection::vec(0..5_usize, 5), 40)) {
        let brute = Brute::new(&toy, false);
        let (universe, request) = (toy.universe(), toy.request());
        let pinned = |choice: &Choice| -> Pinned {
            let release = |version: String| PinnedRelease { version: version.parse().expect("a version"), index: None };
            brute.pins(choice).into_iter().map(|(name, version)| (name.parse().expect("a name"), release(version))).collect()
        };
        let stacks = brute.stacks();
        for (_, choice) in stacks.iter().take(50) {
            prop_assert_eq!(check(&universe, &request, &pinned(choice)), Vec::<String>::new());
        }
        for pick in picks {
            let mut choice: Choice = toy.packages.iter().zip(pick).map(|(all, at)| (at < all.len()).then_some(at)).collect();
            choice.push(None);
            let is_stack = stacks.iter().any(|(_, known)| *known == choice);
            prop_assert_eq!(check(&universe, &request, &pinned(&choice)).is_empty(), is_stack);
        }
    }
}

#[test]
fn a_universe_is_only_read() {
    let universe = Universe::default();
    let advice = advise(&universe, &crate::loader::request(Vec::new())).expect("an advice");
    assert_eq!(
        (advice.outcome, advice.stacks.len()),
        (Outcome::Advised, 1),
        "nothing asked, nothing pinned"
    );
    assert_eq!(advice.search.stacks_in_space.0, "1");
}
