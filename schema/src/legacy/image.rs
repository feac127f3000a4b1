//! Package-extract documents of every generation.
//!
//! | | 2018 | 2019– | 2021–2023 |
//! |---|---|---|---|
//! | image | `arguments/extract-image/image` | the same, `skopeo-inspect` | the same |
//! | layers | `layers` | `layers` | `layers`, `image_size` |
//! | Python | `mercator` | `python-packages`, `python-interpreters`, `python-files` | the same |
//! | packages | `rpm`, `rpm-dependencies` | also `deb`, `deb-dependencies` | the same |
//! | system | – | `operating-system` | also `system-symbols`, `cuda-version` |
//!
//! What a generation lacks stays absent: the operating system named in the metadata is that of the analyser, not of the
//! image. An RPM that is only named, without dependencies, is a package too; where both lists name it the epoch comes from
//! the dependencies, which alone have it. `aicoe-ci` (the Pipfile of a build) stays in the stored document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::document::{Parts, Payload};
use crate::error::Fault;
use crate::image::{
    ImageAnalysis, Interpreter, Library, NativePackage, OperatingSystem, PythonDistribution, PythonFile,
    is_digest,
};
use crate::json::violation;
use crate::legacy::place::Place;
use crate::legacy::tree::text;
use crate::legacy::{parts, produced_at, result, unknown_in};
use crate::nevra::Nevra;
use crate::purl::NativeEcosystem;
use crate::solver::Skipped;

const RESULT_KEYS: &[&str] = &[
    "aicoe-ci",
    "cuda-version",
    "deb",
    "deb-dependencies",
    "image_size",
    "layers",
    "mercator",
    "operating-system",
    "python-files",
    "python-interpreters",
    "python-packages",
    "rpm",
    "rpm-dependencies",
    "skopeo-inspect",
    "system-symbols",
];

/// The lists of objects, each with the keys of its items; what a manifest holds beside name and version is the author's.
const LISTS: &[(&str, &[&str])] = &[
    ("deb", &["arch", "name", "version"]),
    (
        "deb-dependencies",
        &[
            "arch",
            "depends",
            "epoch",
            "name",
            "pre-depends",
            "replaces",
            "version",
        ],
    ),
    ("mercator", &["digests", "ecosystem", "path", "result"]),
    ("python-files", &["filepath", "sha256"]),
    ("python-interpreters", &["link", "path", "version"]),
    (
        "python-packages",
        &["location", "package_name", "package_version"],
    ),
    (
        "rpm-dependencies",
        &[
            "arch",
            "dependencies",
            "epoch",
            "name",
            "package_identifier",
            "release",
            "src",
            "version",
        ],
    ),
];

/// Whether the result of a run of this analyzer is the analysis of an image.
pub(crate) fn is_analysis(analyzer: &str, has: impl Fn(&str) -> bool) -> bool {
    analyzer.contains("package-extract")
        && ["layers", "mercator", "rpm", "deb", "python-packages"]
            .into_iter()
            .any(has)
}

/// Reads a package-extract document.
pub(crate) fn read(metadata: &Map<String, Value>, value: &Value) -> Result<Parts, Fault> {
    let result = Place::of(result(value)?, "/result");
    let produced_at = produced_at(metadata)?;
    let mut image = ImageAnalysis {
        names: image_name(metadata).into_iter().collect(),
        layers: result
            .texts("layers")?
            .iter()
            .map(|digest| layer_digest(digest))
            .collect(),
        size: result.number("image_size")?,
        ..ImageAnalysis::default()
    };
    read_inspection(&result, &mut image)?;
    if !image.is_named() {
        return Err(violation(
            "the document does not say which image it analysed: no name, no digest, no layers",
            "/metadata/arguments/extract-image/image",
        ));
    }
    image.operating_system = operating_system(&result)?;
    let mut rpms = rpms_with_dependencies(&result)?;
    add_named_rpms(&result, &mut rpms, &mut image.skipped)?;
    image.packages = rpms;
    image.packages.extend(debs(&result)?);
    read_python(&result, &mut image)?;
    read_libraries(&result, &mut image)?;
    image.cuda = cuda(&result)?;
    let unknown_keys = unknown_in(result.object, RESULT_KEYS) + unknown_in_lists(&result)?;
    Ok(Parts {
        unknown_keys,
        ..parts(metadata, produced_at, Payload::Image(image))
    })
}

fn unknown_in_lists(result: &Place<'_>) -> Result<usize, Fault> {
    let mut unknown = 0;
    for (list, keys) in LISTS {
        let items = result.objects(list)?;
        unknown += items
            .iter()
            .map(|item| unknown_in(item.object, keys))
            .sum::<usize>();
    }
    Ok(unknown)
}

fn image_name(metadata: &Map<String, Value>) -> Option<String> {
    let arguments = metadata.get("arguments")?.as_object()?;
    text(arguments.get("extract-image")?.as_object()?, &["image"])
}

/// Layers were listed with and without the algorithm in front.
fn layer_digest(digest: &str) -> String {
    if digest.contains(':') {
        digest.to_owned()
    } else {
        format!("sha256:{digest}")
    }
}

/// What `skopeo inspect` said of the image.
fn read_inspection(result: &Place<'_>, image: &mut ImageAnalysis) -> Result<(), Fault> {
    let Some(said) = result.object("skopeo-inspect")? else {
        return Ok(());
    };
    if let Some(name) = said.text("Name")?.filter(|name| !image.names.contains(name)) {
        image.names.push(name);
    }
    match said.text("Digest")?.map(|digest| digest.to_ascii_lowercase()) {
        Some(digest) if is_digest(&digest) => image.digest = Some(digest),
        Some(_) => image.skipped.push(Skipped {
            pointer: said.at("Digest"),
            reason: "the digest of the manifest is not an algorithm, `:` and hexadecimal digits".to_owned(),
        }),
        None => {}
    }
    if image.layers.is_empty() {
        image.layers = said
            .texts("Layers")?
            .iter()
            .map(|digest| layer_digest(digest))
            .collect();
    }
    image.architecture = said.text("Architecture")?;
    image.env = said.texts("Env")?;
    if let Some(labels) = said.object("Labels")? {
        for key in labels.object.keys() {
            let value = labels.text(key)?.unwrap_or_default();
            image.labels.insert(key.clone(), value);
        }
    }
    if let Some(created) = said.text("Created")? {
        image.created_at = crate::time::normalise(&created);
        if image.created_at.is_none() {
            image.skipped.push(Skipped {
                pointer: said.at("Created"),
                reason: format!("`{created}` is not a time"),
            });
        }
    }
    Ok(())
}

fn operating_system(result: &Place<'_>) -> Result<Option<OperatingSystem>, Fault> {
    let Some(said) = result.object("operating-system")? else {
        return Ok(None);
    };
    // Values were stored with the single quotes that some systems write.
    let unquoted = |text: Option<String>| text.map(|text| text.trim_matches('\'').to_owned());
    let (version_id, name) = (unquoted(said.text("version_id")?), unquoted(said.text("name")?));
    Ok(unquoted(said.text("id")?).map(|id| OperatingSystem { id, version_id, name }))
}

fn rpms_with_dependencies(result: &Place<'_>) -> Result<Vec<NativePackage>, Fault> {
    let mut packages = Vec::new();
    for said in result.objects("rpm-dependencies")? {
        let (name, version) = (said.required("name")?, said.required("version")?);
        let version = match said.text("release")? {
            Some(release) => format!("{version}-{release}"),
            None => version,
        };
        packages.push(NativePackage {
            epoch: epoch(&said)?,
            arch: said.text("arch")?,
            requires: Some(said.texts("dependencies")?),
            ..NativePackage::named(NativeEcosystem::Rpm, &name, &version)
        });
    }
    Ok(packages)
}

/// An epoch was a text or nothing; 0 is none.
fn epoch(said: &Place<'_>) -> Result<Option<u64>, Fault> {
    let epoch = match said.get("epoch") {
        Some(Value::String(text)) if text.is_empty() || text == "(none)" => None,
        Some(Value::String(text)) => {
            let number = text.parse::<u64>();
            Some(number.map_err(|_| said.wrong("epoch", "a whole number"))?)
        }
        _ => said.number("epoch")?,
    };
    Ok(epoch.filter(|epoch| *epoch > 0))
}

/// Adds the RPMs that are only named: all of them where the dependencies were not asked for.
fn add_named_rpms(
    result: &Place<'_>,
    packages: &mut Vec<NativePackage>,
    skipped: &mut Vec<Skipped>,
) -> Result<(), Fault> {
    let known: BTreeSet<(String, String, Option<String>)> = packages
        .iter()
        .map(|package| {
            (
                package.name.clone(),
                package.version.clone(),
                package.arch.clone(),
            )
        })
        .collect();
    for (position, named) in result.texts("rpm")?.iter().enumerate() {
        let Some(nevra) = Nevra::parse(named) else {
            skipped.push(Skipped {
                pointer: format!("{}/{position}", result.at("rpm")),
                reason: format!("`{named}` is not a name, version and release of an RPM"),
            });
            continue;
        };
        let version = nevra.version_release();
        if known.contains(&(nevra.name.clone(), version.clone(), nevra.arch.clone())) {
            continue;
        }
        packages.push(NativePackage {
            epoch: nevra.epoch,
            arch: nevra.arch,
            ..NativePackage::named(NativeEcosystem::Rpm, &nevra.name, &version)
        });
    }
    Ok(())
}

/// Debian packages: those that are listed, with the dependencies of those that have some.
fn debs(result: &Place<'_>) -> Result<Vec<NativePackage>, Fault> {
    let mut packages = BTreeMap::new();
    for said in result.objects("deb")? {
        let package = deb(&said)?;
        packages.insert(
            (
                package.name.clone(),
                package.version.clone(),
                package.arch.clone(),
            ),
            package,
        );
    }
    for said in result.objects("deb-dependencies")? {
        let package = NativePackage {
            depends: Some(relations(&said, "depends")?),
            pre_depends: Some(relations(&said, "pre-depends")?),
            replaces: Some(relations(&said, "replaces")?),
            ..deb(&said)?
        };
        packages.insert(
            (
                package.name.clone(),
                package.version.clone(),
                package.arch.clone(),
            ),
            package,
        );
    }
    Ok(packages.into_values().collect())
}

/// Name, version and architecture. The name may carry the architecture; the epoch was cut from the version in the list
/// with dependencies.
fn deb(said: &Place<'_>) -> Result<NativePackage, Fault> {
    let (stated, version) = (said.required("name")?, said.required("version")?);
    let (name, suffix) = match stated.split_once(':') {
        Some((name, arch)) => (name, Some(arch.to_owned())),
        None => (stated.as_str(), None),
    };
    let version = match epoch(said)? {
        Some(epoch) => format!("{epoch}:{version}"),
        None => version,
    };
    Ok(NativePackage {
        arch: said.text("arch")?.or(suffix),
        ..NativePackage::named(NativeEcosystem::Deb, name, &version)
    })
}

/// Relations to other packages, `libc6 (>= 2.34)` each.
fn relations(said: &Place<'_>, key: &str) -> Result<Vec<String>, Fault> {
    let relation = |target: &Place<'_>| {
        let name = target.required("name")?;
        Ok(match target.text("version")? {
            Some(version) => format!("{name} ({version})"),
            None => name,
        })
    };
    said.objects(key)?.iter().map(relation).collect()
}

fn read_python(result: &Place<'_>, image: &mut ImageAnalysis) -> Result<(), Fault> {
    let mut seen = BTreeSet::new();
    for said in result.objects("python-packages")? {
        let (name, version) = (said.required("package_name")?, said.text("package_version")?);
        let location = said.text("location")?;
        if seen.insert((name.clone(), version.clone(), location.clone())) {
            add_distribution(image, &said, name, version.unwrap_or_default(), location);
        }
    }
    read_mercator(result, image, &mut seen)?;
    for said in result.objects("python-interpreters")? {
        let version = said.text("version")?;
        image.interpreters.push(Interpreter {
            path: said.required("path")?,
            link: said.text("link")?,
            version: version.map(|text| text.trim_start_matches("Python").trim().to_owned()),
        });
    }
    for said in result.objects("python-files")? {
        image.python_files.push(PythonFile {
            path: said.required("filepath")?,
            sha256: said.required("sha256")?,
        });
    }
    Ok(())
}

fn add_distribution(
    image: &mut ImageAnalysis,
    said: &Place<'_>,
    name: String,
    version: String,
    location: Option<String>,
) {
    let distribution = PythonDistribution {
        name,
        version,
        location,
        layer: None,
    };
    if let Err(fault) = distribution.release() {
        image.skipped.push(said.skipped(fault.message));
    }
    image.python.push(distribution);
}

/// What the predecessor's first scanner found: manifests of several ecosystems, of which Python distributions are read.
fn read_mercator(
    result: &Place<'_>,
    image: &mut ImageAnalysis,
    seen: &mut BTreeSet<(String, Option<String>, Option<String>)>,
) -> Result<(), Fault> {
    for said in result.objects("mercator")? {
        let ecosystem = said.text("ecosystem")?.unwrap_or_default();
        if ecosystem != "Python-Dist" {
            let reason = format!("a manifest of `{ecosystem}` is no Python distribution");
            image.skipped.push(said.skipped(reason));
            continue;
        }
        let (name, version) = match said.object("result")? {
            Some(found) => (found.text("name")?, found.text("version")?),
            None => (None, None),
        };
        let (Some(name), Some(version)) = (name, version) else {
            let reason = "the manifest has no name or no version".to_owned();
            image.skipped.push(said.skipped(reason));
            continue;
        };
        let location = said.text("path")?.map(|path| import_folder(&path));
        if seen.insert((name.clone(), Some(version.clone()), location.clone())) {
            add_distribution(image, &said, name, version, location);
        }
    }
    Ok(())
}

/// The folder that a distribution is imported from, of the path of its manifest.
fn import_folder(manifest: &str) -> String {
    let mut parts: Vec<&str> = manifest.split('/').collect();
    parts.pop();
    let is_metadata =
        |part: &str| part == "EGG-INFO" || part.ends_with(".egg-info") || part.ends_with(".dist-info");
    if parts.last().is_some_and(|part| is_metadata(part)) {
        parts.pop();
    }
    parts.join("/")
}

fn read_libraries(result: &Place<'_>, image: &mut ImageAnalysis) -> Result<(), Fault> {
    let Some(said) = result.object("system-symbols")? else {
        return Ok(());
    };
    for path in said.object.keys() {
        image.libraries.push(Library {
            path: path.clone(),
            soname: None,
            symbols: said.texts(path)?,
        });
    }
    Ok(())
}

fn cuda(result: &Place<'_>) -> Result<BTreeMap<String, String>, Fault> {
    let mut versions = BTreeMap::new();
    if let Some(said) = result.object("cuda-version")? {
        for place in said.object.keys() {
            versions.extend(said.text(place)?.map(|version| (place.clone(), version)));
        }
    }
    Ok(versions)
}
