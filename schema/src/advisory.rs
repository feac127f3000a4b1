//! Security advisories: records of the Open Source Vulnerability format, OSV 1.x (<https://ossf.github.io/osv-schema/>).
//!
//! A record is the payload of an envelope, or a document by itself, produced when it was last modified. It names things
//! as OSV does, in snake case.

mod affected;

use cvss::Cvss;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::document::{Parts, Payload, Producer, SCHEMA_VERSION};
use crate::error::{ErrorCode, Fault};
use crate::json as json_input;
use crate::release::null_as_default;
use crate::solver::Skipped;

pub use affected::AffectedPackage;

/// A security advisory. What is not stated is absent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Advisory {
    /// Version of OSV, such as `1.6.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema_version: Option<String>,
    /// The name of the advisory, such as `PYSEC-2023-62`.
    pub id: String,
    /// When the record was last changed, RFC 3339.
    pub modified: String,
    /// When it was first published, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// When it was withdrawn, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<String>,
    /// Names of the same vulnerability elsewhere, such as `CVE-2023-30861`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub aliases: Vec<String>,
    /// Names of vulnerabilities that have to do with this one.
    #[serde(default, deserialize_with = "null_as_default")]
    pub related: Vec<String>,
    /// Names of the vulnerabilities upstream that this one comes from.
    #[serde(default, deserialize_with = "null_as_default")]
    pub upstream: Vec<String>,
    /// One line about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// What it is, in Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
    /// How severe it is, on several scales.
    #[serde(default, deserialize_with = "null_as_default")]
    pub severity: Vec<Severity>,
    /// What is affected.
    #[serde(default, deserialize_with = "null_as_default")]
    pub affected: Vec<Affected>,
    /// Where to read more.
    #[serde(default, deserialize_with = "null_as_default")]
    pub references: Vec<Reference>,
    /// What the database that publishes the record adds, in its own form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database_specific: Option<Map<String, Value>>,
    /// What is affected, by package: made from `affected`.
    #[serde(skip)]
    pub packages: Vec<AffectedPackage>,
    /// Parts of the record that could not be used, and why.
    #[serde(skip)]
    pub skipped: Vec<Skipped>,
}

/// A severity on one scale.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Severity {
    /// The scale, such as `CVSS_V3`.
    pub r#type: String,
    /// The place on it; for CVSS a vector.
    pub score: String,
}

impl Severity {
    /// `TYPE:score`, such as `CVSS_V3:CVSS:3.1/AV:N/…`.
    fn text(&self) -> String {
        format!("{}:{}", self.r#type, self.score)
    }

    /// The number from 0 to 10 that a vector of CVSS 2, 3 or 4 stands for.
    fn number(&self) -> Option<f64> {
        self.r#type
            .starts_with("CVSS")
            .then(|| self.score.parse::<Cvss>().ok())
            .flatten()
            .map(|vector| vector.score())
    }
}

/// One package, or one part of its versions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Affected {
    /// The package; absent where only commits are named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<AffectedName>,
    /// How severe it is for this package.
    #[serde(default, deserialize_with = "null_as_default")]
    pub severity: Vec<Severity>,
    /// Ranges of versions or of commits.
    #[serde(default, deserialize_with = "null_as_default")]
    pub ranges: Vec<Range>,
    /// Versions, one by one.
    #[serde(default, deserialize_with = "null_as_default")]
    pub versions: Vec<String>,
}

/// A package in its ecosystem.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AffectedName {
    /// The ecosystem, such as `PyPI` or `Debian:12`.
    pub ecosystem: String,
    /// The name in the ecosystem.
    pub name: String,
    /// The package URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purl: Option<String>,
}

/// A range as events on a line of versions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Range {
    /// `ECOSYSTEM`, `SEMVER` or `GIT`.
    pub r#type: String,
    /// The repository of a range of commits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repo: Option<String>,
    /// Where the vulnerability comes and goes.
    #[serde(default, deserialize_with = "null_as_default")]
    pub events: Vec<Event>,
}

/// A point on the line of versions; one of its keys is there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// The first version affected; `0` is before every version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub introduced: Option<String>,
    /// The first version not affected any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed: Option<String>,
    /// The last version affected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_affected: Option<String>,
    /// Versions from here on are not spoken of; `*` is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
}

/// Where to read more.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reference {
    /// What is there, such as `FIX`.
    pub r#type: String,
    /// The address.
    pub url: String,
}

const KEYS: &[&str] = &[
    "schema_version",
    "id",
    "modified",
    "published",
    "withdrawn",
    "aliases",
    "related",
    "upstream",
    "summary",
    "details",
    "severity",
    "affected",
    "references",
    "credits",
    "database_specific",
];

const AFFECTED_KEYS: &[&str] = &[
    "package",
    "severity",
    "ranges",
    "versions",
    "ecosystem_specific",
    "database_specific",
];

impl Advisory {
    /// Reads the payload of an envelope, or a record that is a document; the number counts keys that were not understood.
    pub(crate) fn from_value(value: &Value, base: &str) -> Result<(Advisory, usize), Fault> {
        check_schema_version(value, base)?;
        let mut advisory: Advisory = json_input::typed(value, base)?;
        if advisory.id.trim().is_empty() {
            return Err(json_input::violation(
                "an advisory must have an id",
                &format!("{base}/id"),
            ));
        }
        advisory.modified = time(&advisory.modified, &format!("{base}/modified"))?;
        for (stated, key) in [
            (&mut advisory.published, "published"),
            (&mut advisory.withdrawn, "withdrawn"),
        ] {
            if let Some(text) = stated.as_deref() {
                *stated = Some(time(text, &format!("{base}/{key}"))?);
            }
        }
        let (packages, skipped) = affected::packages(&advisory.affected, base);
        advisory.packages = packages;
        advisory.skipped = skipped;
        let parts = value.get("affected").and_then(Value::as_array);
        let unknown = json_input::unknown_keys(value, KEYS)
            + parts
                .into_iter()
                .flatten()
                .map(|part| json_input::unknown_keys(part, AFFECTED_KEYS))
                .sum::<usize>();
        Ok((advisory, unknown))
    }

    /// Severities as `TYPE:score`.
    pub fn severities(&self) -> Vec<String> {
        self.severity.iter().map(Severity::text).collect()
    }

    /// The highest number, from 0 to 10, that the CVSS vectors of the record and of its packages stand for; `None` where
    /// there is none that can be read.
    pub fn score(&self) -> Option<f64> {
        self.severity
            .iter()
            .chain(self.affected.iter().flat_map(|part| &part.severity))
            .filter_map(Severity::number)
            .reduce(f64::max)
    }

    /// Addresses as `TYPE url`.
    pub fn links(&self) -> Vec<String> {
        self.references
            .iter()
            .map(|reference| format!("{} {}", reference.r#type, reference.url))
            .collect()
    }

    /// The weaknesses (`CWE-79`) that the database names.
    pub fn cwes(&self) -> Vec<String> {
        let named = self.specific("cwe_ids").or_else(|| self.specific("cwes"));
        let items = named.and_then(Value::as_array);
        items
            .into_iter()
            .flatten()
            .filter_map(|item| item.as_str().or_else(|| item.get("cweId")?.as_str()))
            .map(str::to_owned)
            .collect()
    }

    /// The severity in the words of the database, such as `HIGH`.
    pub fn database_severity(&self) -> Option<&str> {
        self.specific("severity")?.as_str()
    }

    fn specific(&self, key: &str) -> Option<&Value> {
        self.database_specific.as_ref()?.get(key)
    }
}

/// Reads a record that is a document by itself.
pub(crate) fn read(value: &Value) -> Result<Parts, Fault> {
    let (advisory, unknown_keys) = Advisory::from_value(value, "")?;
    let stated = advisory.schema_version.clone();
    let major_minor = |text: &str| text.split('.').take(2).collect::<Vec<_>>().join(".");
    Ok(Parts {
        schema_version: SCHEMA_VERSION,
        generation: stated
            .as_deref()
            .map_or_else(|| "osv".to_owned(), |text| format!("osv {}", major_minor(text))),
        producer: Producer {
            name: "osv".to_owned(),
            version: stated.unwrap_or_else(|| "unknown".to_owned()),
        },
        produced_at: advisory.modified.clone(),
        origin: None,
        upstream_id: Some(advisory.id.clone()),
        environment: None,
        unknown_keys,
        payload: Payload::Advisory(advisory),
    })
}

/// A record that states no version is of the first.
fn check_schema_version(value: &Value, base: &str) -> Result<(), Fault> {
    let Some(stated) = value.get("schema_version").and_then(Value::as_str) else {
        return Ok(());
    };
    if stated.split('.').next() == Some("1") {
        return Ok(());
    }
    Err(Fault::new(
        ErrorCode::UnknownSchemaVersion,
        format!("OSV records of version {stated} are not known"),
    )
    .at(format!("{base}/schema_version"))
    .remedy("send OSV 1.x, or update this program"))
}

fn time(stated: &str, pointer: &str) -> Result<String, Fault> {
    crate::time::normalise(stated)
        .ok_or_else(|| json_input::violation(format!("`{stated}` is not a time of RFC 3339"), pointer))
}
