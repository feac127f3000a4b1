//! What one analysis of a container image found.
//!
//! Every list may be empty: nothing of that sort was found, or it was not looked for. An image never changes, so an empty
//! list says nothing, and what another analysis found stays true.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Fault;
use crate::json as json_input;
use crate::purl::NativeEcosystem;
use crate::release::null_as_default;
use crate::solver::Skipped;

/// What one analysis of a container image found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ImageAnalysis {
    /// What the image is called, such as `registry.example/team/app:1.0`.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// Digest of the manifest, such as `sha256:…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Digest of the configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_id: Option<String>,
    /// Digests of the layers in the order of the manifest.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<String>,
    /// Bytes of all layers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Architecture as the configuration names it, such as `amd64`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub architecture: Option<String>,
    /// When the image was built, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// Environment variables, `NAME=value`.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<String>,
    /// Labels.
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub labels: BTreeMap<String, String>,
    /// What is run, word by word.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub entrypoint: Vec<String>,
    /// What `os-release` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operating_system: Option<OperatingSystem>,
    /// Packages of the operating system.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub packages: Vec<NativePackage>,
    /// Python distributions.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub python: Vec<PythonDistribution>,
    /// Python interpreters.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub interpreters: Vec<Interpreter>,
    /// Shared libraries with the symbol versions they define.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub libraries: Vec<Library>,
    /// Versions of CUDA by the file or program that names them.
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub cuda: BTreeMap<String, String>,
    /// Files with Python source.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub python_files: Vec<PythonFile>,
    /// Parts of the document that could not be used, and why.
    #[serde(skip)]
    pub skipped: Vec<Skipped>,
}

/// An operating system as `os-release` describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OperatingSystem {
    /// `ID`, such as `rhel`.
    pub id: String,
    /// `VERSION_ID`, such as `8.8`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_id: Option<String>,
    /// `NAME`, such as `Red Hat Enterprise Linux`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A package of the operating system. Lists of dependencies are absent where they were not looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NativePackage {
    /// Whose package it is.
    pub ecosystem: NativeEcosystem,
    /// Name of the package.
    pub name: String,
    /// Version as its system writes it: version and release of an RPM, epoch and revision included of a Debian package.
    pub version: String,
    /// Epoch of an RPM; 0 is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<u64>,
    /// Architecture, such as `x86_64`, `amd64`, `noarch`, `all`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arch: Option<String>,
    /// The source package it was built from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The version of the source package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_version: Option<String>,
    /// What an RPM requires, such as `libc.so.6(GLIBC_2.14)(64bit)`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requires: Option<Vec<String>>,
    /// What a Debian or Alpine package depends on, such as `libc6 (>= 2.34)`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depends: Option<Vec<String>>,
    /// What must be there before a Debian package is unpacked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pre_depends: Option<Vec<String>>,
    /// What a Debian or Alpine package replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<Vec<String>>,
}

/// A Python distribution in the image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PythonDistribution {
    /// Name as its metadata has it.
    pub name: String,
    /// Version as its metadata has it.
    pub version: String,
    /// The folder it is imported from, such as `/usr/lib/python3.9/site-packages`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Position in [`ImageAnalysis::layers`] of the layer that brought it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<u32>,
}

/// A Python interpreter in the image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Interpreter {
    /// Where it is.
    pub path: String,
    /// What the path links to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Version, such as `3.9.2`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// A shared library in the image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Library {
    /// Where it is.
    pub path: String,
    /// Its `DT_SONAME`, such as `libc.so.6`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soname: Option<String>,
    /// The symbol versions it defines, such as `GLIBC_2.28`.
    pub symbols: Vec<String>,
}

/// A file with Python source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PythonFile {
    /// Where it is.
    pub path: String,
    /// sha256 of its bytes, lower-case hexadecimal.
    pub sha256: String,
}

const KEYS: &[&str] = &[
    "architecture",
    "createdAt",
    "cuda",
    "digest",
    "entrypoint",
    "env",
    "imageId",
    "interpreters",
    "labels",
    "layers",
    "libraries",
    "names",
    "operatingSystem",
    "packages",
    "python",
    "pythonFiles",
    "size",
];

/// The lists of objects, each with the keys of its items.
const LISTS: &[(&str, &[&str])] = &[
    (
        "packages",
        &[
            "arch",
            "depends",
            "ecosystem",
            "epoch",
            "name",
            "preDepends",
            "replaces",
            "requires",
            "source",
            "sourceVersion",
            "version",
        ],
    ),
    ("python", &["layer", "location", "name", "version"]),
    ("interpreters", &["link", "path", "version"]),
    ("libraries", &["path", "soname", "symbols"]),
    ("pythonFiles", &["path", "sha256"]),
];

/// Distributions by the RPM that brings their `os-release`, for analyses that did not read that file.
const RELEASE_PACKAGES: &[(&str, &str)] = &[
    ("centos-linux-release", "centos"),
    ("centos-release", "centos"),
    ("centos-stream-release", "centos"),
    ("fedora-release", "fedora"),
    ("fedora-release-common", "fedora"),
    ("redhat-release", "rhel"),
    ("redhat-release-server", "rhel"),
];

impl ImageAnalysis {
    /// Reads the payload of an envelope; the number counts keys that were not understood.
    pub(crate) fn from_value(value: &Value, base: &str) -> Result<(ImageAnalysis, usize), Fault> {
        if !value.is_object() {
            return Err(json_input::violation("an image analysis must be an object", base));
        }
        let mut image: ImageAnalysis = json_input::typed(value, base)?;
        if !image.is_named() {
            return Err(json_input::violation(
                "an image analysis must say which image: by digest, layers or names",
                &format!("{base}/digest"),
            ));
        }
        if let Some(digest) = &mut image.digest {
            digest.make_ascii_lowercase();
            if !is_digest(digest) {
                let place = format!("{base}/digest");
                return Err(json_input::violation(
                    "a digest is an algorithm, `:` and hexadecimal digits",
                    &place,
                ));
            }
        }
        if let Some(stated) = image.created_at.take() {
            let place = format!("{base}/createdAt");
            image.created_at = Some(crate::time::normalise(&stated).ok_or_else(|| {
                json_input::violation(format!("`{stated}` is not a time of RFC 3339"), &place)
            })?);
        }
        image.skip_unusable(&format!("{base}/packages"), &format!("{base}/python"));
        let nested = LISTS.iter().flat_map(|(list, keys)| {
            let items = value.get(list).and_then(Value::as_array);
            items
                .into_iter()
                .flatten()
                .map(|item| json_input::unknown_keys(item, keys))
        });
        let nested: usize = nested.sum();
        let system = value.get("operatingSystem").map_or(0, |system| {
            json_input::unknown_keys(system, &["id", "versionId", "name"])
        });
        let unknown = json_input::unknown_keys(value, KEYS) + nested + system;
        Ok((image, unknown))
    }

    /// Whether it says which image it speaks of.
    pub(crate) fn is_named(&self) -> bool {
        self.digest.is_some() || !self.layers.is_empty() || self.names.iter().any(|name| !name.is_empty())
    }

    /// Lists what cannot become a node: packages without a name, Python versions that PEP 440 does not know.
    fn skip_unusable(&mut self, packages: &str, python: &str) {
        for (position, package) in self.packages.iter().enumerate() {
            if package.name.is_empty() || package.version.is_empty() {
                self.skipped.push(Skipped {
                    pointer: format!("{packages}/{position}"),
                    reason: "the package has no name or no version".to_owned(),
                });
            }
        }
        for (position, distribution) in self.python.iter().enumerate() {
            if let Err(fault) = distribution.release() {
                self.skipped.push(Skipped {
                    pointer: format!("{python}/{position}"),
                    reason: fault.message,
                });
            }
        }
    }

    /// What the image is known by in the graph: its manifest digest, else `layers:` and a hash of its layers, else `name:`
    /// and its first name.
    pub fn key(&self) -> String {
        if let Some(digest) = &self.digest {
            return digest.clone();
        }
        self.layers_key().unwrap_or_else(|| {
            let name = self.names.first().map(String::as_str).unwrap_or_default();
            format!("name:{name}")
        })
    }

    /// `layers:` and the sha256 over the digests of the layers, a line each; `None` where they are not known.
    pub fn layers_key(&self) -> Option<String> {
        let lines: String = self.layers.iter().map(|layer| format!("{layer}\n")).collect();
        (!lines.is_empty()).then(|| format!("layers:{}", json_input::sha256_hex(lines.as_bytes())))
    }

    /// The distribution its packages are of, the namespace of their package URLs: `ID` of `os-release`, else told by the
    /// RPM that brings this file.
    pub fn distribution(&self) -> Option<String> {
        if let Some(system) = &self.operating_system {
            return Some(system.id.to_lowercase());
        }
        let told = self.packages.iter().find_map(|package| {
            let known = RELEASE_PACKAGES.iter().find(|(name, _)| package.name == *name)?;
            (package.ecosystem == NativeEcosystem::Rpm).then_some(known.1)
        });
        told.map(str::to_owned)
    }

    /// sha256 over the Python files, `<sha256> <path>` a line each, sorted by path; `None` where there are none.
    pub fn python_files_digest(&self) -> Option<String> {
        let mut files: Vec<(&str, &str)> = self
            .python_files
            .iter()
            .map(|file| (file.path.as_str(), file.sha256.as_str()))
            .collect();
        files.sort_unstable();
        json_input::sha256_of_lines(files.iter().map(|(path, sha256)| [*sha256, *path]))
    }
}

impl PythonDistribution {
    /// Name and version, normalised.
    ///
    /// # Errors
    /// `INVALID_NAME`, `INVALID_VERSION`.
    pub fn release(&self) -> Result<(crate::name::PackageName, crate::version::Version), Fault> {
        Ok((
            crate::name::package(&self.name)?,
            crate::version::parse(&self.version)?,
        ))
    }
}

impl NativePackage {
    /// A package of which nothing but name and version is known.
    pub fn named(ecosystem: NativeEcosystem, name: &str, version: &str) -> NativePackage {
        NativePackage {
            ecosystem,
            name: name.to_owned(),
            version: version.to_owned(),
            epoch: None,
            arch: None,
            source: None,
            source_version: None,
            requires: None,
            depends: None,
            pre_depends: None,
            replaces: None,
        }
    }
}

impl Interpreter {
    /// The Python it is, as `3.9`: by its version, else by the name of its file.
    pub fn python(&self) -> Option<String> {
        let by_version = self.version.as_deref().and_then(major_minor);
        let by_name = || {
            let names = [Some(self.path.as_str()), self.link.as_deref()];
            names.into_iter().flatten().find_map(|path| {
                let file = path.rsplit('/').next()?;
                let number = file.strip_prefix("python")?;
                (number.matches('.').count() == 1)
                    .then(|| major_minor(number))
                    .flatten()
            })
        };
        by_version.or_else(by_name)
    }
}

impl Library {
    /// What symbols are looked up by: its `DT_SONAME`, else the name of the file.
    pub fn name(&self) -> &str {
        let file = self.path.rsplit('/').next().unwrap_or(&self.path);
        self.soname.as_deref().unwrap_or(file)
    }
}

/// `3.9` of `3.9.2`.
fn major_minor(version: &str) -> Option<String> {
    let mut parts = version.split('.');
    let (major, minor) = (parts.next()?, parts.next()?);
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let minor: String = minor.chars().take_while(char::is_ascii_digit).collect();
    (is_number(major) && is_number(&minor)).then(|| format!("{major}.{minor}"))
}

/// Whether the text is a digest of a manifest: an algorithm, `:` and at least 32 hexadecimal digits.
pub(crate) fn is_digest(text: &str) -> bool {
    text.split_once(':').is_some_and(|(algorithm, digits)| {
        !algorithm.is_empty()
            && algorithm.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && digits.len() >= 32
            && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}
