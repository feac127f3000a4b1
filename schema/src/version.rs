//! PEP 440 versions and their order keys.
//!
//! An order key is printable ASCII; comparing two keys as strings is comparing the versions. Its grammar:
//!
//! ```text
//! key      = number(epoch) release "!" pre post dev local "!"
//! release  = number* (trailing zeros trimmed)
//! pre      = "#" (none, but a development release: below every pre-release) | ("a" | "b" | "r") number | "}" (none)
//! post     = "#" (none) | "p" number
//! dev      = "d" number | "}" (none)
//! local    = ("'" text "!" | number)*
//! number   = one length character, "1".."9" "A".."K" for 1 to 20 digits, then the digits
//! ```
//!
//! `!` is below every other character used and ends a sequence, so that a prefix sorts first; no key is a prefix of
//! another one; [`MAX_ORDER`] is above all of them.

pub use pep440_rs::{Operator, Version, VersionSpecifier, VersionSpecifiers};

use pep440_rs::{LocalSegment, PrereleaseKind};

use crate::error::{ErrorCode, Fault};

/// Above every order key.
pub const MAX_ORDER: &str = "~";

/// Ends a sequence; below every other character of a key.
pub(crate) const END: char = '!';

/// The length characters of numbers with 1 to 20 digits.
const LENGTHS: &[u8; 20] = b"123456789ABCDEFGHIJK";

/// Reads a version.
///
/// # Errors
/// `INVALID_VERSION` where PEP 440 does not describe the text.
pub fn parse(text: &str) -> Result<Version, Fault> {
    text.trim().parse().map_err(|_| {
        Fault::new(ErrorCode::InvalidVersion, format!("`{text}` is not a version"))
            .remedy("write the version as PEP 440 says, such as 1.2.3 or 2.0rc1")
    })
}

/// Reads a list of specifiers such as `>=1.2,<2`, with the repairs of [`crate::requirement`].
///
/// # Errors
/// `INVALID_SPECIFIER` where PEP 440 does not describe the text.
pub fn parse_specifiers(text: &str) -> Result<VersionSpecifiers, Fault> {
    crate::specifier_parser::specifiers(text)
}

/// The order key of a version: epoch, release, pre, post, dev, local as PEP 440 sorts them.
pub fn order_key(version: &Version) -> String {
    let mut key = public_key(version);
    for segment in version.local() {
        match segment {
            LocalSegment::Number(number) => push_number(&mut key, u128::from(*number)),
            LocalSegment::String(text) => {
                key.push('\'');
                key.push_str(&text.to_ascii_lowercase());
                key.push(END);
            }
        }
    }
    key.push(END);
    key
}

/// Whether PEP 440 calls this a pre-release: an alpha, beta, candidate or development release.
pub fn is_prerelease(version: &Version) -> bool {
    version.any_prerelease()
}

/// The key of the public part, open at its end: what every local variant of this version has as a prefix.
pub(crate) fn public_key(version: &Version) -> String {
    let parts = KeyParts {
        epoch: version.epoch(),
        release: version
            .release()
            .iter()
            .map(|segment| u128::from(*segment))
            .collect(),
        pre: version
            .pre()
            .map(|pre| (pre_letter(pre.kind), u128::from(pre.number))),
        post: version.post().map(u128::from),
        dev: version.dev().map(u128::from),
    };
    parts.key()
}

/// The parts of a public version with room for one more than the largest number, which bounds need.
#[derive(Debug, Clone)]
pub(crate) struct KeyParts {
    pub(crate) epoch: u64,
    pub(crate) release: Vec<u128>,
    pub(crate) pre: Option<(char, u128)>,
    pub(crate) post: Option<u128>,
    pub(crate) dev: Option<u128>,
}

impl KeyParts {
    /// The open key of these parts (no end of the local part).
    pub(crate) fn key(&self) -> String {
        let mut key = self.family();
        match self.post {
            None => key.push('#'),
            Some(number) => {
                key.push('p');
                push_number(&mut key, number);
            }
        }
        match self.dev {
            None => key.push('}'),
            Some(number) => {
                key.push('d');
                push_number(&mut key, number);
            }
        }
        key
    }

    /// The key up to and with the pre-release part: shared by a version and its post-releases.
    pub(crate) fn family(&self) -> String {
        let mut key = String::with_capacity(24);
        push_number(&mut key, u128::from(self.epoch));
        let length = self
            .release
            .iter()
            .rposition(|segment| *segment != 0)
            .map_or(0, |last| last + 1);
        for segment in &self.release[..length] {
            push_number(&mut key, *segment);
        }
        key.push(END);
        match self.pre {
            None if self.post.is_none() && self.dev.is_some() => key.push('#'),
            None => key.push('}'),
            Some((letter, number)) => {
                key.push(letter);
                push_number(&mut key, number);
            }
        }
        key
    }
}

pub(crate) fn pre_letter(kind: PrereleaseKind) -> char {
    match kind {
        PrereleaseKind::Alpha => 'a',
        PrereleaseKind::Beta => 'b',
        PrereleaseKind::Rc => 'r',
    }
}

fn push_number(key: &mut String, number: u128) {
    let digits = number.to_string();
    // 20 digits hold every u64 and one more; longer numbers cannot come out of a parsed version.
    let length = LENGTHS.get(digits.len() - 1).copied().unwrap_or(b'K');
    key.push(char::from(length));
    key.push_str(&digits);
}
