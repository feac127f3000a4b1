//! Names of released files, and which of them install in an environment (PEP 425, PEP 427, PEP 600, PEP 625).

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::environment::Environment;
use crate::version::Version;

/// Most tags one file name may expand to (python times abi times platform).
pub const MAX_WHEEL_TAGS: usize = 4096;

/// The oldest GNU C library minor version that manylinux names on these machines: 2.5 and 2.17.
const OLDEST_GLIBC_X86_64: u32 = 5;
const OLDEST_GLIBC_AARCH64: u32 = 17;

/// The tags of wheels that install: a pair of `python_abi` with a platform of `platforms`, or a pair of
/// `any_python_abi` with the platform `any`. Best first, as installers prefer them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupportedTags {
    /// Pairs such as `cp37-cp37m` for wheels of a platform.
    pub python_abi: Vec<String>,
    /// The platforms, such as `manylinux2014_x86_64`.
    pub platforms: Vec<String>,
    /// Pairs such as `py3-none` for wheels of any platform.
    pub any_python_abi: Vec<String>,
}

impl SupportedTags {
    /// The tags of an environment.
    pub fn of(environment: &Environment) -> SupportedTags {
        let release = environment.python().release();
        let major = release.first().copied().unwrap_or(0);
        let minor = release.get(1).copied().unwrap_or(0);
        let is_cpython = environment.markers.implementation_name() == "cpython";
        let pure: Vec<String> = generic_pythons(major, minor)
            .map(|python| format!("{python}-none"))
            .collect();
        let mut python_abi = Vec::new();
        let mut any_python_abi = Vec::new();
        if is_cpython {
            python_abi = cpython_pairs(major, minor, environment.markers.sys_platform() == "win32");
            any_python_abi.push(format!("cp{major}{minor}-none"));
        }
        python_abi.extend(pure.iter().cloned());
        any_python_abi.extend(pure);
        SupportedTags {
            python_abi,
            platforms: platforms(
                environment.markers.sys_platform(),
                environment.markers.platform_machine(),
                environment.glibc,
            ),
            any_python_abi,
        }
    }

    /// Whether a file installs: a source archive always, a wheel where one of its tags is supported.
    pub fn supports(&self, artifact: &ArtifactName) -> bool {
        match artifact {
            ArtifactName::Sdist { .. } => true,
            ArtifactName::Other => false,
            ArtifactName::Wheel {
                python,
                abi,
                platform,
                ..
            } => {
                let any = platform.iter().any(|platform| platform == "any");
                let ours = platform.iter().any(|platform| self.platforms.contains(platform));
                python
                    .iter()
                    .flat_map(|python| abi.iter().map(move |abi| (python, abi)))
                    .any(|(python, abi)| {
                        ours && contains_pair(&self.python_abi, python, abi)
                            || any && contains_pair(&self.any_python_abi, python, abi)
                    })
            }
        }
    }

    /// Every tag, such as `py3-none-any`.
    pub fn all(&self) -> impl Iterator<Item = String> + '_ {
        let of_platform = self.python_abi.iter().flat_map(|pair| {
            self.platforms
                .iter()
                .map(move |platform| format!("{pair}-{platform}"))
        });
        of_platform.chain(self.any_python_abi.iter().map(|pair| format!("{pair}-any")))
    }
}

fn contains_pair(pairs: &[String], python: &str, abi: &str) -> bool {
    pairs.iter().any(|pair| {
        pair.strip_prefix(python)
            .and_then(|rest| rest.strip_prefix('-'))
            .is_some_and(|rest| rest == abi)
    })
}

/// `cp37-cp37m`, `cp37-abi3`, `cp37-none`, `cp36-abi3`, … down to `cp32-abi3`.
fn cpython_pairs(major: u64, minor: u64, on_windows: bool) -> Vec<String> {
    let python = format!("cp{major}{minor}");
    let mut pairs = Vec::new();
    if (major, minor) >= (3, 8) {
        pairs.push(format!("{python}-{python}"));
    } else if major >= 3 {
        pairs.push(format!("{python}-{python}m"));
    } else {
        // Python 2 had two widths of unicode; Windows only had the narrow one.
        if !on_windows {
            pairs.push(format!("{python}-{python}mu"));
        }
        pairs.push(format!("{python}-{python}m"));
    }
    let has_stable_abi = (major, minor) >= (3, 2);
    if has_stable_abi {
        pairs.push(format!("{python}-abi3"));
    }
    pairs.push(format!("{python}-none"));
    if has_stable_abi {
        pairs.extend((2..minor).rev().map(|older| format!("cp{major}{older}-abi3")));
    }
    pairs
}

/// `py37`, `py3`, `py36`, … down to `py30`.
fn generic_pythons(major: u64, minor: u64) -> impl Iterator<Item = String> {
    [format!("py{major}{minor}"), format!("py{major}")]
        .into_iter()
        .chain((0..minor).rev().map(move |older| format!("py{major}{older}")))
}

/// The platform tags that install on an operating system and machine, most preferred first; none for one that wheels
/// do not know, where only source archives and wheels for `any` platform install.
fn platforms(sys_platform: &str, machine: &str, glibc: (u32, u32)) -> Vec<String> {
    match (sys_platform, machine) {
        ("darwin", machine) => macos_platforms(machine),
        ("win32", "AMD64") => vec!["win_amd64".to_owned()],
        ("win32", "ARM64") => vec!["win_arm64".to_owned()],
        ("win32", "x86") => vec!["win32".to_owned()],
        (system, "x86_64" | "i686") if system.starts_with("linux") => {
            linux_platforms(machine, OLDEST_GLIBC_X86_64, glibc)
        }
        (system, machine) if system.starts_with("linux") => {
            linux_platforms(machine, OLDEST_GLIBC_AARCH64, glibc)
        }
        _ => Vec::new(),
    }
}

/// Releases 11 to 14, and what wheels for 10.x still mean there (`packaging.tags.mac_platforms`).
fn macos_platforms(machine: &str) -> Vec<String> {
    let new = (11..=14)
        .rev()
        .flat_map(|major| [machine, "universal2"].map(|kind| format!("macosx_{major}_0_{kind}")));
    let kinds: &[&str] = match machine {
        "x86_64" => &["x86_64", "intel", "fat64", "fat32", "universal2", "universal"],
        _ => &["universal2"],
    };
    let old = (4..=16)
        .rev()
        .flat_map(|minor| kinds.iter().map(move |kind| format!("macosx_10_{minor}_{kind}")));
    new.chain(old).collect()
}

fn linux_platforms(machine: &str, oldest: u32, glibc: (u32, u32)) -> Vec<String> {
    // No other major version of the library is known to wheels.
    let newest = if glibc.0 > 2 { 99 } else { glibc.1 };
    let mut names = Vec::new();
    for minor in (oldest..=newest).rev().filter(|_| glibc.0 >= 2) {
        names.push(format!("manylinux_2_{minor}_{machine}"));
        match minor {
            17 => names.push(format!("manylinux2014_{machine}")),
            12 => names.push(format!("manylinux2010_{machine}")),
            5 => names.push(format!("manylinux1_{machine}")),
            _ => {}
        }
    }
    names.push(format!("linux_{machine}"));
    names
}

/// What the name of a released file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArtifactName {
    /// A wheel.
    Wheel {
        /// The project, normalised (PEP 503).
        name: String,
        /// The version.
        version: Version,
        /// The build tag, such as `1000abc`.
        build: Option<String>,
        /// Python tags, such as `py2` and `py3`.
        python: Vec<String>,
        /// ABI tags, such as `none`.
        abi: Vec<String>,
        /// Platform tags, such as `any`.
        platform: Vec<String>,
    },
    /// A source archive (`.tar.gz` or `.zip`).
    Sdist {
        /// The project, normalised (PEP 503).
        name: String,
        /// The version.
        version: Version,
    },
    /// Anything else: eggs, installers, names that follow no convention. Never installs.
    Other,
}

impl ArtifactName {
    /// Reads a file name.
    pub fn parse(filename: &str) -> ArtifactName {
        let parsed = match filename.strip_suffix(".whl") {
            Some(stem) => wheel(stem),
            None => [".tar.gz", ".zip"]
                .iter()
                .find_map(|suffix| filename.strip_suffix(suffix))
                .and_then(sdist),
        };
        parsed.unwrap_or(ArtifactName::Other)
    }

    /// The pairs of a wheel such as `py3-none`, each once; none for anything else.
    pub fn python_abi_tags(&self) -> Vec<String> {
        let ArtifactName::Wheel { python, abi, .. } = self else {
            return Vec::new();
        };
        let mut seen = HashSet::new();
        python
            .iter()
            .flat_map(|python| abi.iter().map(move |abi| format!("{python}-{abi}")))
            .filter(|pair| seen.insert(pair.clone()))
            .collect()
    }

    /// The platforms of a wheel such as `any`; none for anything else.
    pub fn platform_tags(&self) -> &[String] {
        match self {
            ArtifactName::Wheel { platform, .. } => platform,
            _ => &[],
        }
    }

    /// Whether this is a source archive.
    pub fn is_sdist(&self) -> bool {
        matches!(self, ArtifactName::Sdist { .. })
    }
}

fn wheel(stem: &str) -> Option<ArtifactName> {
    let parts: Vec<&str> = stem.split('-').collect();
    let (build, tags) = match parts.as_slice() {
        [_, _, tags @ ..] if tags.len() == 3 => (None, tags),
        [_, _, build, tags @ ..] if tags.len() == 3 => {
            build
                .starts_with(|digit: char| digit.is_ascii_digit())
                .then_some(())?;
            (Some((*build).to_owned()), tags)
        }
        _ => return None,
    };
    let name = parts[0];
    let is_escaped = name
        .chars()
        .all(|letter| letter.is_alphanumeric() || matches!(letter, '.' | '_'));
    if name.is_empty() || !is_escaped || name.contains("__") {
        return None;
    }
    let version = parts[1].parse().ok()?;
    let [python, abi, platform] = [tag_set(tags[0])?, tag_set(tags[1])?, tag_set(tags[2])?];
    let is_identifier =
        |tag: &String| tag.starts_with(|letter: char| letter.is_alphabetic() || letter == '_');
    if !python.iter().all(is_identifier) || python.len() * abi.len() * platform.len() > MAX_WHEEL_TAGS {
        return None;
    }
    Some(ArtifactName::Wheel {
        name: normalise(name),
        version,
        build,
        python,
        abi,
        platform,
    })
}

/// `py2.py3` as its members, lower case; `None` where one is empty.
fn tag_set(text: &str) -> Option<Vec<String>> {
    let members: Vec<String> = text.split('.').map(str::to_ascii_lowercase).collect();
    let valid = members.iter().all(|tag| {
        !tag.is_empty()
            && tag
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    });
    valid.then_some(members)
}

fn sdist(stem: &str) -> Option<ArtifactName> {
    let (name, version) = stem.rsplit_once('-')?;
    if name.is_empty() {
        return None;
    }
    Some(ArtifactName::Sdist {
        name: normalise(name),
        version: version.parse().ok()?,
    })
}

/// PEP 503, also for names that are not valid ones.
fn normalise(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for letter in name.to_lowercase().chars() {
        let letter = if matches!(letter, '.' | '_') { '-' } else { letter };
        if letter != '-' || !normal.ends_with('-') {
            normal.push(letter);
        }
    }
    normal
}
