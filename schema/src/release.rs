//! Static metadata of one release: the payload of `release` documents and the record of JSON Lines files.

use std::collections::BTreeMap;

use pep508_rs::PackageName;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::error::Fault;
use crate::json;
use crate::solver::Skipped;
use crate::version::Version;

/// One release of one package on one index, as published. What is not known is absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Release {
    /// The package; normalised as PEP 503 says.
    #[schemars(with = "String")]
    pub name: PackageName,
    /// The version; normalised as PEP 440 says.
    #[schemars(with = "String")]
    pub version: Version,
    /// URL or name of the index; absent for the default one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
    /// Time of the earliest of its artifacts, RFC 3339 `Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upload_time: Option<String>,
    /// Specifier of Python versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requires_python: Option<String>,
    /// Requirements as published (PEP 508); absent where not known, empty where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requires_dist: Option<Vec<String>>,
    /// Names of extras as published.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub provides_extra: Vec<String>,
    /// One line about the release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// The licence as published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// Trove classifiers.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub classifiers: Vec<String>,
    /// Version of the core metadata, such as `2.1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata_version: Option<String>,
    /// Whether the release is yanked (PEP 592).
    #[serde(default, deserialize_with = "null_as_default")]
    pub yanked: bool,
    /// Why it is yanked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yanked_reason: Option<String>,
    /// The files; empty where not recorded.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub artifacts: Vec<Artifact>,
    /// How the metadata was obtained, such as `wheel-metadata`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata_source: Option<String>,
    /// What it was obtained from, such as the name of a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata_from: Option<String>,
    /// Names of the recordings that hold the release.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub recorded_in: Vec<String>,
    /// Remarks of whoever recorded the release.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub notes: Vec<String>,
    /// How many keys of the record are not among these; they stay in the document store only.
    #[serde(skip)]
    pub unknown_keys: usize,
    /// Whether the document cannot know if the release is yanked, as one about an installed copy. Only read from the forms of
    /// other programs: a record of ours always knows.
    #[serde(skip)]
    pub yank_unknown: bool,
    /// sha256 of files whose names the document does not tell. Only read from the forms of other programs.
    #[serde(skip)]
    pub file_hashes: Vec<String>,
    /// Dotted names one can import. Only read from the forms of other programs.
    #[serde(skip)]
    pub modules: Vec<String>,
    /// Parts of the document that could not be used, and why. Not read from our own documents.
    #[serde(skip)]
    pub skipped: Vec<Skipped>,
}

/// One file of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Artifact {
    /// Name of the file.
    pub filename: String,
    /// What sort of file it is.
    pub kind: ArtifactKind,
    /// sha256 of its bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Where it can be fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Specifier of Python versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requires_python: Option<String>,
    /// Whether this file is yanked (PEP 592).
    #[serde(default, deserialize_with = "null_as_default")]
    pub yanked: bool,
    /// When it was uploaded, RFC 3339 `Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upload_time: Option<String>,
}

/// The sorts of files an index holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ArtifactKind {
    /// A wheel (PEP 427).
    Wheel,
    /// A source archive.
    Sdist,
    /// An egg, an installer or anything else that no installer of today takes.
    #[serde(other)]
    Other,
}

impl ArtifactKind {
    /// `wheel`, `sdist` or `other`.
    pub fn as_str(self) -> &'static str {
        match self {
            ArtifactKind::Wheel => "wheel",
            ArtifactKind::Sdist => "sdist",
            ArtifactKind::Other => "other",
        }
    }
}

const RELEASE_KEYS: &[&str] = &[
    "name",
    "version",
    "index",
    "upload_time",
    "requires_python",
    "requires_dist",
    "provides_extra",
    "summary",
    "license",
    "classifiers",
    "metadata_version",
    "yanked",
    "yanked_reason",
    "artifacts",
    "metadata_source",
    "metadata_from",
    "recorded_in",
    "notes",
];

const ARTIFACT_KEYS: &[&str] = &[
    "filename",
    "kind",
    "sha256",
    "size",
    "url",
    "requires_python",
    "yanked",
    "upload_time",
];

impl Release {
    /// A release of which only name and version are known.
    pub fn named(name: PackageName, version: Version) -> Release {
        Release {
            name,
            version,
            index: None,
            upload_time: None,
            requires_python: None,
            requires_dist: None,
            provides_extra: Vec::new(),
            summary: None,
            license: None,
            classifiers: Vec::new(),
            metadata_version: None,
            yanked: false,
            yanked_reason: None,
            artifacts: Vec::new(),
            metadata_source: None,
            metadata_from: None,
            recorded_in: Vec::new(),
            notes: Vec::new(),
            unknown_keys: 0,
            yank_unknown: false,
            file_hashes: Vec::new(),
            modules: Vec::new(),
            skipped: Vec::new(),
        }
    }

    /// Reads a record; `base` is the JSON pointer of the record in its document.
    ///
    /// # Errors
    /// `SCHEMA_VIOLATION` with the JSON pointer of the value at fault.
    pub fn from_value(value: &Value, base: &str) -> Result<Release, Fault> {
        if !value.is_object() {
            return Err(json::violation("a release must be an object", base));
        }
        let mut release: Release = json::typed(value, base)?;
        if release.name.as_ref().is_empty() {
            return Err(json::violation(
                "a release must have a name",
                &format!("{base}/name"),
            ));
        }
        release.check_times(base)?;
        release.check_hashes(base)?;
        release.unknown_keys = json::unknown_keys(value, RELEASE_KEYS);
        for artifact in value
            .get("artifacts")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            release.unknown_keys += json::unknown_keys(artifact, ARTIFACT_KEYS);
        }
        Ok(release)
    }

    fn check_times(&mut self, base: &str) -> Result<(), Fault> {
        check_time(&mut self.upload_time, &format!("{base}/upload_time"))?;
        for (position, artifact) in self.artifacts.iter_mut().enumerate() {
            check_time(
                &mut artifact.upload_time,
                &format!("{base}/artifacts/{position}/upload_time"),
            )?;
        }
        Ok(())
    }

    fn check_hashes(&mut self, base: &str) -> Result<(), Fault> {
        let mut named: BTreeMap<&str, usize> = BTreeMap::new();
        for (position, artifact) in self.artifacts.iter_mut().enumerate() {
            let place = format!("{base}/artifacts/{position}");
            artifact.sha256.make_ascii_lowercase();
            if !is_sha256(&artifact.sha256) {
                return Err(json::violation(
                    "a sha256 is 64 hexadecimal digits",
                    &format!("{place}/sha256"),
                ));
            }
            if named.insert(artifact.filename.as_str(), position).is_some() {
                return Err(json::violation(
                    format!("the file {} is listed twice", artifact.filename),
                    &format!("{place}/filename"),
                ));
            }
        }
        Ok(())
    }
}

/// Whether the text is the hexadecimal form of a sha256, in lower case.
pub fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Writes a time in the normal form, where there is one.
pub(crate) fn check_time(time: &mut Option<String>, pointer: &str) -> Result<(), Fault> {
    let Some(stated) = time.as_deref() else {
        return Ok(());
    };
    let normal = crate::time::normalise(stated)
        .ok_or_else(|| json::violation(format!("`{stated}` is not a time of RFC 3339"), pointer))?;
    *time = Some(normal);
    Ok(())
}

/// Takes `null` as the empty value: indexes and recorders write both.
pub(crate) fn null_as_default<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Deserialize<'de> + Default,
    D: Deserializer<'de>,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}
