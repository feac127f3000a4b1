//! The environment a stack shall run in: the PEP 508 variables and what decides which files install.

use std::collections::BTreeMap;
use std::fmt;

use pep508_rs::{MarkerEnvironment, MarkerEnvironmentBuilder};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

use crate::error::{ErrorCode, Fault};
use crate::tags::SupportedTags;
use crate::version::{Version, order_key};

/// The variables of PEP 508 without `extra`, in alphabetic order.
pub const MARKER_VARIABLES: [&str; 11] = [
    "implementation_name",
    "implementation_version",
    "os_name",
    "platform_machine",
    "platform_python_implementation",
    "platform_release",
    "platform_system",
    "platform_version",
    "python_full_version",
    "python_version",
    "sys_platform",
];

/// The C library assumed on Linux where none is stated.
pub const DEFAULT_GLIBC: (u32, u32) = (2, 28);

/// The patch release that stands for a Python named by two segments.
const FULL_VERSIONS: [(&str, &str); 10] = [
    ("2.7", "2.7.18"),
    ("3.5", "3.5.10"),
    ("3.6", "3.6.15"),
    ("3.7", "3.7.16"),
    ("3.8", "3.8.18"),
    ("3.9", "3.9.18"),
    ("3.10", "3.10.13"),
    ("3.11", "3.11.7"),
    ("3.12", "3.12.1"),
    ("3.13", "3.13.0"),
];

/// The platforms whose wheels are known to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Platform {
    /// Linux with the GNU C library on x86-64.
    #[serde(rename = "linux-x86_64")]
    LinuxX86_64,
    /// Linux with the GNU C library on 64-bit ARM.
    #[serde(rename = "linux-aarch64")]
    LinuxAarch64,
    /// macOS on Apple silicon.
    #[serde(rename = "macos-arm64")]
    MacosArm64,
    /// Windows on x86-64.
    #[serde(rename = "windows-x86_64")]
    WindowsX86_64,
}

impl Platform {
    /// Every platform.
    pub const ALL: [Platform; 4] = [
        Platform::LinuxX86_64,
        Platform::LinuxAarch64,
        Platform::MacosArm64,
        Platform::WindowsX86_64,
    ];

    /// The name used on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Platform::LinuxX86_64 => "linux-x86_64",
            Platform::LinuxAarch64 => "linux-aarch64",
            Platform::MacosArm64 => "macos-arm64",
            Platform::WindowsX86_64 => "windows-x86_64",
        }
    }

    /// `os_name`, `sys_platform`, `platform_system`, `platform_machine`, `platform_release`, `platform_version`.
    fn variables(self) -> [&'static str; 6] {
        match self {
            Platform::LinuxX86_64 => ["posix", "linux", "Linux", "x86_64", "5.14.0", "#1 SMP"],
            Platform::LinuxAarch64 => ["posix", "linux", "Linux", "aarch64", "5.14.0", "#1 SMP"],
            Platform::MacosArm64 => [
                "posix",
                "darwin",
                "Darwin",
                "arm64",
                "23.0.0",
                "Darwin Kernel Version 23.0.0",
            ],
            Platform::WindowsX86_64 => ["nt", "win32", "Windows", "AMD64", "10", "10.0.19045"],
        }
    }

    fn of(sys_platform: &str, machine: &str) -> Option<Platform> {
        match (sys_platform, machine) {
            ("linux" | "linux2", "x86_64") => Some(Platform::LinuxX86_64),
            ("linux" | "linux2", "aarch64") => Some(Platform::LinuxAarch64),
            ("darwin", "arm64") => Some(Platform::MacosArm64),
            ("win32", "AMD64" | "x86_64") => Some(Platform::WindowsX86_64),
            _ => None,
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl std::str::FromStr for Platform {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Platform, Fault> {
        Platform::ALL
            .into_iter()
            .find(|platform| platform.as_str() == text)
            .ok_or_else(|| {
                let known: Vec<&str> = Platform::ALL.iter().map(|platform| platform.as_str()).collect();
                invalid(format!("`{text}` is not a known platform"))
                    .remedy(format!("use one of {}", known.join(", ")))
            })
    }
}

/// Where a stack shall run.
///
/// A pre-release interpreter counts as its release in markers and in `requires_python`, as installers do it: with
/// `python_full_version` 3.14.0rc1 the marker `python_full_version >= "3.14"` holds. [`Environment::to_json`] gives
/// the variables as stated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// A name for people, such as `linux-x86_64-py3.11`.
    pub name: String,
    /// The PEP 508 variables markers are evaluated with.
    pub markers: MarkerEnvironment,
    /// The GNU C library: wheels for this and older ones install. Only looked at on Linux.
    pub glibc: (u32, u32),
    /// The platform, where it is one of those with a name of their own.
    pub platform: Option<Platform>,
    stated: BTreeMap<String, String>,
}

impl Environment {
    /// CPython on a platform; `python` is `3.11` or `3.11.7`.
    ///
    /// # Errors
    /// `INVALID_ENVIRONMENT` where `python` is no Python version.
    pub fn for_platform(platform: Platform, python: &str) -> Result<Environment, Fault> {
        let (short, full) = python_versions(python)?;
        let [os_name, sys_platform, system, machine, release, version] = platform.variables();
        let values = [
            "cpython",
            &full,
            os_name,
            machine,
            "CPython",
            release,
            system,
            version,
            &full,
            &short,
            sys_platform,
        ];
        let stated = MARKER_VARIABLES
            .into_iter()
            .map(str::to_owned)
            .zip(values.into_iter().map(str::to_owned))
            .collect();
        Environment::from_stated(stated, DEFAULT_GLIBC)
    }

    /// An environment from a JSON object of all eleven PEP 508 variables and optionally `glibc`, such as `"2.28"`.
    ///
    /// # Errors
    /// `INVALID_ENVIRONMENT` with the JSON pointer of the variable that is missing, unknown or not understood.
    pub fn from_json(value: &Value) -> Result<Environment, Fault> {
        let object = value.as_object().ok_or_else(|| {
            invalid("an environment must be a JSON object of the PEP 508 variables".to_owned()).at("")
        })?;
        let mut stated = BTreeMap::new();
        let mut glibc = DEFAULT_GLIBC;
        for (key, value) in object {
            let text = value
                .as_str()
                .ok_or_else(|| invalid(format!("`{key}` must be a string")).at(format!("/{key}")))?;
            if key == "glibc" {
                glibc = parse_glibc(text)?;
            } else if MARKER_VARIABLES.contains(&key.as_str()) {
                stated.insert(key.clone(), text.to_owned());
            } else {
                return Err(invalid(format!("`{key}` is not a variable of PEP 508"))
                    .at(crate::json::pointer(&[key]))
                    .remedy(format!(
                        "use {} and optionally glibc",
                        MARKER_VARIABLES.join(", ")
                    )));
            }
        }
        let missing: Vec<&str> = MARKER_VARIABLES
            .into_iter()
            .filter(|key| !stated.contains_key(*key))
            .collect();
        if !missing.is_empty() {
            return Err(invalid(format!("the environment lacks {}", missing.join(", ")))
                .at(format!("/{}", missing[0]))
                .remedy("state every PEP 508 variable; platform_release and platform_version may be empty"));
        }
        Environment::from_stated(stated, glibc)
    }

    fn from_stated(stated: BTreeMap<String, String>, glibc: (u32, u32)) -> Result<Environment, Fault> {
        let get = |key: &str| stated.get(key).map_or("", String::as_str);
        let full = release_of("python_full_version", get("python_full_version"))?;
        let implementation = release_of("implementation_version", get("implementation_version"))?;
        let short = release_of("python_version", get("python_version"))?;
        check_python(&short, &full)?;
        let platform = Platform::of(get("sys_platform"), get("platform_machine"));
        let builder = MarkerEnvironmentBuilder {
            implementation_name: get("implementation_name"),
            implementation_version: &implementation.to_string(),
            os_name: get("os_name"),
            platform_machine: get("platform_machine"),
            platform_python_implementation: get("platform_python_implementation"),
            platform_release: get("platform_release"),
            platform_system: get("platform_system"),
            platform_version: get("platform_version"),
            python_full_version: &full.to_string(),
            python_version: get("python_version"),
            sys_platform: get("sys_platform"),
        };
        let markers = MarkerEnvironment::try_from(builder)
            .map_err(|problem| invalid(format!("a version of the environment is not one: {problem}")))?;
        let place = match platform {
            Some(platform) => platform.to_string(),
            None => format!("{}-{}", get("sys_platform"), get("platform_machine")),
        };
        let name = format!("{place}-py{}", get("python_version"));
        Ok(Environment {
            name,
            markers,
            glibc,
            platform,
            stated,
        })
    }

    /// The order key of the Python release, for `requires_python` and [`crate::marker::MarkerReach::python`].
    pub fn python_order(&self) -> String {
        order_key(self.python())
    }

    /// The Python release.
    pub fn python(&self) -> &Version {
        &self.markers.python_full_version().version
    }

    /// The variables as stated, and `glibc` on Linux; what [`Environment::from_json`] reads.
    pub fn to_json(&self) -> Value {
        let mut object = json!(self.stated);
        if self.markers.sys_platform().starts_with("linux")
            && let Some(object) = object.as_object_mut()
        {
            object.insert(
                "glibc".to_owned(),
                json!(format!("{}.{}", self.glibc.0, self.glibc.1)),
            );
        }
        object
    }

    /// The variables as stated.
    pub fn variables(&self) -> &BTreeMap<String, String> {
        &self.stated
    }

    /// The tags of the wheels that install here.
    pub fn supported_tags(&self) -> SupportedTags {
        SupportedTags::of(self)
    }
}

impl Serialize for Environment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Environment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Environment::from_json(&Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// `3.11` as (`3.11`, the patch release of the table), `3.11.2` as (`3.11`, `3.11.2`).
fn python_versions(python: &str) -> Result<(String, String), Fault> {
    let wrong = || {
        invalid(format!("`{python}` is not a python version"))
            .at("/python_version")
            .remedy("write two or three numbers, such as 3.11 or 3.11.7")
    };
    let version: Version = python.parse().map_err(|_| wrong())?;
    let [major, minor, rest @ ..] = version.release() else {
        return Err(wrong());
    };
    if version.epoch() != 0 || version.is_post() || version.is_local() || rest.len() > 1 || *major < 2 {
        return Err(wrong());
    }
    let short = format!("{major}.{minor}");
    if !rest.is_empty() || version.any_prerelease() {
        return Ok((short, version.to_string()));
    }
    let known = FULL_VERSIONS.iter().find(|(name, _)| *name == short);
    let full = known.map_or_else(|| format!("{short}.0"), |(_, full)| (*full).to_owned());
    Ok((short, full))
}

fn release_of(key: &str, text: &str) -> Result<Version, Fault> {
    // A build from the repository calls itself `3.12.0+`.
    let version: Version = text
        .trim_end_matches('+')
        .parse()
        .map_err(|_| invalid(format!("`{text}` is not a version")).at(format!("/{key}")))?;
    Ok(version.only_release())
}

fn check_python(short: &Version, full: &Version) -> Result<(), Fault> {
    let start: Vec<u64> = full
        .release()
        .iter()
        .copied()
        .chain(std::iter::repeat(0))
        .take(2)
        .collect();
    if short.release() == start.as_slice() {
        return Ok(());
    }
    Err(invalid(format!(
        "python_version {short} does not belong to python_full_version {full}"
    ))
    .at("/python_version")
    .remedy("python_version is the first two numbers of python_full_version"))
}

fn parse_glibc(text: &str) -> Result<(u32, u32), Fault> {
    let parsed = text
        .split_once('.')
        .and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
    parsed.ok_or_else(|| {
        invalid(format!("`{text}` is not a version of the GNU C library"))
            .at("/glibc")
            .remedy("write two numbers, such as 2.28")
    })
}

fn invalid(message: String) -> Fault {
    Fault::new(ErrorCode::InvalidEnvironment, message)
}
