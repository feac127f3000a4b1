//! What is known of a release besides its metadata, as the graph tells it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thoth_schema::environment::Environment;
use thoth_schema::name::PackageName;

/// Evidence by package, then order key of the version.
pub type EvidenceByRelease = BTreeMap<PackageName, BTreeMap<String, Evidence>>;

/// Everything that is known of one release.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// Attempts to install, build or run it.
    pub trials: Vec<Trial>,
    /// Advisories that affect it and are not accepted.
    pub advisories: Vec<Affecting>,
    /// What tools found in its source.
    pub analyses: Vec<Analysis>,
    /// How fast stacks with it were, against stacks with other releases of its package.
    pub comparisons: Vec<Comparison>,
    /// What it says of its licence; absent where nobody asked.
    pub licence: Option<LicenceStatement>,
    /// How many requirement lines of other releases name its package; absent where nobody asked.
    pub dependents: Option<u64>,
}

/// One attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trial {
    /// Whether it worked.
    pub passed: bool,
    /// Where.
    pub place: Place,
    /// How many releases share the blame for a failure: the size of the stack, 1 where it was tried alone.
    pub shared_by: u32,
    /// Key of the observation.
    pub key: String,
}

/// Where something was observed; what is not known is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// Operating system, such as `fedora`.
    pub os: Option<String>,
    /// Python as `3.11`.
    pub python: Option<String>,
    /// Architecture, such as `x86_64`.
    pub machine: Option<String>,
}

/// An advisory that affects the release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Affecting {
    /// Its id, which is its key.
    pub id: String,
    /// From 0 to 10; absent where nobody rated it.
    pub severity: Option<f64>,
    /// Versions that it is fixed in.
    pub fixed_in: Vec<String>,
}

/// What one tool found in the source of the release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Analysis {
    /// The tool.
    pub tool: String,
    /// Figures by name, such as `SEVERITY.HIGH__CONFIDENCE.LOW` and `loc`.
    pub figures: BTreeMap<String, f64>,
    /// Key of the observation.
    pub key: String,
}

/// How one figure of stacks with the release compares with that of stacks with other releases of its package.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// What was measured.
    pub metric: String,
    /// The share of all pairs of a run with the release and one without in which the former is better, ties counted half.
    pub better: f64,
    /// Runs of the smaller side.
    pub runs: u64,
    /// Keys of the observations with the release.
    pub keys: Vec<String>,
}

/// What a release says of its licence.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LicenceStatement {
    /// The field `License` or `License-Expression` of its metadata.
    pub text: Option<String>,
    /// Its trove classifiers.
    pub classifiers: Vec<String>,
}

/// What is not known of a place counts this much.
const UNKNOWN: f64 = 0.7;
/// What is known to differ counts this much.
const OTHER: f64 = 0.25;

impl Place {
    /// How much of what was observed here holds in an environment, from just above 0 to 1: the product over
    ///
    /// - Python: 1 for the same minor release, `1 / (1 + d)` for one `d` minor releases away, 0.1 for another major one;
    /// - operating system (Linux, macOS, Windows) and architecture: 1 where the same, 0.25 where another;
    /// - 0.7 for each of the three that is not known.
    pub fn similarity(&self, environment: &Environment) -> f64 {
        let markers = &environment.markers;
        let os = self
            .os
            .as_deref()
            .map(|os| system(os) == system(markers.sys_platform()));
        let machine = self.machine.as_deref();
        let machine = machine.map(|one| architecture(one) == architecture(markers.platform_machine()));
        let same = |known: Option<bool>| known.map_or(UNKNOWN, |same| if same { 1.0 } else { OTHER });
        self.python_similarity(environment) * same(os) * same(machine)
    }

    fn python_similarity(&self, environment: &Environment) -> f64 {
        let wanted = environment.python().release();
        let stated = self.python.as_deref().and_then(|python| {
            let mut parts = python.split('.').map(|part| part.parse::<u64>().ok());
            Some((parts.next()??, parts.next()??))
        });
        let (Some((major, minor)), [own_major, own_minor, ..]) = (stated, wanted) else {
            return UNKNOWN;
        };
        if major != *own_major {
            return 0.1;
        }
        1.0 / (1.0 + minor.abs_diff(*own_minor) as f64)
    }
}

/// The family of an operating system; distributions of Linux are told by none of the names of the others.
pub fn system(name: &str) -> &'static str {
    match name.to_ascii_lowercase().as_str() {
        "win32" | "windows" | "cygwin" => "windows",
        "darwin" | "macos" | "macosx" | "osx" => "macos",
        _ => "linux",
    }
}

fn architecture(name: &str) -> String {
    match name.to_ascii_lowercase().as_str() {
        "amd64" | "x64" => "x86_64".to_owned(),
        "arm64" => "aarch64".to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use thoth_schema::environment::Platform;

    use super::*;

    #[test]
    fn similar_places_count_more() {
        let environment = Environment::for_platform(Platform::LinuxX86_64, "3.11").unwrap();
        let place = |os: Option<&str>, python: Option<&str>, machine: Option<&str>| {
            let owned = |text: Option<&str>| text.map(str::to_owned);
            Place {
                os: owned(os),
                python: owned(python),
                machine: owned(machine),
            }
            .similarity(&environment)
        };
        assert_eq!(place(Some("rhel"), Some("3.11"), Some("x86_64")), 1.0);
        assert_eq!(place(Some("fedora"), Some("3.11.4"), Some("AMD64")), 1.0);
        assert_eq!(place(Some("fedora"), Some("3.9"), Some("x86_64")), 1.0 / 3.0);
        assert_eq!(place(Some("fedora"), Some("2.7"), Some("x86_64")), 0.1);
        assert_eq!(place(Some("win32"), Some("3.11"), Some("x86_64")), 0.25);
        assert_eq!(place(Some("fedora"), Some("3.11"), Some("arm64")), 0.25);
        assert_eq!(place(None, Some("3.11"), Some("x86_64")), 0.7);
        assert_eq!(place(None, None, None), 0.7 * 0.7 * 0.7);
    }
}
