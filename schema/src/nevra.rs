//! Names of RPM packages: name, epoch, version, release and architecture in one text.

/// The architectures that RPM knows. The last part of a release may look like one (`el7`, `1`), so there is a list.
const ARCHITECTURES: &[&str] = &[
    "aarch64",
    "alpha",
    "amd64",
    "armv5tel",
    "armv6hl",
    "armv6l",
    "armv7hl",
    "armv7hnl",
    "armv7l",
    "athlon",
    "geode",
    "i386",
    "i486",
    "i586",
    "i686",
    "ia32e",
    "ia64",
    "loongarch64",
    "mips",
    "mips64",
    "mips64el",
    "mipsel",
    "noarch",
    "nosrc",
    "pentium3",
    "pentium4",
    "ppc",
    "ppc64",
    "ppc64le",
    "ppc64p7",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "src",
    "x86_64",
    "x86_64_v2",
    "x86_64_v3",
    "x86_64_v4",
];

/// What is written where a package has no architecture, as the keys that RPM keeps as packages.
const NO_ARCHITECTURE: &str = "(none)";

/// A name of a package, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Nevra {
    /// Name, such as `openssl-libs`.
    pub name: String,
    /// Epoch where it is written and not 0.
    pub epoch: Option<u64>,
    /// Version, such as `1.0.1e`.
    pub version: String,
    /// Release, such as `60.el7`.
    pub release: String,
    /// Architecture where it is written, such as `x86_64`.
    pub arch: Option<String>,
}

impl Nevra {
    /// Reads `name-[epoch:]version-release[.arch]`, or with the epoch in front of the name. `None` where a part is missing.
    pub fn parse(text: &str) -> Option<Nevra> {
        let (text, arch) = split_arch(text.trim());
        let (rest, release) = text.rsplit_once('-')?;
        let (name, version) = rest.rsplit_once('-')?;
        let (inner, version) = split_epoch(version);
        let (outer, name) = split_epoch(name);
        let is_whole = !name.is_empty() && !version.is_empty() && !release.is_empty();
        is_whole.then(|| Nevra {
            name: name.to_owned(),
            epoch: inner.or(outer).filter(|epoch| *epoch > 0),
            version: version.to_owned(),
            release: release.to_owned(),
            arch,
        })
    }

    /// Version and release, as package URLs write them.
    pub fn version_release(&self) -> String {
        format!("{}-{}", self.version, self.release)
    }
}

fn split_arch(text: &str) -> (&str, Option<String>) {
    match text.rsplit_once('.') {
        Some((rest, NO_ARCHITECTURE)) => (rest, None),
        Some((rest, arch)) if ARCHITECTURES.contains(&arch) => (rest, Some(arch.to_owned())),
        _ => (text, None),
    }
}

/// `1:rest`; what is in front of another colon is no epoch.
fn split_epoch(text: &str) -> (Option<u64>, &str) {
    match text.split_once(':') {
        Some((epoch, rest)) => match epoch.parse() {
            Ok(epoch) => (Some(epoch), rest),
            Err(_) => (None, text),
        },
        None => (None, text),
    }
}
