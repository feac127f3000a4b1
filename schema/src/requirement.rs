//! PEP 508 requirements: what one release, user or file asks for.
//!
//! A text is read strictly first. Where that fails it is read again with these repairs, each met in published metadata:
//! - white space of any sort, also around the whole, counts as a blank;
//! - a comma missing between two specifiers: `>=1.0<2.0`;
//! - `.*` after `>=` and `<`, where it changes nothing, and after `<=`: `>=2.*`, `<=2.*` (read as `<3`);
//! - quotes around a version: `>='1.0'`;
//! - a comma after the last extra, a semicolon without a marker behind it.
//!
//! Markers are read as [`crate::marker`] says; `===` between strings is taken as `==` even strictly.
//!
//! A direct URL (`name @ https://…`) is read with `url` set; who cannot resolve it answers `UNSUPPORTED_REQUIREMENT`
//! ([`Requirement::without_url`]).

use std::fmt;

use pep508_rs::{ExtraName, MarkerTree, PackageName};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::environment::Environment;
use crate::error::{ErrorCode, Fault};
use crate::requirement_parser;
use crate::specifier_parser::Mode;
use crate::version::{Operator, Version, VersionSpecifiers};
use crate::versions::{VersionSet, specifier_set};

/// Longest requirement text in bytes.
pub const MAX_REQUIREMENT_BYTES: usize = 64 * 1024;

/// One requirement, read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Requirement {
    /// The text as published.
    pub text: String,
    /// The normalised name of the package wanted.
    pub name: PackageName,
    /// The extras wanted of that package.
    pub extras: Vec<ExtraName>,
    /// The specifiers.
    pub specifiers: VersionSpecifiers,
    /// The versions the specifiers admit.
    pub versions: VersionSet,
    /// The environments in which the requirement holds.
    pub marker: MarkerTree,
    /// The direct URL, where the requirement names one instead of versions.
    pub url: Option<String>,
}

impl Requirement {
    /// Reads a requirement, strictly first, then with the repairs this module documents.
    ///
    /// # Errors
    /// `INVALID_REQUIREMENT`, `INVALID_SPECIFIER`, `INVALID_MARKER` or `LIMIT_EXCEEDED`.
    pub fn parse(text: &str) -> Result<Requirement, Fault> {
        Requirement::parse_strict(text).or_else(|fault| {
            if fault.code == ErrorCode::LimitExceeded {
                return Err(fault);
            }
            let blanks: String = text
                .trim()
                .chars()
                .map(|letter| if letter.is_whitespace() { ' ' } else { letter })
                .collect();
            let parts = requirement_parser::parse(&blanks, Mode::Repair).map_err(|_| fault)?;
            Ok(Requirement::from_parts(text, parts))
        })
    }

    /// Reads a requirement exactly as PEP 508 has it.
    ///
    /// # Errors
    /// `INVALID_REQUIREMENT`, `INVALID_SPECIFIER`, `INVALID_MARKER` or `LIMIT_EXCEEDED`.
    pub fn parse_strict(text: &str) -> Result<Requirement, Fault> {
        if text.len() > MAX_REQUIREMENT_BYTES {
            return Err(Fault::new(
                ErrorCode::LimitExceeded,
                format!(
                    "a requirement of {} bytes is longer than {MAX_REQUIREMENT_BYTES}",
                    text.len()
                ),
            ));
        }
        Ok(Requirement::from_parts(
            text,
            requirement_parser::parse(text, Mode::Strict)?,
        ))
    }

    fn from_parts(text: &str, parts: requirement_parser::Parts) -> Requirement {
        Requirement {
            text: text.to_owned(),
            name: parts.name,
            extras: parts.extras,
            versions: specifier_set(&parts.specifiers),
            specifiers: parts.specifiers,
            marker: parts.marker,
            url: parts.url,
        }
    }

    /// Whether the marker holds in the environment with exactly this one extra active, or none.
    pub fn applies(&self, environment: &Environment, extra: Option<&ExtraName>) -> bool {
        if self.marker.is_true() {
            return true;
        }
        self.marker
            .evaluate(&environment.markers, extra.map_or(&[], std::slice::from_ref))
    }

    /// The extras the marker mentions, sorted, each once.
    pub fn mentions_extra(&self) -> Vec<ExtraName> {
        crate::marker::extras(&self.marker)
    }

    /// Whether a specifier names a pre-release (`===` excluded), which asks for pre-releases of this package.
    pub fn names_prerelease(&self) -> bool {
        self.specifiers.iter().any(|specifier| {
            *specifier.operator() != Operator::ExactEqual && specifier.version().any_prerelease()
        })
    }

    /// The version that `==` or `===` without a star pins, where one does.
    pub fn exact_pin(&self) -> Option<Version> {
        self.specifiers
            .iter()
            .find(|specifier| matches!(specifier.operator(), Operator::Equal | Operator::ExactEqual))
            .map(|specifier| specifier.version().clone())
    }

    /// The requirement, unless it names a direct URL.
    ///
    /// # Errors
    /// `UNSUPPORTED_REQUIREMENT` where it does.
    pub fn without_url(self) -> Result<Requirement, Fault> {
        match &self.url {
            None => Ok(self),
            Some(url) => Err(Fault::new(
                ErrorCode::UnsupportedRequirement,
                format!("`{}` is asked for by the direct URL {url}", self.name),
            )
            .remedy("ask for a version of the package from an index instead")),
        }
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// As its text.
impl Serialize for Requirement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Requirement {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Requirement::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl std::str::FromStr for Requirement {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Requirement, Fault> {
        Requirement::parse(text)
    }
}
