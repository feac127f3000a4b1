//! What documents say of container images.
//!
//! An image never changes, so a document that does not speak of a group of facts leaves the group alone: head,
//! configuration, system, contents and symbols each come from their newest statement.

use super::environment::EnvironmentFacts;
use super::release::unless_empty;
use super::{Batch, Source, sortable};
use std::collections::BTreeSet;
use thoth_cypher::{
    Value, WRITE_CONTENTS, WRITE_CONTENTS_DROP, WRITE_CONTENTS_HEADS, WRITE_IMAGE_CONFIGS,
    WRITE_IMAGE_ENVIRONMENTS, WRITE_IMAGE_ENVIRONMENTS_DROP, WRITE_IMAGE_HEADS, WRITE_IMAGE_SYSTEMS,
    WRITE_IMAGES, WRITE_NATIVE_DEPENDENCIES, WRITE_NATIVE_VERSIONS, WRITE_OFFERS, WRITE_OFFERS_DROP,
    WRITE_OFFERS_HEADS, WRITE_STATEMENTS, WRITE_SYMBOLS, map,
};
use thoth_schema::image::{ImageAnalysis, Interpreter, NativePackage};
use thoth_schema::purl;

/// Parts of names of environment variables whose values stay out of the graph.
const SECRET_NAMES: &[&str] = &[
    "AUTH",
    "CREDENTIAL",
    "KEY",
    "PASSWD",
    "PASSWORD",
    "PRIVATE",
    "SECRET",
    "TOKEN",
];

/// What stands in the graph in place of a secret.
const MASK: &str = "***";

impl Batch {
    pub(super) fn image(&mut self, image: &ImageAnalysis, source: &Source<'_>) {
        let key = image.key();
        let row = map! { "key" => &key, "document" => source.document, "names" => unless_empty(image.names.clone()) };
        self.put(&WRITE_IMAGES, format!("{key} {}", source.document), row);
        self.image_head(image, &key, source);
        self.image_config(image, &key, source);
        self.image_system(image, &key, source);
        self.contents(image, &key, source);
        self.symbols(image, &key, source);
    }

    fn image_head(&mut self, image: &ImageAnalysis, key: &str, source: &Source<'_>) {
        let row = map! {
            "key" => key, "stamp" => &source.stamp, "names" => unless_empty(image.names.clone()),
            "imageId" => image.image_id.as_deref(), "layers" => unless_empty(image.layers.clone()),
            "layersKey" => image.layers_key(), "size" => image.size.and_then(|size| i64::try_from(size).ok()),
        };
        self.put_newest(&WRITE_IMAGE_HEADS, key, source, row);
    }

    fn image_config(&mut self, image: &ImageAnalysis, key: &str, source: &Source<'_>) {
        let is_stated = image.architecture.is_some()
            || image.created_at.is_some()
            || !image.env.is_empty()
            || !image.labels.is_empty()
            || !image.entrypoint.is_empty();
        if !is_stated {
            return;
        }
        let env = image.env.iter().map(|variable| masked(variable)).collect();
        let labels = image.labels.iter().map(|(name, value)| format!("{name}={value}"));
        let row = map! {
            "key" => key, "stamp" => &source.stamp, "architecture" => image.architecture.as_deref(),
            "createdAt" => image.created_at.as_deref().map(sortable), "env" => unless_empty(env),
            "labels" => unless_empty(labels.collect()), "entrypoint" => unless_empty(image.entrypoint.clone()),
        };
        self.put_newest(&WRITE_IMAGE_CONFIGS, key, source, row);
    }

    fn image_system(&mut self, image: &ImageAnalysis, key: &str, source: &Source<'_>) {
        let os = image.operating_system.as_ref();
        let is_stated = os.is_some()
            || !image.interpreters.is_empty()
            || !image.cuda.is_empty()
            || !image.python_files.is_empty();
        if !is_stated {
            return;
        }
        let interpreters = image.interpreters.iter().map(interpreter);
        let cuda = image
            .cuda
            .iter()
            .map(|(place, version)| format!("{place}={version}"));
        let files = i64::try_from(image.python_files.len())
            .ok()
            .filter(|count| *count > 0);
        let row = map! {
            "key" => key, "stamp" => &source.stamp, "os" => os.map(|os| os.id.to_lowercase()),
            "osVersion" => os.and_then(|os| os.version_id.as_deref()), "osName" => os.and_then(|os| os.name.as_deref()),
            "interpreters" => unless_empty(interpreters.collect()), "cuda" => unless_empty(cuda.collect()),
            "pythonFiles" => files, "pythonFilesDigest" => image.python_files_digest(),
        };
        self.put_newest(&WRITE_IMAGE_SYSTEMS, key, source, row);
        let drop = map! { "key" => key, "stamp" => &source.stamp };
        self.put_newest(&WRITE_IMAGE_ENVIRONMENTS_DROP, key, source, drop);
        self.image_environments(image, key, source);
    }

    /// One environment for each Python of the image, where its operating system is known.
    fn image_environments(&mut self, image: &ImageAnalysis, key: &str, source: &Source<'_>) {
        let Some(os) = &image.operating_system else {
            return;
        };
        let id = os.id.to_lowercase();
        let pythons: BTreeSet<String> = image
            .interpreters
            .iter()
            .filter_map(Interpreter::python)
            .collect();
        for python in pythons {
            let environment = self.environment(&EnvironmentFacts {
                os: Some(&id),
                os_version: os.version_id.as_deref(),
                python: Some(&python),
                machine: image.architecture.as_deref().map(machine),
                implementation: None,
            });
            let row = map! { "image" => key, "stamp" => &source.stamp, "environment" => &environment };
            let line = format!("{key} {} {environment}", source.document);
            self.put(&WRITE_IMAGE_ENVIRONMENTS, line, row);
        }
    }

    fn contents(&mut self, image: &ImageAnalysis, key: &str, source: &Source<'_>) {
        if image.packages.is_empty() && image.python.is_empty() {
            return;
        }
        let head = map! { "key" => key, "stamp" => &source.stamp };
        self.put_newest(&WRITE_CONTENTS_DROP, key, source, head.clone());
        self.put_newest(&WRITE_CONTENTS_HEADS, key, source, head);
        let distribution = image.distribution();
        for package in &image.packages {
            if package.name.is_empty() || package.version.is_empty() {
                continue;
            }
            let version = self.native_version(package, distribution.as_deref(), source);
            self.contains(key, &version, None, None, source);
        }
        for found in &image.python {
            let Ok((name, version)) = found.release() else {
                continue;
            };
            let version = self.version_row(&name, &version, None);
            self.statements
                .insert((source.document.to_owned(), version.clone()));
            self.contains(key, &version, found.location.as_deref(), found.layer, source);
        }
    }

    fn contains(
        &mut self,
        image: &str,
        version: &str,
        location: Option<&str>,
        layer: Option<u32>,
        source: &Source<'_>,
    ) {
        let row = map! {
            "image" => image, "stamp" => &source.stamp, "version" => version, "location" => location,
            "layer" => layer.map(i64::from),
        };
        let line = format!(
            "{image} {} {version} {}",
            source.document,
            location.unwrap_or_default()
        );
        self.put(&WRITE_CONTENTS, line, row);
    }

    /// The version of a package of an operating system; its key has no index and its version no order.
    fn native_version(
        &mut self,
        package: &NativePackage,
        distribution: Option<&str>,
        source: &Source<'_>,
    ) -> String {
        let (ecosystem, arch) = (package.ecosystem, package.arch.as_deref());
        let epoch = package.epoch.filter(|epoch| *epoch > 0);
        let name = ecosystem.normal_name(&package.name);
        let package_key = purl::native_package_key(ecosystem, distribution, &name);
        let key = purl::native_version_key(&package_key, &package.version, arch, epoch);
        self.packages.entry(package_key.clone()).or_insert_with(
            || map! { "key" => &package_key, "name" => &name, "ecosystem" => ecosystem.as_str() },
        );
        let row = map! {
            "key" => &key, "package" => &package_key, "ecosystem" => ecosystem.as_str(), "name" => &name,
            "version" => &package.version, "epoch" => epoch.and_then(|epoch| i64::try_from(epoch).ok()), "arch" => arch,
        };
        self.put(&WRITE_NATIVE_VERSIONS, key.clone(), row);
        let row = map! { "document" => source.document, "version" => &key };
        self.put(&WRITE_STATEMENTS, format!("{key} {}", source.document), row);
        self.native_dependencies(package, &key, source);
        key
    }

    fn native_dependencies(&mut self, package: &NativePackage, key: &str, source: &Source<'_>) {
        let lists = [
            &package.requires,
            &package.depends,
            &package.pre_depends,
            &package.replaces,
        ];
        if lists.iter().all(|list| list.is_none()) && package.source.is_none() {
            return;
        }
        let [requires, depends, pre_depends, replaces] = lists.map(|list| each_once(list.as_deref()));
        let row = map! {
            "key" => key, "stamp" => &source.stamp, "requires" => requires, "depends" => depends,
            "preDepends" => pre_depends, "replaces" => replaces, "source" => package.source.as_deref(),
            "sourceVersion" => package.source_version.as_deref(),
        };
        self.put_newest(&WRITE_NATIVE_DEPENDENCIES, key, source, row);
    }

    fn symbols(&mut self, image: &ImageAnalysis, key: &str, source: &Source<'_>) {
        if image.libraries.iter().all(|library| library.symbols.is_empty()) {
            return;
        }
        let head = map! { "key" => key, "stamp" => &source.stamp };
        self.put_newest(&WRITE_OFFERS_DROP, key, source, head.clone());
        self.put_newest(&WRITE_OFFERS_HEADS, key, source, head);
        for library in &image.libraries {
            for symbol in &library.symbols {
                let name = format!("{}:{symbol}", library.name());
                let row = map! { "key" => &name, "library" => library.name(), "symbol" => symbol };
                let offer = map! { "image" => key, "stamp" => &source.stamp, "symbol" => &name };
                self.put(&WRITE_OFFERS, format!("{key} {} {name}", source.document), offer);
                self.put(&WRITE_SYMBOLS, name, row);
            }
        }
    }
}

/// `path=version` of an interpreter; the path alone where the version is not known.
fn interpreter(interpreter: &Interpreter) -> String {
    match interpreter.version.as_deref() {
        Some(version) => format!("{}={version}", interpreter.path),
        None => interpreter.path.clone(),
    }
}

/// A list with each of its texts once, in the order of the first mentions.
fn each_once(list: Option<&[String]>) -> Value {
    let mut seen = BTreeSet::new();
    let list = list
        .unwrap_or_default()
        .iter()
        .filter(|text| seen.insert(text.as_str()));
    unless_empty(list.cloned().collect())
}

/// The machine as environments name it, of the architecture as images name it.
fn machine(architecture: &str) -> &str {
    match architecture {
        "amd64" => "x86_64",
        "arm64" => "aarch64",
        other => other,
    }
}

/// An environment variable as the graph may have it: the graph is read by more people than the store.
fn masked(variable: &str) -> String {
    let (name, value) = variable.split_once('=').unwrap_or((variable, ""));
    let upper = name.to_ascii_uppercase();
    if SECRET_NAMES.iter().any(|part| upper.contains(part)) {
        return format!("{name}={MASK}");
    }
    // `scheme://user:password@host`
    let authority = value.split_once("://").and_then(|(scheme, rest)| {
        let end = rest.find('/').unwrap_or(rest.len());
        let (_, host) = rest.get(..end)?.rsplit_once('@')?;
        Some(format!("{name}={scheme}://{MASK}@{host}{}", rest.get(end..)?))
    });
    authority.unwrap_or_else(|| variable.to_owned())
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn what_looks_like_a_secret_stays_out_of_the_graph() {
        for (variable, shown) in [
            ("PATH=/usr/bin", "PATH=/usr/bin"),
            ("GITHUB_TOKEN=abc", "GITHUB_TOKEN=***"),
            ("db_password=abc=def", "db_password=***"),
            ("AWS_SECRET_ACCESS_KEY=", "AWS_SECRET_ACCESS_KEY=***"),
            (
                "INDEX=https://me:pass@host.test/a@b",
                "INDEX=https://***@host.test/a@b",
            ),
            ("PAGE=https://host.test/a@b", "PAGE=https://host.test/a@b"),
            ("BARE", "BARE"),
        ] {
            assert_eq!(masked(variable), shown);
        }
    }
}
