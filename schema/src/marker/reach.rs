//! The environments a marker can hold in, as far as plain strings and intervals can say it.

use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;

use pep508_rs::{MarkerTree, MarkerTreeKind, MarkerValueExtra, MarkerValueString, MarkerValueVersion};
use serde::{Deserialize, Serialize};

use crate::version::{MAX_ORDER, Version, order_key};
use crate::versions::{Interval, VersionSet, after};

/// Most regions looked at one by one; a marker with more is described by their hull.
const MAX_REGIONS: usize = 64;

/// An over-approximation of the environments in which a marker can hold with any one extra or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkerReach {
    /// Admitted values of `python_full_version`, over order keys.
    pub python: VersionSet,
    /// Admitted values of `sys_platform`, sorted; empty admits any.
    pub platforms: Vec<String>,
    /// Admitted values of `platform_machine`, sorted; empty admits any.
    pub machines: Vec<String>,
    /// Whether the marker says more than the three fields hold, extras apart.
    pub residual: bool,
}

/// One region: a python set times the values admitted of two variables (`None`: any).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Region {
    python: VersionSet,
    platforms: Option<BTreeSet<String>>,
    machines: Option<BTreeSet<String>>,
}

impl Region {
    fn everything() -> Region {
        Region {
            python: VersionSet::all(),
            platforms: None,
            machines: None,
        }
    }
}

/// What the walk below one node found.
#[derive(Debug, Clone, Default)]
struct Found {
    regions: Vec<Region>,
    residual: bool,
}

/// The reach of a marker: whenever it holds in an environment, with no extra or any single one, the reach admits that
/// environment; where the reach has no residual and the marker mentions no extra, the converse is true as well.
pub fn reach(marker: &MarkerTree) -> MarkerReach {
    let found = walk(marker, &mut HashMap::new());
    let mut python = VersionSet::none();
    let (mut platforms, mut machines) = (Some(BTreeSet::new()), Some(BTreeSet::new()));
    for region in &found.regions {
        python = python.union(&region.python);
        platforms = joined(platforms, region.platforms.as_ref());
        machines = joined(machines, region.machines.as_ref());
    }
    let hull = Region {
        python,
        platforms,
        machines,
    };
    let residual = found.residual || !is_product(&hull, &found.regions);
    MarkerReach {
        python: hull.python,
        platforms: hull.platforms.into_iter().flatten().collect(),
        machines: hull.machines.into_iter().flatten().collect(),
        residual,
    }
}

fn joined(all: Option<BTreeSet<String>>, more: Option<&BTreeSet<String>>) -> Option<BTreeSet<String>> {
    let mut all = all?;
    all.extend(more?.iter().cloned());
    Some(all)
}

/// Whether the regions fill their hull: for every pair of values, the same python versions.
fn is_product(hull: &Region, regions: &[Region]) -> bool {
    let cells = |pick: fn(&Region) -> Option<&BTreeSet<String>>| -> Vec<Option<String>> {
        let named: BTreeSet<&String> = regions.iter().filter_map(pick).flatten().collect();
        let any = pick(hull).is_none().then_some(None);
        named.into_iter().cloned().map(Some).chain(any).collect()
    };
    let platforms = cells(|region| region.platforms.as_ref());
    let machines = cells(|region| region.machines.as_ref());
    platforms.iter().all(|platform| {
        machines.iter().all(|machine| {
            let python = regions
                .iter()
                .filter(|region| admits(region.platforms.as_ref(), platform.as_deref()))
                .filter(|region| admits(region.machines.as_ref(), machine.as_deref()))
                .fold(VersionSet::none(), |union, region| union.union(&region.python));
            python == hull.python
        })
    })
}

/// Whether a list admits this value; no value stands for one that no list names.
fn admits(list: Option<&BTreeSet<String>>, value: Option<&str>) -> bool {
    list.is_none_or(|list| value.is_some_and(|value| list.contains(value)))
}

fn walk(marker: &MarkerTree, known: &mut HashMap<MarkerTree, Found>) -> Found {
    if marker.is_false() {
        return Found::default();
    }
    if marker.is_true() {
        return Found {
            regions: vec![Region::everything()],
            residual: false,
        };
    }
    if let Some(found) = known.get(marker) {
        return found.clone();
    }
    let mut found = Found::default();
    match marker.kind() {
        MarkerTreeKind::True | MarkerTreeKind::False => {}
        MarkerTreeKind::Version(node) => {
            let is_python = *node.key() == MarkerValueVersion::PythonFullVersion;
            found.residual = !is_python;
            for (range, child) in node.edges() {
                let below = walk(&child, known);
                found.residual |= below.residual;
                let admitted = if is_python {
                    python_set(range.iter())
                } else {
                    VersionSet::all()
                };
                found
                    .regions
                    .extend(below.regions.into_iter().map(|region| Region {
                        python: region.python.intersection(&admitted),
                        ..region
                    }));
            }
        }
        MarkerTreeKind::String(node) => {
            for (range, child) in node.children() {
                let below = walk(&child, known);
                found.residual |= below.residual;
                let values: Option<BTreeSet<String>> = range.iter().map(single).collect();
                match (node.key(), values) {
                    (MarkerValueString::SysPlatform, Some(values)) => {
                        found
                            .regions
                            .extend(below.regions.into_iter().map(|region| Region {
                                platforms: Some(values.clone()),
                                ..region
                            }));
                    }
                    (MarkerValueString::PlatformMachine, Some(values)) => {
                        found
                            .regions
                            .extend(below.regions.into_iter().map(|region| Region {
                                machines: Some(values.clone()),
                                ..region
                            }));
                    }
                    (_, _) => {
                        found.residual |= !below.regions.is_empty();
                        found.regions.extend(below.regions);
                    }
                }
            }
        }
        MarkerTreeKind::In(node) => found = either(node.children(), true, known),
        MarkerTreeKind::Contains(node) => found = either(node.children(), true, known),
        // An extra without a valid name is never active.
        MarkerTreeKind::Extra(node) => {
            let can_be_active = matches!(node.name(), MarkerValueExtra::Extra(_));
            let children = node.children().filter(|(active, _)| can_be_active || !active);
            found = either(children, false, known);
        }
    }
    let found = reduced(found);
    known.insert(marker.clone(), found.clone());
    found
}

fn either(
    children: impl Iterator<Item = (bool, MarkerTree)>,
    residual: bool,
    known: &mut HashMap<MarkerTree, Found>,
) -> Found {
    let mut found = Found {
        regions: Vec::new(),
        residual,
    };
    for (_, child) in children {
        let below = walk(&child, known);
        found.residual |= below.residual;
        found.regions.extend(below.regions);
    }
    found
}

/// Joins regions that differ in python only, drops empty ones, and bounds their number.
fn reduced(found: Found) -> Found {
    let mut joined: Vec<Region> = Vec::new();
    for region in found
        .regions
        .into_iter()
        .filter(|region| !region.python.is_empty())
    {
        let same = joined
            .iter_mut()
            .find(|other| other.platforms == region.platforms && other.machines == region.machines);
        match same {
            Some(other) => other.python = other.python.union(&region.python),
            None => joined.push(region),
        }
    }
    if joined.len() <= MAX_REGIONS {
        return Found {
            regions: joined,
            residual: found.residual,
        };
    }
    let python = joined
        .iter()
        .fold(VersionSet::none(), |union, region| union.union(&region.python));
    Found {
        regions: vec![Region {
            python,
            platforms: None,
            machines: None,
        }],
        residual: true,
    }
}

fn single(segment: (&Bound<String>, &Bound<String>)) -> Option<String> {
    match segment {
        (Bound::Included(from), Bound::Included(until)) if from == until => Some(from.clone()),
        _ => None,
    }
}

fn python_set<'range>(
    segments: impl Iterator<Item = (&'range Bound<Version>, &'range Bound<Version>)>,
) -> VersionSet {
    VersionSet::from_intervals(segments.map(|(from, until)| Interval {
        from: match from {
            Bound::Unbounded => String::new(),
            Bound::Included(version) => order_key(version),
            Bound::Excluded(version) => after(&order_key(version)),
        },
        until: match until {
            Bound::Unbounded => MAX_ORDER.to_owned(),
            Bound::Included(version) => after(&order_key(version)),
            Bound::Excluded(version) => order_key(version),
        },
    }))
}
