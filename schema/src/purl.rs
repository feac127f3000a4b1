//! Package URLs: the keys of packages and versions in the graph.

use pep508_rs::PackageName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{ErrorCode, Fault};
use crate::version::Version;

/// The index that is meant where none is named: the one the installer is configured for.
pub const DEFAULT_INDEX: &str = "default";

const PREFIX: &str = "pkg:pypi/";
const INDEX_QUALIFIER: &str = "?repository_url=";

/// A package URL, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purl {
    /// The package.
    pub name: PackageName,
    /// The version, where the URL names one.
    pub version: Option<Version>,
    /// The index; [`DEFAULT_INDEX`] where the URL names none.
    pub index: String,
}

/// `pkg:pypi/flask`
pub fn package_key(name: &PackageName) -> String {
    format!("{PREFIX}{name}")
}

/// `pkg:pypi/flask@1.0`, with `?repository_url=…` for an index that is not the default one. The version is in PEP 440
/// normal form.
pub fn version_key(name: &PackageName, version: &Version, index: Option<&str>) -> String {
    let mut key = format!("{PREFIX}{name}@{}", encode(&version.to_string()));
    if let Some(index) = index.filter(|index| *index != DEFAULT_INDEX) {
        key.push_str(INDEX_QUALIFIER);
        key.push_str(&encode(index));
    }
    key
}

/// Reads a package URL of the `pypi` type.
///
/// # Errors
/// `INVALID_ARGUMENT` where the text is no such URL, `INVALID_NAME`, `INVALID_VERSION`.
pub fn parse(text: &str) -> Result<Purl, Fault> {
    let wrong = || {
        Fault::new(
            ErrorCode::InvalidArgument,
            format!("`{text}` is not a package URL of the pypi type"),
        )
        .remedy("write pkg:pypi/name or pkg:pypi/name@version")
    };
    let rest = text.strip_prefix(PREFIX).ok_or_else(wrong)?;
    let (path, index) = match rest.split_once(INDEX_QUALIFIER) {
        Some((path, index)) => (path, decode(index).ok_or_else(wrong)?),
        None => (rest, DEFAULT_INDEX.to_owned()),
    };
    let (name, version) = match path.split_once('@') {
        Some((name, version)) => (
            name,
            Some(crate::version::parse(&decode(version).ok_or_else(wrong)?)?),
        ),
        None => (path, None),
    };
    Ok(Purl {
        name: crate::name::package(name)?,
        version,
        index,
    })
}

/// Whose packages an operating system has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NativeEcosystem {
    /// RPM packages: Fedora, RHEL, SUSE and their kin.
    Rpm,
    /// Debian packages, also of Ubuntu.
    Deb,
    /// Alpine packages.
    Apk,
}

impl NativeEcosystem {
    /// `rpm`, `deb` or `apk`: the type of its package URLs.
    pub fn as_str(self) -> &'static str {
        match self {
            NativeEcosystem::Rpm => "rpm",
            NativeEcosystem::Deb => "deb",
            NativeEcosystem::Apk => "apk",
        }
    }

    /// The name as a package URL has it: in lower case, but for RPMs, whose names tell cases apart.
    pub fn normal_name(self, name: &str) -> String {
        match self {
            NativeEcosystem::Rpm => name.to_owned(),
            NativeEcosystem::Deb | NativeEcosystem::Apk => name.to_lowercase(),
        }
    }
}

/// `pkg:rpm/fedora/curl`: a package of a distribution; without the distribution where that is not known.
pub fn native_package_key(ecosystem: NativeEcosystem, distribution: Option<&str>, name: &str) -> String {
    let mut key = format!("pkg:{}/", ecosystem.as_str());
    if let Some(distribution) = distribution {
        key.push_str(&encode_native(&distribution.to_lowercase()));
        key.push('/');
    }
    key + &encode_native(&ecosystem.normal_name(name))
}

/// `pkg:rpm/fedora/curl@7.50.3-1.fc25?arch=i386&epoch=1`: one version of the package with this key. Epoch 0 is none.
pub fn native_version_key(package: &str, version: &str, arch: Option<&str>, epoch: Option<u64>) -> String {
    let mut key = format!("{package}@{}", encode_native(version));
    let arch = arch.map(|arch| format!("arch={}", encode_native(arch)));
    let epoch = epoch
        .filter(|epoch| *epoch > 0)
        .map(|epoch| format!("epoch={epoch}"));
    let qualifiers: Vec<String> = arch.into_iter().chain(epoch).collect();
    if !qualifiers.is_empty() {
        key.push('?');
        key.push_str(&qualifiers.join("&"));
    }
    key
}

/// As [`encode`], but for the colon, which package URLs leave as it is.
fn encode_native(text: &str) -> String {
    encode(text).replace("%3A", ":")
}

/// Percent-encodes everything but the unreserved characters of RFC 3986.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

pub(crate) fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, tail)) = rest.split_first() {
        if *byte != b'%' {
            bytes.push(*byte);
            rest = tail;
            continue;
        }
        let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = &tail[2..];
    }
    String::from_utf8(bytes).ok()
}
