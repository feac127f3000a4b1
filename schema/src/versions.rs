//! Sets of versions as intervals over order keys, and what PEP 440 specifiers admit as such sets.
//!
//! The semantics are those of PEP 440's comparison alone: pre-releases are admitted wherever they compare so; whether
//! they are wanted is a matter of policy decided elsewhere. Where `pep440_rs` and `packaging` disagree the sets follow
//! `packaging`:
//! - `==1.1.*` does not contain `1` (a missing segment is a zero), `!=1.1.*` does;
//! - `>1.0a1` contains `1.0.post1` (only the post-releases of `1.0a1` itself are left out);
//! - `<1.0rc2` contains `1.0rc1`.
//!
//! `===1.0` compares text, which an order key does not hold: the set contains exactly the versions equal to `1.0`.

use serde::{Deserialize, Serialize};

use crate::version::{
    END, KeyParts, MAX_ORDER, Operator, Version, VersionSpecifier, VersionSpecifiers, order_key, pre_letter,
    public_key,
};

/// A half-open interval `[from, until)` over order keys.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Interval {
    /// The lowest key admitted; `""` is from the start.
    pub from: String,
    /// The lowest key no longer admitted; [`MAX_ORDER`] is no end.
    pub until: String,
}

impl Interval {
    fn new(from: impl Into<String>, until: impl Into<String>) -> Interval {
        Interval {
            from: from.into(),
            until: until.into(),
        }
    }
}

/// A set of versions: sorted, disjoint intervals that do not touch, none of them empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct VersionSet(Vec<Interval>);

impl VersionSet {
    /// Every version.
    pub fn all() -> VersionSet {
        VersionSet(vec![Interval::new("", MAX_ORDER)])
    }

    /// No version.
    pub fn none() -> VersionSet {
        VersionSet(Vec::new())
    }

    /// The set covered by intervals in any order; empty ones are left out, touching ones joined.
    pub fn from_intervals(intervals: impl IntoIterator<Item = Interval>) -> VersionSet {
        let mut sorted: Vec<Interval> = intervals
            .into_iter()
            .filter(|interval| interval.from < interval.until)
            .collect();
        sorted.sort();
        let mut joined: Vec<Interval> = Vec::with_capacity(sorted.len());
        for interval in sorted {
            match joined.last_mut() {
                Some(last) if interval.from <= last.until => {
                    if interval.until > last.until {
                        last.until = interval.until;
                    }
                }
                _ => joined.push(interval),
            }
        }
        VersionSet(joined)
    }

    /// The intervals, lowest first.
    pub fn intervals(&self) -> &[Interval] {
        &self.0
    }

    /// Whether the version with this order key is in the set.
    pub fn contains(&self, order: &str) -> bool {
        let after = self.0.partition_point(|interval| interval.from.as_str() <= order);
        after > 0 && order < self.0[after - 1].until.as_str()
    }

    /// Whether no version is in the set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every version is in the set.
    pub fn is_all(&self) -> bool {
        matches!(self.0.as_slice(), [only] if only.from.is_empty() && only.until == MAX_ORDER)
    }

    /// What is in either set.
    #[must_use]
    pub fn union(&self, other: &VersionSet) -> VersionSet {
        VersionSet::from_intervals(self.0.iter().chain(&other.0).cloned())
    }

    /// What is in both sets.
    #[must_use]
    pub fn intersection(&self, other: &VersionSet) -> VersionSet {
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut common = Vec::new();
        while let (Some(one), Some(two)) = (left.peek(), right.peek()) {
            let from = (&one.from).max(&two.from);
            let until = (&one.until).min(&two.until);
            if from < until {
                common.push(Interval::new(from.as_str(), until.as_str()));
            }
            if one.until < two.until {
                left.next();
            } else {
                right.next();
            }
        }
        VersionSet(common)
    }

    /// What is in this set and not in the other one.
    #[must_use]
    pub fn difference(&self, other: &VersionSet) -> VersionSet {
        self.intersection(&other.complement())
    }

    /// What is not in the set.
    #[must_use]
    pub fn complement(&self) -> VersionSet {
        let mut gaps = Vec::with_capacity(self.0.len() + 1);
        let mut from = String::new();
        for interval in &self.0 {
            if from < interval.from {
                gaps.push(Interval::new(from, interval.from.as_str()));
            }
            from = interval.until.clone();
        }
        if from.as_str() < MAX_ORDER {
            gaps.push(Interval::new(from, MAX_ORDER));
        }
        VersionSet(gaps)
    }
}

/// The versions that satisfy all of the specifiers.
pub fn specifier_set(specifiers: &VersionSpecifiers) -> VersionSet {
    let mut sets = specifiers.iter().map(one_specifier);
    let Some(first) = sets.next() else {
        return VersionSet::all();
    };
    sets.fold(first, |set, next| set.intersection(&next))
}

/// The versions that satisfy one specifier.
pub fn one_specifier(specifier: &VersionSpecifier) -> VersionSet {
    let version = specifier.version();
    match specifier.operator() {
        Operator::Equal => equal(version),
        Operator::ExactEqual => point(&order_key(version)),
        Operator::NotEqual => equal(version).complement(),
        Operator::EqualStar => prefix(version),
        Operator::NotEqualStar => prefix(version).complement(),
        Operator::GreaterThanEqual => span(order_key(version), MAX_ORDER),
        Operator::LessThanEqual => span("", after_locals(version)),
        Operator::GreaterThan => span(above(version), MAX_ORDER),
        Operator::LessThan => span("", below(version)),
        Operator::TildeEqual => compatible(version),
    }
}

fn span(from: impl Into<String>, until: impl Into<String>) -> VersionSet {
    VersionSet::from_intervals([Interval::new(from, until)])
}

/// Exactly one key: no key has another one as a prefix, so nothing lies between a key and the key with one more `!`.
pub(crate) fn point(order: &str) -> VersionSet {
    span(order, after(order))
}

/// The lowest string above this key and at or below every greater key.
pub(crate) fn after(order: &str) -> String {
    format!("{order}{END}")
}

/// Above the version and all its local variants, below everything else that is greater.
fn after_locals(version: &Version) -> String {
    format!("{}{MAX_ORDER}", public_key(version))
}

fn equal(version: &Version) -> VersionSet {
    let key = order_key(version);
    // A specifier without a local part ignores the local part of the candidate.
    if version.local().is_empty() {
        span(key, after_locals(version))
    } else {
        point(&key)
    }
}

fn parts(version: &Version) -> KeyParts {
    KeyParts {
        epoch: version.epoch(),
        release: version
            .release()
            .iter()
            .map(|segment| u128::from(*segment))
            .collect(),
        pre: version
            .pre()
            .map(|pre| (pre_letter(pre.kind), u128::from(pre.number))),
        post: version.post().map(u128::from),
        dev: version.dev().map(u128::from),
    }
}

/// The lowest version with this epoch and release: its development release 0.
fn first_of(epoch: u64, release: Vec<u128>) -> String {
    KeyParts {
        epoch,
        release,
        pre: None,
        post: None,
        dev: Some(0),
    }
    .key()
        + "!"
}

fn prefix(version: &Version) -> VersionSet {
    let parts = parts(version);
    let mut next = parts.release.clone();
    if let Some(last) = next.last_mut() {
        *last += 1;
    }
    span(first_of(parts.epoch, parts.release), first_of(parts.epoch, next))
}

fn compatible(version: &Version) -> VersionSet {
    let parts = parts(version);
    let mut next = parts.release;
    next.pop();
    if let Some(last) = next.last_mut() {
        *last += 1;
    }
    span(order_key(version), first_of(parts.epoch, next))
}

/// The lower bound of `>V`: neither V, nor its local variants, nor (unless V is one itself) its post-releases.
fn above(version: &Version) -> String {
    let mut parts = parts(version);
    if let Some(dev) = parts.dev {
        parts.dev = Some(dev + 1);
        return parts.key() + "!";
    }
    if let Some(post) = parts.post {
        parts.post = Some(post + 1);
        parts.dev = Some(0);
        return parts.key() + "!";
    }
    parts.family() + MAX_ORDER
}

/// The upper bound of `<V`: no pre-release of V unless V is one itself.
fn below(version: &Version) -> String {
    let mut parts = parts(version);
    if !version.any_prerelease() {
        parts.dev = Some(0);
    }
    parts.key() + "!"
}
