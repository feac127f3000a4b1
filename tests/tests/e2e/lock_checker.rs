//! An independent judge of stacks: it knows the rules of pip and uv and nothing of the product's code.
//!
//! Input are the releases as a case or a scenario states them, the request and a stack; output is a list of plain
//! complaints. It shares the parsers of PEP 440 and PEP 508 with the product and nothing else.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use std::str::FromStr;

use pep440_rs::{Operator, Version, VersionSpecifiers};
use pep508_rs::{ExtraName, MarkerEnvironment, MarkerTree, PackageName, VerbatimUrl, VersionOrUrl};

use crate::wheel_tags::WheelPlatform;

/// One release of a package on one index.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) version: Version,
    pub(crate) index: String,
    /// PEP 508 lines; `None` where nobody has recorded them.
    pub(crate) requires_dist: Option<Vec<String>>,
    pub(crate) requires_python: Option<String>,
    pub(crate) yanked: bool,
    /// File names; empty where none are recorded, which counts as installable.
    pub(crate) artifacts: Vec<String>,
}

/// Candidates by normalised package name.
pub(crate) type Releases = BTreeMap<String, Vec<Candidate>>;

/// The four policies for pre-releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prereleases {
    IfNecessaryOrExplicit,
    Fallback,
    Allow,
    Disallow,
}

impl Prereleases {
    /// Reads the name of a policy as the command line takes it.
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "if-necessary-or-explicit" => Self::IfNecessaryOrExplicit,
            "fallback" => Self::Fallback,
            "allow" => Self::Allow,
            "disallow" => Self::Disallow,
            other => panic!("there is no pre-release policy {other}"),
        }
    }
}

/// A pin of a stack: version, and index where the answer names one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pinned {
    pub(crate) version: Version,
    pub(crate) index: Option<String>,
}

/// Pins by normalised package name.
pub(crate) type Pins = BTreeMap<String, Pinned>;

/// What a stack is judged against.
pub(crate) struct Problem<'universe> {
    pub(crate) releases: &'universe Releases,
    pub(crate) requirements: Vec<String>,
    pub(crate) constraints: Vec<String>,
    pub(crate) markers: MarkerEnvironment,
    pub(crate) wheels: WheelPlatform,
    pub(crate) prereleases: Prereleases,
    /// Packages whose source distributions do not count.
    pub(crate) only_binary: BTreeSet<String>,
    /// Packages whose wheels do not count.
    pub(crate) no_binary: BTreeSet<String>,
    pub(crate) parsed: RequirementCache,
}

/// Normal form of a package name (PEP 503).
pub(crate) fn normalised(name: &str) -> String {
    let mut out = String::new();
    for character in name.chars() {
        let character = if matches!(character, '_' | '.') {
            '-'
        } else {
            character.to_ascii_lowercase()
        };
        if character != '-' || !out.ends_with('-') {
            out.push(character);
        }
    }
    out
}

/// A requirement line, read.
#[derive(Debug)]
pub(crate) struct ParsedRequirement {
    name: String,
    extras: BTreeSet<ExtraName>,
    specifiers: VersionSpecifiers,
    marker: MarkerTree,
}

/// Requirement lines read once.
#[derive(Debug, Default)]
pub(crate) struct RequirementCache(RefCell<HashMap<String, Rc<ParsedRequirement>>>);

impl RequirementCache {
    fn get(&self, line: &str) -> Rc<ParsedRequirement> {
        if let Some(known) = self.0.borrow().get(line) {
            return Rc::clone(known);
        }
        let parsed = Rc::new(parse(line));
        self.0.borrow_mut().insert(line.to_owned(), Rc::clone(&parsed));
        parsed
    }
}

fn parse(line: &str) -> ParsedRequirement {
    type Line = pep508_rs::Requirement<VerbatimUrl>;
    // The one oddity of the recorded data: a marker that compares by `===`, which means plain equality there.
    let read = Line::from_str(line).or_else(|_| Line::from_str(&line.replace("===", "==")));
    let requirement = read.unwrap_or_else(|fault| panic!("the checker cannot read {line:?}: {fault}"));
    let specifiers = match requirement.version_or_url {
        Some(VersionOrUrl::VersionSpecifier(specifiers)) => specifiers,
        Some(VersionOrUrl::Url(_)) => panic!("the checker knows no direct address: {line:?}"),
        None => VersionSpecifiers::empty(),
    };
    ParsedRequirement {
        name: requirement.name.to_string(),
        extras: requirement.extras.into_iter().collect(),
        specifiers,
        marker: requirement.marker,
    }
}

/// Requirement lines in a form that can be compared: spacing, quotes and spelling of names do not count.
pub(crate) fn comparable(line: &str) -> String {
    pep508_rs::Requirement::<VerbatimUrl>::from_str(line)
        .map_or_else(|_| line.to_owned(), |requirement| requirement.to_string())
}

impl Problem<'_> {
    /// Direct requirements that hold in this environment.
    fn direct(&self) -> impl Iterator<Item = Rc<ParsedRequirement>> {
        self.requirements
            .iter()
            .map(|line| self.parsed.get(line))
            .filter(|requirement| requirement.marker.evaluate(&self.markers, &[]))
    }

    /// May the release be used at all? Says why not.
    pub(crate) fn obstacle(&self, name: &str, candidate: &Candidate) -> Option<&'static str> {
        if candidate.requires_dist.is_none() {
            return Some("its requirements are not known");
        }
        if !self.runs_here(candidate) {
            return Some("it does not run on this python");
        }
        if !self.meets_constraints(name, &candidate.version) {
            return Some("a constraint excludes it");
        }
        if !self.installs(name, candidate) {
            return Some("no artifact installs here");
        }
        if candidate.yanked && !self.pinned_directly(name, &candidate.version) {
            return Some("it is yanked");
        }
        if candidate.version.any_prerelease() && !self.prerelease_allowed(name) {
            return Some("it is a pre-release");
        }
        None
    }

    fn runs_here(&self, candidate: &Candidate) -> bool {
        let Some(text) = candidate
            .requires_python
            .as_deref()
            .filter(|text| !text.is_empty())
        else {
            return true;
        };
        let specifiers = VersionSpecifiers::from_str(text)
            .unwrap_or_else(|fault| panic!("the checker cannot read requires-python {text:?}: {fault}"));
        specifiers.contains(&self.markers.python_full_version().version)
    }

    fn meets_constraints(&self, name: &str, version: &Version) -> bool {
        self.constraints
            .iter()
            .map(|line| self.parsed.get(line))
            .all(|constraint| {
                constraint.name != name
                    || !constraint.marker.evaluate(&self.markers, &[])
                    || constraint.specifiers.contains(version)
            })
    }

    fn installs(&self, name: &str, candidate: &Candidate) -> bool {
        let listed = |packages: &BTreeSet<String>| packages.contains(name) || packages.contains(":all:");
        candidate.artifacts.is_empty()
            || candidate.artifacts.iter().any(|filename| {
                if filename.to_ascii_lowercase().ends_with(".whl") {
                    !listed(&self.no_binary) && self.wheels.installs(filename)
                } else {
                    !listed(&self.only_binary)
                }
            })
    }

    fn pinned_directly(&self, name: &str, version: &Version) -> bool {
        self.direct_specifiers(name, |operator, wanted| {
            matches!(operator, Operator::Equal | Operator::ExactEqual) && wanted == version
        })
    }

    fn prerelease_allowed(&self, name: &str) -> bool {
        match self.prereleases {
            Prereleases::Allow | Prereleases::Fallback => true,
            Prereleases::Disallow => false,
            Prereleases::IfNecessaryOrExplicit => {
                let named = self.direct_specifiers(name, |operator, wanted| {
                    *operator != Operator::ExactEqual && wanted.any_prerelease()
                });
                named
                    || self.releases[name]
                        .iter()
                        .all(|candidate| candidate.version.any_prerelease())
            }
        }
    }

    /// Does a direct requirement or a constraint on this package hold a specifier of that kind? Both are the user's own
    /// words, and pip and uv take both for an opt-in, where their markers hold.
    fn direct_specifiers(&self, name: &str, is_that: impl Fn(&Operator, &Version) -> bool) -> bool {
        let own_words = self.requirements.iter().chain(&self.constraints);
        own_words.map(|line| self.parsed.get(line)).any(|requirement| {
            requirement.name == name
                && requirement.marker.evaluate(&self.markers, &[])
                && requirement
                    .specifiers
                    .iter()
                    .any(|one| is_that(one.operator(), one.version()))
        })
    }

    /// The release a pin means.
    fn pinned_candidate(&self, name: &str, pin: &Pinned) -> Option<&Candidate> {
        let same_version = || {
            self.releases
                .get(name)
                .into_iter()
                .flatten()
                .filter(|candidate| candidate.version == pin.version)
        };
        same_version()
            .find(|candidate| Some(&candidate.index) == pin.index.as_ref())
            .or_else(|| same_version().next())
    }

    /// Everything that is wrong with a stack; nothing for a legal one.
    pub(crate) fn complaints(&self, pins: &Pins) -> Vec<String> {
        let mut complaints = Vec::new();
        for (name, pin) in pins {
            match self.pinned_candidate(name, pin) {
                None => complaints.push(format!("{name}=={} is not recorded", pin.version)),
                Some(candidate) => {
                    if let Some(obstacle) = self.obstacle(name, candidate) {
                        complaints.push(format!("{name}=={}: {obstacle}", pin.version));
                    }
                }
            }
        }
        if complaints.is_empty() {
            self.follow(pins, &mut complaints);
        }
        complaints
    }

    /// Walks from the direct requirements; every requirement met, every pin reached.
    fn follow(&self, pins: &Pins, complaints: &mut Vec<String>) {
        let mut reached: BTreeMap<String, BTreeSet<ExtraName>> = BTreeMap::new();
        let mut open: Vec<(Rc<ParsedRequirement>, String)> = self
            .direct()
            .map(|requirement| (requirement, "the request".to_owned()))
            .collect();
        while let Some((requirement, asker)) = open.pop() {
            let name = requirement.name.as_str();
            let Some(pin) = pins.get(name) else {
                complaints.push(format!("{asker} needs {name}, which is not pinned"));
                continue;
            };
            if !requirement.specifiers.contains(&pin.version) {
                let wanted = &requirement.specifiers;
                complaints.push(format!(
                    "{asker} needs {name} {wanted}, pinned is {}",
                    pin.version
                ));
            }
            let first_time = !reached.contains_key(name);
            let extras = reached.entry(name.to_owned()).or_default();
            let before = extras.len();
            extras.extend(requirement.extras.iter().cloned());
            if first_time || extras.len() > before {
                let extras = extras.clone();
                let asker = format!("{name}=={}", pin.version);
                open.extend(
                    self.needs(name, pin, &extras)
                        .into_iter()
                        .map(|need| (need, asker.clone())),
                );
            }
        }
        for name in pins.keys().filter(|name| !reached.contains_key(*name)) {
            complaints.push(format!("{name} is pinned although nothing requires it"));
        }
    }

    /// Requirements of a pinned release with these extras, those of the bare package included.
    fn needs(&self, name: &str, pin: &Pinned, extras: &BTreeSet<ExtraName>) -> Vec<Rc<ParsedRequirement>> {
        let lines = self
            .pinned_candidate(name, pin)
            .and_then(|candidate| candidate.requires_dist.as_ref());
        let holds = |requirement: &Rc<ParsedRequirement>| {
            requirement.marker.evaluate(&self.markers, &[])
                || extras.iter().any(|extra| {
                    requirement
                        .marker
                        .evaluate(&self.markers, std::slice::from_ref(extra))
                })
        };
        lines
            .into_iter()
            .flatten()
            .map(|line| self.parsed.get(line))
            .filter(holds)
            .collect()
    }

    /// The first single package that could be newer with all else unchanged, if there is one.
    pub(crate) fn could_be_newer(&self, pins: &Pins) -> Option<String> {
        for (name, pin) in pins {
            for candidate in self.releases.get(name).into_iter().flatten() {
                let worse_kind = self.prereleases == Prereleases::Fallback
                    && candidate.version.any_prerelease()
                    && !pin.version.any_prerelease();
                if candidate.version <= pin.version || worse_kind || self.obstacle(name, candidate).is_some()
                {
                    continue;
                }
                let mut raised = pins.clone();
                let pinned = Pinned {
                    version: candidate.version.clone(),
                    index: Some(candidate.index.clone()),
                };
                raised.insert(name.clone(), pinned);
                if self.complaints(&raised).is_empty() {
                    return Some(format!("{name} {} could be {}", pin.version, candidate.version));
                }
            }
        }
        None
    }
}

/// The normal form that the parser of PEP 508 gives a name; the two must agree on what the tests use.
#[test]
fn names_are_normalised_as_the_parser_does() {
    for name in ["Flask", "a_b", "a.-_b", "Sugar.Bowl", "TEA__pot"] {
        assert_eq!(
            PackageName::from_str(name).map(|name| name.to_string()),
            Ok(normalised(name))
        );
    }
}

#[test]
fn every_kind_of_illegal_stack_is_complained_about() {
    let release = |version: &str, requires: &[&str]| Candidate {
        version: version.parse().unwrap(),
        index: "default".to_owned(),
        requires_dist: Some(requires.iter().map(|line| (*line).to_owned()).collect()),
        requires_python: None,
        yanked: version == "3.0",
        artifacts: Vec::new(),
    };
    let releases = Releases::from([
        (
            "a".to_owned(),
            vec![
                release("1.0", &["b<2", "c; extra == 'x'"]),
                release("3.0", &[]),
                release("4.0b1", &[]),
            ],
        ),
        (
            "b".to_owned(),
            vec![release("1.0", &[]), release("1.5", &[]), release("2.0", &[])],
        ),
        ("c".to_owned(), vec![release("1.0", &[])]),
    ]);
    let problem = Problem {
        releases: &releases,
        requirements: vec!["a[x]".to_owned()],
        constraints: Vec::new(),
        markers: serde_json::from_value(crate::advise_call::marker_values("linux-x86_64", "3.11")).unwrap(),
        wheels: WheelPlatform::new("linux", "x86_64", "3.11", 28),
        prereleases: Prereleases::IfNecessaryOrExplicit,
        only_binary: BTreeSet::new(),
        no_binary: BTreeSet::new(),
        parsed: RequirementCache::default(),
    };
    let pins = |list: &[(&str, &str)]| -> Pins {
        let pinned = |version: &str| Pinned {
            version: version.parse().unwrap(),
            index: None,
        };
        list.iter()
            .map(|(name, version)| ((*name).to_owned(), pinned(version)))
            .collect()
    };
    let newest = pins(&[("a", "1.0"), ("b", "1.5"), ("c", "1.0")]);
    assert_eq!(problem.complaints(&newest), Vec::<String>::new());
    assert_eq!(problem.could_be_newer(&newest), None);
    let older = pins(&[("a", "1.0"), ("b", "1.0"), ("c", "1.0")]);
    assert_eq!(problem.complaints(&older), Vec::<String>::new());
    assert_eq!(
        problem.could_be_newer(&older).as_deref(),
        Some("b 1.0 could be 1.5")
    );
    for (wrong, why) in [
        (vec![("a", "1.0"), ("b", "1.0")], "which is not pinned"),
        (vec![("a", "1.0"), ("b", "2.0"), ("c", "1.0")], "pinned is 2.0"),
        (vec![("a", "2.0")], "is not recorded"),
        (vec![("a", "3.0")], "yanked"),
        (vec![("a", "4.0b1")], "pre-release"),
        (
            vec![("a", "1.0"), ("b", "1.0"), ("c", "1.0"), ("d", "1.0")],
            "is not recorded",
        ),
    ] {
        let complaints = problem.complaints(&pins(&wrong));
        assert!(
            complaints.iter().any(|complaint| complaint.contains(why)),
            "{wrong:?}: {complaints:?}"
        );
    }
    let plain = Problem {
        requirements: vec!["a".to_owned()],
        parsed: RequirementCache::default(),
        ..problem
    };
    assert!(plain.complaints(&newest)[0].contains("nothing requires it"));
}
