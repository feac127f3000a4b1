//! Which wheels install where, for CPython: the compatibility tags of PEP 425, 513, 571, 599, 600 and the universal
//! wheels of macOS, decided per tag and without the product's tables.

use std::collections::BTreeSet;

/// An interpreter on a platform, as far as wheels are concerned.
#[derive(Debug, Clone)]
pub(crate) struct WheelPlatform {
    major: u32,
    minor: u32,
    platforms: BTreeSet<String>,
}

impl WheelPlatform {
    /// The platform of a set of marker values.
    ///
    /// `sys_platform`, `machine` and `python_version` are marker values, `glibc` the minor number of glibc 2.x and of
    /// no account but on Linux.
    pub(crate) fn new(sys_platform: &str, machine: &str, python_version: &str, glibc: u32) -> Self {
        let mut numbers = python_version.split('.').map(|part| part.parse().unwrap_or(0));
        let major = numbers.next().unwrap_or(3);
        let minor = numbers.next().unwrap_or(0);
        let platforms = match sys_platform {
            "win32" => BTreeSet::from(["win_amd64".to_owned()]),
            "darwin" => mac_platforms(machine),
            _ => linux_platforms(machine, glibc),
        };
        Self {
            major,
            minor,
            platforms,
        }
    }

    /// Does a wheel of this file name install? A name that is no wheel's does not.
    pub(crate) fn installs(&self, filename: &str) -> bool {
        let lower = filename.to_ascii_lowercase();
        let Some(stem) = lower.strip_suffix(".whl") else {
            return false;
        };
        let parts: Vec<&str> = stem.split('-').collect();
        let [.., interpreters, abis, platforms] = parts.as_slice() else {
            return false;
        };
        if parts.len() != 5 && parts.len() != 6 {
            return false;
        }
        interpreters.split('.').any(|interpreter| {
            abis.split('.').any(|abi| {
                platforms
                    .split('.')
                    .any(|platform| self.supports(interpreter, abi, platform))
            })
        })
    }

    fn supports(&self, interpreter: &str, abi: &str, platform: &str) -> bool {
        let here = self.platforms.contains(platform);
        let own = format!("cp{}{}", self.major, self.minor);
        match abi {
            "none" => (interpreter == own || self.is_python(interpreter)) && (here || platform == "any"),
            "abi3" => here && self.major == 3 && self.is_cpython_up_to_here(interpreter),
            _ => here && interpreter == own && self.own_abis().iter().any(|own_abi| own_abi == abi),
        }
    }

    /// `py3`, `py311`, `py310` … `py30`.
    fn is_python(&self, interpreter: &str) -> bool {
        interpreter == format!("py{}", self.major)
            || (0..=self.minor).any(|minor| interpreter == format!("py{}{minor}", self.major))
    }

    /// The stable ABI exists since CPython 3.2 and is never taken back.
    fn is_cpython_up_to_here(&self, interpreter: &str) -> bool {
        (2..=self.minor).any(|minor| interpreter == format!("cp3{minor}"))
    }

    fn own_abis(&self) -> Vec<String> {
        let plain = format!("cp{}{}", self.major, self.minor);
        match (self.major, self.minor) {
            (2, _) => vec![format!("{plain}mu"), format!("{plain}m")],
            (3, ..=7) => vec![format!("{plain}m")],
            _ => vec![plain],
        }
    }
}

fn linux_platforms(machine: &str, glibc: u32) -> BTreeSet<String> {
    let mut platforms = BTreeSet::from([format!("linux_{machine}")]);
    // No manylinux tag reaches below glibc 2.5, and on machines other than Intel's none below 2.17.
    let oldest = if matches!(machine, "x86_64" | "i686") {
        5
    } else {
        17
    };
    for minor in oldest..=glibc {
        platforms.insert(format!("manylinux_2_{minor}_{machine}"));
    }
    for (minor, legacy) in [(5, "manylinux1"), (12, "manylinux2010"), (17, "manylinux2014")] {
        if (oldest..=glibc).contains(&minor) {
            platforms.insert(format!("{legacy}_{machine}"));
        }
    }
    platforms
}

fn mac_platforms(machine: &str) -> BTreeSet<String> {
    let kinds = [machine, "universal2"];
    (11..=14)
        .flat_map(|major| kinds.map(|kind| format!("macosx_{major}_0_{kind}")))
        .collect()
}

#[test]
fn wheels_install_where_their_tags_say() {
    let linux = WheelPlatform::new("linux", "x86_64", "3.11", 28);
    for good in [
        "a-1-py3-none-any.whl",
        "a-1-py2.py3-none-any.whl",
        "a-1-py38-none-any.whl",
        "a-1-cp311-none-any.whl",
        "a-1-cp38-abi3-manylinux1_x86_64.whl",
        "a-1-2-cp311-cp311-manylinux_2_28_x86_64.whl",
    ] {
        assert!(linux.installs(good), "{good}");
    }
    for bad in [
        "a-1-py2-none-any.whl",
        "a-1-py312-none-any.whl",
        "a-1-cp310-none-any.whl",
        "a-1-cp312-abi3-manylinux1_x86_64.whl",
        "a-1-cp311-cp311m-manylinux1_x86_64.whl",
        "a-1-cp311-cp311-any.whl",
        "a-1-cp311-cp311-manylinux_2_29_x86_64.whl",
        "a-1-cp311-cp311-musllinux_1_1_x86_64.whl",
        "a-1.tar.gz",
        "none-any.whl",
    ] {
        assert!(!linux.installs(bad), "{bad}");
    }
    let old = WheelPlatform::new("linux", "aarch64", "3.7", 28);
    assert!(old.installs("a-1-cp37-cp37m-manylinux2014_aarch64.whl"));
    assert!(!old.installs("a-1-cp37-cp37-manylinux2014_aarch64.whl"));
    assert!(!old.installs("a-1-cp37-cp37m-manylinux2010_aarch64.whl"));
}
