//! Package URLs: the keys of packages and versions in the graph.

use pep508_rs::PackageName;

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
