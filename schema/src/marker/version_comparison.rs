//! Comparisons of version variables, turned into ranges of `python_full_version` or `implementation_version`.
//!
//! The variable's value is taken to be a final release (`python_version`: of exactly two segments). Comparing it with a
//! literal then only depends on where the literal lies relative to its own release.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use pep508_rs::{MarkerExpression, MarkerTree, MarkerValueVersion};

use crate::error::Fault;
use crate::marker_parser::Comparison;
use crate::version::{Operator, Version, VersionSpecifier};

/// `key <operator> "value"` for every operator but `in` and `not in`.
pub(crate) fn compare_version(key: &MarkerValueVersion, operator: Comparison, value: &str) -> MarkerTree {
    if operator == Comparison::Identical {
        return listed_exactly(key, value);
    }
    let Some((version, star)) = literal(operator, value) else {
        // Not a specifier: text is compared, and no version equals this text.
        return if operator == Comparison::NotEqual {
            MarkerTree::TRUE
        } else {
            MarkerTree::FALSE
        };
    };
    if operator == Comparison::NotEqual {
        return compare(key, Comparison::Equal, &version, star).negate();
    }
    compare(key, operator, &version, star)
}

/// `"value" <operator> key`: the value is a version to be found in the specifier made of operator and variable.
pub(crate) fn reversed_version(
    key: &MarkerValueVersion,
    operator: Comparison,
    value: &str,
) -> Result<MarkerTree, Fault> {
    match operator {
        Comparison::In | Comparison::NotIn => Ok(containing(key, value, operator == Comparison::NotIn)),
        Comparison::Identical => Ok(listed_exactly(key, value)),
        _ => Ok(value
            .trim()
            .parse::<Version>()
            .map_or(MarkerTree::FALSE, |version| {
                // The specifier has no local part, so that of the value does not count.
                reversed(key, operator, &version.without_local())
            })),
    }
}

fn reversed(key: &MarkerValueVersion, operator: Comparison, version: &Version) -> MarkerTree {
    let bounds = Bounds::new(key, version);
    match operator {
        Comparison::NotEqual => compare(key, Comparison::Equal, version, false).negate(),
        _ if version.epoch() != 0 && operator != Comparison::Compatible => {
            compare(key, operator.reversed(), version, false)
        }
        // `<X` admits no pre-release of X, `>X` no post-release: only a greater release, or a smaller one, does.
        Comparison::Less => bounds.above(),
        Comparison::Greater if bounds.beyond => bounds.above().negate(),
        Comparison::Greater => bounds.at_or_above().negate(),
        Comparison::Compatible if version.epoch() != 0 => MarkerTree::FALSE,
        Comparison::Compatible => compatible_from_below(key, version),
        _ => compare(key, operator.reversed(), version, false),
    }
}

/// The literal as a version, and whether it ends in `.*`; `None` where operator and literal make no specifier.
fn literal(operator: Comparison, value: &str) -> Option<(Version, bool)> {
    let value = value.trim();
    let (base, star) = match value.strip_suffix(".*") {
        Some(base) => (base, true),
        None => (value, false),
    };
    let version: Version = base.parse().ok()?;
    let is_equality = matches!(operator, Comparison::Equal | Comparison::NotEqual);
    let has_suffix = version.any_prerelease() || version.is_post();
    let allowed = match (star, version.is_local()) {
        (true, local) => is_equality && !local && !has_suffix,
        (false, true) => is_equality,
        (false, false) => operator != Comparison::Compatible || version.release().len() > 1,
    };
    allowed.then_some((version, star))
}

fn compare(key: &MarkerValueVersion, operator: Comparison, version: &Version, star: bool) -> MarkerTree {
    if version.epoch() != 0 {
        // No interpreter has an epoch, so all of them lie below the literal.
        let below = matches!(operator, Comparison::Less | Comparison::LessEqual);
        return if below {
            MarkerTree::TRUE
        } else {
            MarkerTree::FALSE
        };
    }
    let bounds = Bounds::new(key, version);
    match operator {
        Comparison::Equal if star => bounds.prefix(version.release()),
        Comparison::Equal if version.is_local() => MarkerTree::FALSE,
        Comparison::Equal if bounds.literal == Ordering::Equal => bounds.same(),
        Comparison::GreaterEqual if bounds.literal != Ordering::Greater => bounds.at_or_above(),
        Comparison::GreaterEqual => bounds.above(),
        Comparison::Greater if bounds.literal == Ordering::Less => bounds.at_or_above(),
        Comparison::Greater => bounds.above(),
        Comparison::Less if bounds.literal != Ordering::Greater => bounds.at_or_above().negate(),
        Comparison::Less => bounds.above().negate(),
        Comparison::LessEqual if bounds.literal == Ordering::Less => bounds.at_or_above().negate(),
        Comparison::LessEqual => bounds.above().negate(),
        Comparison::Compatible => {
            let mut tree = compare(key, Comparison::GreaterEqual, version, false);
            let release = version.release();
            tree.and(bounds.prefix(&release[..release.len().saturating_sub(1)]));
            tree
        }
        _ => MarkerTree::FALSE,
    }
}

/// The ranges around one release of a version variable.
struct Bounds {
    key: MarkerValueVersion,
    /// The release the variable can take: two segments for `python_version`.
    release: Vec<u64>,
    /// Where the literal lies relative to that release.
    literal: Ordering,
    /// Whether the literal has segments, not zero, that `python_version` lacks.
    beyond: bool,
    truncated: bool,
}

impl Bounds {
    fn new(key: &MarkerValueVersion, version: &Version) -> Bounds {
        let suffix = if is_dev_or_pre(version) {
            Ordering::Less
        } else if version.is_post() {
            Ordering::Greater
        } else {
            Ordering::Equal
        };
        if *key != MarkerValueVersion::PythonVersion {
            let release = version.release().to_vec();
            return Bounds {
                key: key.clone(),
                release,
                literal: suffix,
                beyond: false,
                truncated: false,
            };
        }
        let segments = version.release();
        let release = vec![
            segments.first().copied().unwrap_or(0),
            segments.get(1).copied().unwrap_or(0),
        ];
        let beyond = segments.iter().skip(2).any(|segment| *segment != 0);
        let literal = if beyond { Ordering::Greater } else { suffix };
        Bounds {
            key: MarkerValueVersion::PythonFullVersion,
            release,
            literal,
            beyond,
            truncated: true,
        }
    }

    fn expression(&self, operator: Operator, release: &[u64]) -> MarkerTree {
        match VersionSpecifier::from_version(operator, Version::new(release)) {
            Ok(specifier) => MarkerTree::expression(MarkerExpression::Version {
                key: self.key.clone(),
                specifier,
            }),
            Err(_) => MarkerTree::FALSE,
        }
    }

    /// The variable is at this release or above.
    fn at_or_above(&self) -> MarkerTree {
        self.expression(Operator::GreaterThanEqual, &self.release)
    }

    /// The variable is above this release.
    fn above(&self) -> MarkerTree {
        if !self.truncated {
            return self.expression(Operator::GreaterThan, &self.release);
        }
        let next = [self.release[0], self.release[1].saturating_add(1)];
        self.expression(Operator::GreaterThanEqual, &next)
    }

    /// The variable is this release.
    fn same(&self) -> MarkerTree {
        let mut tree = self.at_or_above();
        tree.and(self.above().negate());
        tree
    }

    /// The variable starts with these segments.
    fn prefix(&self, segments: &[u64]) -> MarkerTree {
        if self.truncated && segments.len() > 2 {
            return if segments[2..].iter().all(|segment| *segment == 0) {
                self.same()
            } else {
                MarkerTree::FALSE
            };
        }
        let Some((last, head)) = segments.split_last() else {
            return MarkerTree::TRUE;
        };
        let mut next = head.to_vec();
        next.push(last.saturating_add(1));
        let mut tree = self.expression(Operator::GreaterThanEqual, segments);
        tree.and(self.expression(Operator::LessThan, &next));
        tree
    }
}

fn is_dev_or_pre(version: &Version) -> bool {
    // A development release of a post-release (`1.0.post1.dev0`) still lies above 1.0.
    version.is_pre() || (version.is_dev() && !version.is_post())
}

/// `key in "text"`: the variable's value is a part of the text, one of [`parts_that_are_values`].
pub(crate) fn listed_versions(
    key: &MarkerValueVersion,
    parts: &BTreeSet<Vec<u64>>,
    negated: bool,
) -> MarkerTree {
    let tree = one_of(key, parts);
    if negated { tree.negate() } else { tree }
}

/// `key === "text"`: the variable's value is the text.
fn listed_exactly(key: &MarkerValueVersion, text: &str) -> MarkerTree {
    let text = text.trim();
    match value(key, text) {
        Some(release) => one_of(key, &BTreeSet::from([release])),
        None => MarkerTree::FALSE,
    }
}

fn one_of(key: &MarkerValueVersion, values: &BTreeSet<Vec<u64>>) -> MarkerTree {
    let same = |release| Bounds::new(key, &Version::new(release)).same();
    any_of(values.iter().map(same).collect())
}

fn any_of(mut trees: Vec<MarkerTree>) -> MarkerTree {
    // In pairs of pairs: joined one by one, work would grow with the square of the values.
    while trees.len() > 1 {
        let pairs = trees.chunks(2).map(|pair| {
            let mut joined = pair[0].clone();
            pair[1..].iter().for_each(|other| joined.or(other.clone()));
            joined
        });
        trees = pairs.collect();
    }
    trees.pop().unwrap_or(MarkerTree::FALSE)
}

/// Every part of the text that the variable can have as its value; once there are more than `most`, no further ones.
pub(crate) fn parts_that_are_values(key: &MarkerValueVersion, text: &str, most: usize) -> BTreeSet<Vec<u64>> {
    let mut found = BTreeSet::new();
    for run in text.split(|character: char| !character.is_ascii_digit() && character != '.') {
        // Longer runs are no list of versions, and the number of parts grows with the square of the length.
        let run = run.get(..64).unwrap_or(run);
        for start in 0..run.len() {
            if found.len() > most {
                return found;
            }
            for end in start + 1..=run.len() {
                found.extend(value(key, &run[start..end]));
            }
        }
    }
    found
}

/// The text as the release the variable can have: two segments for `python_version`, else three.
fn value(key: &MarkerValueVersion, text: &str) -> Option<Vec<u64>> {
    let wanted = if *key == MarkerValueVersion::PythonVersion {
        2
    } else {
        3
    };
    let segments: Option<Vec<u64>> = text.split('.').map(canonical_number).collect();
    segments.filter(|segments| segments.len() == wanted)
}

/// No interpreter has a segment of more than two digits, and what it cannot have as its value need not be compared with:
/// a long row of digits and dots has many parts.
fn canonical_number(text: &str) -> Option<u64> {
    if text.len() > 2
        || text.len() > 1 && text.starts_with('0')
        || !text.bytes().all(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    text.parse().ok()
}

/// The interpreters whose number a marker may be asked about as text.
const MAJORS: std::ops::RangeInclusive<u64> = 2..=4;
const MINORS: std::ops::RangeInclusive<u64> = 0..=40;
const PATCHES: std::ops::RangeInclusive<u64> = 0..=40;

/// `"text" in key`: the text is a part of the variable's value. Decided for the interpreters of the tables above.
fn containing(key: &MarkerValueVersion, text: &str, negated: bool) -> MarkerTree {
    let mut trees = Vec::new();
    for two in MAJORS.flat_map(|major| MINORS.map(move |minor| [major, minor])) {
        if *key == MarkerValueVersion::PythonVersion {
            if shown(&two).contains(text) {
                trees.push(Bounds::new(key, &Version::new(two)).same());
            }
            continue;
        }
        // Neighbours in one range: a comparison for each of some thousand interpreters would take its time.
        let mut first = None;
        for patch in PATCHES.chain([PATCHES.end() + 1]) {
            let release = [two[0], two[1], patch];
            let holds = PATCHES.contains(&patch) && shown(&release).contains(text);
            first = match first {
                None => holds.then_some(release),
                Some(first) if !holds => {
                    let mut tree = Bounds::new(key, &Version::new(first)).at_or_above();
                    let last = [two[0], two[1], patch - 1];
                    tree.and(Bounds::new(key, &Version::new(last)).above().negate());
                    trees.push(tree);
                    None
                }
                first => first,
            };
        }
    }
    let tree = any_of(trees);
    if negated { tree.negate() } else { tree }
}

fn shown(release: &[u64]) -> String {
    release.iter().map(u64::to_string).collect::<Vec<_>>().join(".")
}

/// `"value" ~= key`: the value is at or above the variable and agrees with it but for the variable's last segment.
fn compatible_from_below(key: &MarkerValueVersion, version: &Version) -> MarkerTree {
    let kept = if *key == MarkerValueVersion::PythonVersion {
        1
    } else {
        2
    };
    let mut segments: Vec<u64> = version.release().iter().copied().take(kept).collect();
    segments.resize(kept, 0);
    let mut tree = compare_version(
        key,
        Comparison::LessEqual,
        &version.clone().without_local().to_string(),
    );
    tree.and(Bounds::new(key, &Version::new([0, 0])).prefix(&segments));
    tree
}
