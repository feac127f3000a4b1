//! A scenario: a universe, a request and the expected answer, as `tests/scenarios/<group>/<name>.toml` states them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::{fs, io};

use pep440_rs::Version;
use serde::Deserialize;

use crate::advise_call::{DEFAULT_INDEX, RecordExtras};
use crate::lock_checker::{Candidate, normalised};
use crate::scenario_knowledge::ObservedFacts;

/// One file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scenario {
    /// The situation in one or two sentences.
    pub(crate) description: String,
    /// Package, then version, then the release (or one release per index).
    pub(crate) universe: BTreeMap<String, BTreeMap<String, toml::Value>>,
    /// What was observed of them.
    #[serde(default)]
    pub(crate) knowledge: ObservedFacts,
    pub(crate) request: ScenarioRequest,
    pub(crate) expect: Expectation,
}

/// One release of the universe. Without `requires_dist` it requires nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ScenarioRelease {
    requires_dist: Vec<String>,
    /// Nobody has recorded what it requires.
    requires_dist_unknown: bool,
    requires_python: Option<String>,
    yanked: bool,
    /// File names; none means not recorded, which counts as installable.
    artifacts: Vec<String>,
    upload_time: Option<String>,
    provides_extra: Vec<String>,
    index: Option<String>,
    license: Option<String>,
}

/// What is asked. Platform and Python default to `linux-x86_64` and 3.11.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScenarioRequest {
    pub(crate) requirements: Vec<String>,
    #[serde(default)]
    pub(crate) constraints: Vec<String>,
    /// Further lines of the requirements file.
    #[serde(default)]
    pub(crate) file_lines: Vec<String>,
    pub(crate) python: Option<String>,
    pub(crate) platform: Option<String>,
    /// All marker values and `glibc`, instead of platform and Python.
    pub(crate) environment: Option<BTreeMap<String, String>>,
    pub(crate) prerelease: Option<String>,
    pub(crate) as_of: Option<String>,
    #[serde(default = "all_predictors")]
    pub(crate) predictors: Vec<String>,
    /// `name==version` to score; exact and random-walk are asked with them.
    pub(crate) scores: Option<BTreeMap<String, f64>>,
    pub(crate) count: Option<usize>,
    pub(crate) recommendation_type: Option<String>,
    /// Further arguments of the command.
    #[serde(default)]
    pub(crate) arguments: Vec<String>,
    /// The releases in use.
    pub(crate) lock: Option<BTreeMap<String, String>>,
}

fn all_predictors() -> Vec<String> {
    ["exact", "latest", "random-walk"].map(str::to_owned).to_vec()
}

/// Pins by package name.
pub(crate) type ExpectedPins = BTreeMap<String, String>;

/// What must come back. Everything but the outcome is optional; what is absent is not looked at.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expectation {
    /// `advised`, `unsatisfiable` or `needs_knowledge`.
    pub(crate) outcome: String,
    /// The pins of predictor `latest`.
    pub(crate) latest: Option<ExpectedPins>,
    /// Where several stacks are locally newest: any of these.
    #[serde(default)]
    pub(crate) latest_any: Vec<ExpectedPins>,
    /// The extras of the stack that `latest` gives, by package.
    #[serde(default)]
    pub(crate) extras: BTreeMap<String, BTreeSet<String>>,
    /// The indexes of the stack that `latest` gives, by package.
    #[serde(default)]
    pub(crate) indexes: BTreeMap<String, String>,
    /// The exact size of the space.
    pub(crate) valid_resolutions: Option<u64>,
    /// Score and pins of the best stack under the given scores.
    pub(crate) best_score: Option<f64>,
    pub(crate) best: Option<ExpectedPins>,
    /// Where several stacks share the best score: any of these.
    #[serde(default)]
    pub(crate) best_any: Vec<ExpectedPins>,
    /// The scores of all stacks returned, best first.
    pub(crate) best_scores: Option<Vec<f64>>,
    /// The acceptable minimal sets of direct requirements that cannot be met together.
    #[serde(default)]
    pub(crate) conflict_requirements: Vec<Vec<String>>,
    /// Exactly the packages about which knowledge is missing.
    pub(crate) missing: Option<BTreeSet<String>>,
    /// Package, then reason, then the number of releases removed for it.
    #[serde(default)]
    pub(crate) pruned: BTreeMap<String, BTreeMap<String, u64>>,
    /// Values of the JSON of `exact` by pointer: these, no less than these, no more than these.
    #[serde(default)]
    pub(crate) values: BTreeMap<String, toml::Value>,
    #[serde(default)]
    pub(crate) at_least: BTreeMap<String, f64>,
    #[serde(default)]
    pub(crate) at_most: BTreeMap<String, f64>,
    /// Codes of reasons that `exact` gives, by package; `""` for the stack.
    #[serde(default)]
    pub(crate) reasons: BTreeMap<String, Vec<String>>,
    /// Exit code; without it 0 for `advised`, else 1.
    pub(crate) exit_code: Option<i32>,
}

/// A release of a scenario with what only the record file needs.
#[derive(Debug)]
pub(crate) struct UniverseEntry {
    pub(crate) name: String,
    pub(crate) candidate: Candidate,
    pub(crate) record: RecordExtras,
}

/// Group and name of a scenario, and its path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ScenarioFile {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
}

/// All scenario files of a folder of groups, in order.
///
/// # Errors
/// When a folder cannot be read.
pub(crate) fn scenario_files(folder: &Path) -> io::Result<Vec<ScenarioFile>> {
    let mut files = Vec::new();
    for group in fs::read_dir(folder)? {
        let group = group?.path();
        for file in fs::read_dir(&group)? {
            let path = file?.path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                let part = |path: &Path| {
                    path.file_stem()
                        .unwrap_or_default()
                        .to_string_lossy()
                        .into_owned()
                };
                files.push(ScenarioFile {
                    name: format!("{}/{}", part(&group), part(&path)),
                    path,
                });
            }
        }
    }
    files.sort();
    Ok(files)
}

impl Scenario {
    /// Reads a file.
    ///
    /// # Errors
    /// The file, the place and what is wrong there.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(path).map_err(|fault| format!("{}: {fault}", path.display()))?;
        toml::from_str(&text).map_err(|fault| format!("{}: {fault}", path.display()))
    }

    /// The releases, in order of package and version text.
    ///
    /// # Errors
    /// Package, version and what is wrong there.
    pub(crate) fn entries(&self) -> Result<Vec<UniverseEntry>, String> {
        let mut entries = Vec::new();
        for (name, versions) in &self.universe {
            for (version, stated) in versions {
                let place = |fault: String| format!("universe.{name}.\"{version}\": {fault}");
                let stated = match stated {
                    toml::Value::Array(several) => several.clone(),
                    one => vec![one.clone()],
                };
                for one in stated {
                    let release: ScenarioRelease =
                        one.try_into().map_err(|fault| place(format!("{fault}")))?;
                    let version = Version::from_str(version).map_err(|fault| place(fault.to_string()))?;
                    entries.push(release.entry(name, version));
                }
            }
        }
        Ok(entries)
    }
}

impl ScenarioRelease {
    fn entry(self, name: &str, version: Version) -> UniverseEntry {
        UniverseEntry {
            name: normalised(name),
            candidate: Candidate {
                version,
                index: self.index.unwrap_or_else(|| DEFAULT_INDEX.to_owned()),
                requires_dist: (!self.requires_dist_unknown).then_some(self.requires_dist),
                requires_python: self.requires_python,
                yanked: self.yanked,
                artifacts: self.artifacts,
            },
            record: RecordExtras {
                upload_time: self.upload_time,
                provides_extra: self.provides_extra,
                license: self.license,
            },
        }
    }
}

impl Expectation {
    /// The exit code that goes with the outcome.
    pub(crate) fn code(&self) -> i32 {
        self.exit_code.unwrap_or(i32::from(self.outcome != "advised"))
    }

    /// The acceptable pins of `latest`.
    pub(crate) fn latest_pins(&self) -> impl Iterator<Item = &ExpectedPins> {
        self.latest.iter().chain(&self.latest_any)
    }

    /// The acceptable pins of the best stack.
    pub(crate) fn best_pins(&self) -> impl Iterator<Item = &ExpectedPins> {
        self.best.iter().chain(&self.best_any)
    }
}
