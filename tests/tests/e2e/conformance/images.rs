//! Images: their part of the fixture, and the parameter sets of the statements that write them.

use serde_json::{Value as Json, json};
use thoth_cypher::{Value, map};

use super::fixture::{documents, sha256};
use super::parameters::version;

const NEWER: &str = "2030-01-01T00:00:00.000000Z#1";
const OLDER: &str = "2000-01-01T00:00:00.000000Z#1";

/// Packages of operating systems in the fixture.
pub(super) const NATIVE_PACKAGES: &[&str] = &["pkg:deb/debian/web", "pkg:rpm/centos/openssl-libs"];
/// Versions of such packages.
pub(super) const NATIVE_VERSIONS: &[&str] = &[
    "pkg:deb/debian/web@1.0",
    "pkg:rpm/centos/openssl-libs@1.0.1e-60.el7?arch=x86_64&epoch=1",
];

/// The key of the image that two documents of the fixture speak of.
pub(super) fn image_key() -> String {
    format!("sha256:{}", sha256(800))
}

/// Two analyses of one image, of which the newer one did not look for symbols, and one of another image in the form of
/// the predecessor.
pub(super) fn fixture() -> Vec<Json> {
    let analysis = |at: &str, payload: Json| {
        json!({"kind": "image", "schemaVersion": 1, "producer": {"name": "analyser", "version": "1"}, "producedAt": at,
            "payload": payload})
    };
    let (first, second) = (
        format!("sha256:{}", sha256(801)),
        format!("sha256:{}", sha256(802)),
    );
    vec![
        analysis(
            "2021-01-01T00:00:00Z",
            json!({
                "names": ["registry.example/app:1"], "digest": image_key(), "layers": [first, second], "size": 123_456_789_012_u64,
                "architecture": "amd64", "createdAt": "2020-12-31T23:59:59Z", "env": ["PATH=/usr/bin", "API_KEY=hidden"],
                "labels": {"vendor": "it's"}, "entrypoint": ["/bin/sh", "-c"],
                "operatingSystem": {"id": "debian", "versionId": "12", "name": "Debian GNU/Linux"},
                "packages": [
                    {"ecosystem": "deb", "name": "libstdc++6", "version": "1:12.2.0-14+b1", "arch": "amd64", "source": "gcc-12",
                        "sourceVersion": "12.2.0-14", "depends": ["gcc-12-base (= 12.2.0-14)", "libc6 (>= 2.36)"], "preDepends": []},
                    {"ecosystem": "deb", "name": "web", "version": "1.0"},
                    {"ecosystem": "apk", "name": "musl", "version": "1.2.3-r5", "arch": "x86_64", "replaces": ["old-musl"]},
                ],
                "python": [
                    {"name": "Web", "version": "1.1", "location": "/usr/lib/python3/dist-packages", "layer": 0},
                    {"name": "web", "version": "1.1", "location": "/opt/lib", "layer": 1},
                    {"name": "only-in-image", "version": "0.1", "location": "/opt/lib"},
                    {"name": "unreadable", "version": "no version"},
                ],
                "interpreters": [{"path": "/usr/bin/python3", "version": "3.11.2"}, {"path": "/usr/bin/python3.9"}],
                "libraries": [{"path": "/lib/libc-2.36.so", "soname": "libc.so.6", "symbols": ["GLIBC_2.28", "GLIBC_2.36"]}],
                "cuda": {"nvcc": "10.1"}, "pythonFiles": [{"path": "/opt/a.py", "sha256": sha256(803)}],
            }),
        ),
        analysis(
            "2021-06-01T00:00:00Z",
            json!({
                "names": ["registry.example/app:latest"], "digest": image_key(), "layers": [first, second],
                "packages": [{"ecosystem": "deb", "name": "libstdc++6", "version": "1:12.2.0-14+b1", "arch": "amd64", "depends": ["libc6"]}],
                "python": [{"name": "web", "version": "2.0", "location": "/opt/lib"}],
            }),
        ),
        json!({
            "metadata": {"analyzer": "thoth-package-extract", "analyzer_version": "1.0.0", "datetime": "2018-04-27T12:44:26.547204",
                "arguments": {"extract-image": {"image": "team/builder"}}},
            "result": {
                "layers": [sha256(804)], "rpm": ["centos-release-7-3.1611.el7.centos.x86_64", "gpg-pubkey-f4a80eb5-53a7ff4b"],
                "rpm-dependencies": [{"name": "openssl-libs", "version": "1.0.1e", "release": "60.el7", "epoch": "1",
                    "arch": "x86_64", "src": false, "dependencies": ["libc.so.6()(64bit)", "/sbin/ldconfig", "/sbin/ldconfig"]}],
                "mercator": [{"ecosystem": "Python-Dist", "path": "/usr/lib/python2.7/site-packages/web-1.0.egg-info/PKG-INFO",
                    "result": {"name": "web", "version": "1.0"}}],
            },
        }),
    ]
}

/// The rows of the statements that write images, one list for each time that a statement runs.
pub(super) fn rows(name: &str) -> Option<Vec<Vec<Value>>> {
    let image = image_key();
    let (web, lib) = (version("web", "1.1", None), version("lib", "2.0", None));
    let native = "pkg:deb/debian/web@1.0";
    let document = documents().swap_remove(0).id;
    let none = None::<String>;
    let stamped = |key: &str, stamp: &str| map! { "key" => key, "stamp" => stamp };
    let dated = || {
        vec![
            vec![stamped(&image, OLDER), stamped("nowhere", NEWER)],
            vec![stamped(&image, NEWER)],
        ]
    };
    Some(match name {
        "write/images" => vec![vec![
            map! { "key" => "i1", "document" => &document, "names" => none.clone() },
            map! { "key" => &image, "document" => &document, "names" => vec!["a", "b"] },
            map! { "key" => "i2", "document" => "nowhere", "names" => none },
        ]],
        "write/image_heads" => {
            let row = |key: &str, stamp: &str, size: Option<i64>| {
                map! { "key" => key, "stamp" => stamp, "names" => vec!["a"], "imageId" => None::<String>, "layers" => vec!["l"],
                "layersKey" => "layers:1", "size" => size }
            };
            vec![
                vec![
                    row(&image, OLDER, Some(1)),
                    row("i1", NEWER, Some(i64::MAX)),
                    row("nowhere", NEWER, None),
                ],
                vec![row(&image, NEWER, None)],
            ]
        }
        "write/image_configs" => {
            let row = |stamp: &str, env: Option<Vec<String>>| {
                map! { "key" => &image, "stamp" => stamp, "architecture" => "arm64", "createdAt" => None::<String>,
                "env" => env.map_or(Value::Null, Value::from), "labels" => Value::Null, "entrypoint" => vec!["\"", "\\"] }
            };
            vec![
                vec![row(OLDER, None)],
                vec![row(NEWER, Some(vec!["A=\u{1f40d}".to_owned()]))],
            ]
        }
        "write/image_systems" => {
            let row = |stamp: &str, os: Option<&str>| {
                map! { "key" => &image, "stamp" => stamp, "os" => os, "osVersion" => os, "osName" => os, "interpreters" => vec!["p"],
                "cuda" => Value::Null, "pythonFiles" => 300_000_i64, "pythonFilesDigest" => sha256(1) }
            };
            vec![vec![row(OLDER, None)], vec![row(NEWER, Some("alpine"))]]
        }
        "write/contents_drop"
        | "write/contents_heads"
        | "write/offers_drop"
        | "write/offers_heads"
        | "write/image_environments_drop" => dated(),
        "write/contents" => {
            let row = |image: &str, stamp: &str, version: &str, location: Option<&str>| {
                map! { "image" => image, "stamp" => stamp, "version" => version, "location" => location,
                "layer" => location.map(|_| 3_i64) }
            };
            vec![vec![
                row(&image, NEWER, &web, Some("/a")),
                row(&image, NEWER, &web, Some("/b")),
                row(&image, NEWER, native, None),
                row(&image, OLDER, &lib, Some("/a")),
                row(&image, NEWER, "nowhere", None),
                row("nowhere", NEWER, &web, None),
            ]]
        }
        "write/image_environments" => vec![vec![
            map! { "image" => &image, "stamp" => NEWER, "environment" => "fedora-32-py3.8-x86_64-cpython" },
            map! { "image" => &image, "stamp" => NEWER, "environment" => "nowhere" },
        ]],
        "write/symbols" => {
            let row =
                |key: &str, library: &str| map! { "key" => key, "library" => library, "symbol" => "V1" };
            vec![
                vec![
                    row("libc.so.6:GLIBC_2.28", "libc.so.6"),
                    row("new.so:V1", "new.so"),
                ],
                vec![row("new.so:V1", "renewed.so")],
            ]
        }
        "write/offers" => vec![vec![
            map! { "image" => &image, "stamp" => NEWER, "symbol" => "libc.so.6:GLIBC_2.28" },
            map! { "image" => &image, "stamp" => OLDER, "symbol" => "libc.so.6:GLIBC_2.36" },
            map! { "image" => &image, "stamp" => NEWER, "symbol" => "nowhere" },
        ]],
        "write/native_versions" => {
            let row = |key: &str, package: &str, epoch: Option<i64>| {
                map! { "key" => key, "package" => package, "ecosystem" => "deb", "name" => "web", "version" => "2.0",
                "epoch" => epoch, "arch" => epoch.map(|_| "amd64") }
            };
            let package = "pkg:deb/debian/web";
            let fresh = "pkg:deb/debian/web@2.0";
            vec![
                vec![row(fresh, package, None), row("x", "nowhere", None)],
                vec![row(fresh, package, Some(2)), row(native, package, None)],
            ]
        }
        "write/native_dependencies" => {
            let row = |key: &str, stamp: &str, depends: Vec<&str>| {
                map! { "key" => key, "stamp" => stamp, "requires" => Value::Null, "depends" => depends, "preDepends" => Value::Null,
                "replaces" => Value::Null, "source" => None::<String>, "sourceVersion" => "1" }
            };
            vec![
                vec![row(native, OLDER, vec!["a"]), row("nowhere", NEWER, vec!["b"])],
                vec![row(native, NEWER, vec!["c", "d"])],
            ]
        }
        _ => return None,
    })
}
