//! Analyses of container images: envelopes and every generation of the predecessor's.

use serde_json::{Value, json};
use thoth_schema::document::{Document, DocumentKind, Limits, Payload};
use thoth_schema::error::ErrorCode;
use thoth_schema::image::{ImageAnalysis, Interpreter};
use thoth_schema::nevra::Nevra;

use crate::shared;

fn image(document: &Document) -> &ImageAnalysis {
    match &document.payload {
        Payload::Image(image) => image,
        _ => panic!("not an image document"),
    }
}

fn fault(value: &Value) -> (ErrorCode, String) {
    let fault = Document::from_value(value).unwrap_err();
    (fault.code, fault.pointer.unwrap_or_default())
}

fn hex(digit: &str) -> String {
    digit.repeat(64)
}

/// An envelope with everything that an analysis may find.
pub(crate) fn envelope() -> Value {
    json!({
        "kind": "image", "schemaVersion": 1, "producer": {"name": "image-analyser", "version": "1"},
        "producedAt": "2026-01-01T00:00:00Z",
        "payload": {
            "names": ["registry.test/team/app:1"], "digest": format!("sha256:{}", hex("a")), "imageId": format!("sha256:{}", hex("b")),
            "layers": [format!("sha256:{}", hex("1")), format!("sha256:{}", hex("2"))], "size": 624_640, "architecture": "amd64",
            "createdAt": "2025-12-31T23:00:00+01:00", "env": ["PATH=/usr/bin", "API_TOKEN=secret"],
            "labels": {"maintainer": "somebody"}, "entrypoint": ["/usr/bin/python3", "-m", "app"],
            "operatingSystem": {"id": "Debian", "versionId": "12", "name": "Debian GNU/Linux"},
            "packages": [
                {"ecosystem": "deb", "name": "libc6", "version": "2.36-9+deb12u4", "arch": "amd64", "source": "glibc",
                    "depends": ["libgcc-s1"], "preDepends": [], "replaces": ["libc6-amd64"]},
                {"ecosystem": "deb", "name": "login", "version": "1:4.13+dfsg1-1", "arch": "amd64"},
            ],
            "python": [
                {"name": "Flask", "version": "1.1.2", "location": "/opt/app/site-packages", "layer": 1},
                {"name": "odd", "version": "2004d-nope"},
            ],
            "interpreters": [{"path": "/usr/bin/python3", "link": "/usr/bin/python3.11", "version": "3.11.2"}],
            "libraries": [{"path": "/lib/libc-2.36.so", "soname": "libc.so.6", "symbols": ["GLIBC_2.28", "GLIBC_2.36"]}],
            "cuda": {"/usr/local/cuda/version.txt": "10.1.243"},
            "pythonFiles": [{"path": "/b.py", "sha256": hex("d")}, {"path": "/a.py", "sha256": hex("c")}],
        },
    })
}

#[test]
fn an_envelope_is_read_and_written_again() {
    let document = Document::from_value(&envelope()).unwrap();
    assert_eq!(document.kind, DocumentKind::Image);
    assert_eq!(
        (document.generation.as_str(), document.unknown_keys),
        ("envelope 1", 0)
    );
    let image = image(&document);
    assert_eq!(image.key(), format!("sha256:{}", hex("a")));
    assert_eq!(image.created_at.as_deref(), Some("2025-12-31T22:00:00Z"));
    assert_eq!(image.distribution().as_deref(), Some("debian"));
    assert_eq!(image.libraries[0].name(), "libc.so.6");
    assert_eq!(image.skipped.len(), 1);
    assert_eq!(image.skipped[0].pointer, "/payload/python/1");
    let again = Document::new(
        document.producer.clone(),
        &document.produced_at,
        None,
        None,
        &document.payload,
    )
    .unwrap();
    assert_eq!(again.payload, document.payload);
}

#[test]
fn python_files_are_told_by_a_digest_that_does_not_depend_on_their_order() {
    let mut value = envelope();
    let digest = |value: &Value| image(&Document::from_value(value).unwrap()).python_files_digest();
    let first = digest(&value);
    assert_eq!(
        first.as_deref(),
        Some(
            thoth_schema::document::sha256_hex(
                format!("{} /a.py\n{} /b.py\n", hex("c"), hex("d")).as_bytes()
            )
            .as_str()
        )
    );
    value["payload"]["pythonFiles"].as_array_mut().unwrap().reverse();
    assert_eq!(digest(&value), first);
    value["payload"]["pythonFiles"] = json!([]);
    assert_eq!(digest(&value), None);
}

#[test]
fn an_image_is_known_by_digest_else_layers_else_name() {
    let mut value = envelope();
    value["payload"]["digest"] = Value::Null;
    let by_layers = image(&Document::from_value(&value).unwrap()).key();
    assert!(
        by_layers.starts_with("layers:") && by_layers.len() == 7 + 64,
        "{by_layers}"
    );
    value["payload"]["layers"] = json!([]);
    assert_eq!(
        image(&Document::from_value(&value).unwrap()).key(),
        "name:registry.test/team/app:1"
    );
    value["payload"]["names"] = json!([]);
    assert_eq!(
        fault(&value),
        (ErrorCode::SchemaViolation, "/payload/digest".to_owned())
    );
}

#[test]
fn wrong_types_in_an_envelope_are_told_with_their_place() {
    for (pointer, wrong) in [
        ("/payload", json!([])),
        ("/payload/digest", json!("latest")),
        ("/payload/layers/1", json!(2)),
        ("/payload/size", json!(-1)),
        ("/payload/createdAt", json!("yesterday")),
        ("/payload/labels", json!(["a"])),
        ("/payload/packages/0/ecosystem", json!("npm")),
        ("/payload/packages/1/arch", json!(64)),
        ("/payload/python/0/layer", json!("last")),
        ("/payload/libraries/0/symbols", json!("GLIBC_2.28")),
        ("/payload/pythonFiles/1/sha256", json!(null)),
    ] {
        let mut value = envelope();
        *value.pointer_mut(pointer).unwrap() = wrong;
        assert_eq!(fault(&value), (ErrorCode::SchemaViolation, pointer.to_owned()));
    }
    let mut value = envelope();
    value["schemaVersion"] = json!(2);
    assert_eq!(fault(&value).0, ErrorCode::UnknownSchemaVersion);
}

#[test]
fn keys_that_are_not_understood_are_counted() {
    let mut value = envelope();
    value["payload"]["smell"] = json!("none");
    value["payload"]["packages"][1]["colour"] = json!("red");
    value["payload"]["operatingSystem"]["codename"] = json!("bookworm");
    assert_eq!(Document::from_value(&value).unwrap().unknown_keys, 3);
}

/// A document of 2021 to 2023, with every key.
fn of_2021() -> Value {
    json!({
        "metadata": {
            "analyzer": "thoth-package-extract", "analyzer_version": "1.2.1", "datetime": "2021-12-15T16:22:59.1",
            "document_id": "package-extract-211215162259-33c8d9c730b775eb", "thoth_deployment_name": "ocp4-stage",
            "arguments": {"extract-image": {"image": "registry.test/s2i:v1"}},
            "os_release": {"id": "fedora", "version_id": "32"},
        },
        "result": {
            "rpm": ["bash-4.4.20-2.el8.x86_64", "dbus-1.12.8-7.el8.x86_64", "gpg-pubkey-fd431d51-4ae0493b", "nonsense"],
            "rpm-dependencies": [{"name": "dbus", "version": "1.12.8", "release": "7.el8", "epoch": "1", "arch": "x86_64", "src": false,
                "package_identifier": "dbus-1:1.12.8-7.el8.x86_64", "dependencies": ["libc.so.6(GLIBC_2.14)(64bit)"]}],
            "deb": [{"name": "libc6:amd64", "version": "2.31-13", "arch": "amd64"}, {"name": "login", "version": "1:4.8.1-1", "arch": "amd64"}],
            "deb-dependencies": [{"name": "login", "version": "4.8.1-1", "epoch": "1", "arch": "amd64",
                "pre-depends": [{"name": "libc6", "version": ">= 2.14"}], "depends": [{"name": "a | b", "version": null}], "replaces": []}],
            "python-files": [{"filepath": "/app.py", "sha256": hex("c")}],
            "python-packages": [{"package_name": "Flask", "package_version": "1.1.2", "location": "/opt/site-packages"},
                {"package_name": "bad", "package_version": "not a version", "location": "/opt/site-packages"}],
            "python-interpreters": [{"path": "/usr/bin/python3.8", "link": null, "version": null},
                {"path": "/usr/bin/python3", "link": "/usr/bin/python3.6", "version": "Python 3.6.8"}],
            "operating-system": {"id": "rhel", "name": "Red Hat Enterprise Linux", "version_id": "8.4", "home_url": "x"},
            "skopeo-inspect": {"Name": "registry.test/s2i", "Digest": format!("sha256:{}", hex("a")), "Created": "2021-12-01T10:00:00.123456789Z",
                "DockerVersion": "", "Labels": {"vendor": "x"}, "Architecture": "amd64", "Os": "linux",
                "Layers": [format!("sha256:{}", hex("1"))], "Env": ["APP_ROOT=/opt", "SECRET_KEY=x"], "RepoTags": ["v1", "v2"]},
            "system-symbols": {"/lib64/libc-2.28.so": ["GLIBC_2.2.5", "GLIBC_2.28"], "/lib64/libc.so.6": []},
            "cuda-version": {"/usr/local/cuda/version.txt": "10.1.243", "nvcc_version": null},
            "aicoe-ci": {"requirements": null, "requirements_lock": null},
            "layers": [hex("1")], "image_size": 1234,
        },
    })
}

#[test]
fn documents_of_2021_state_what_they_have() {
    let document = Document::from_value(&of_2021()).unwrap();
    assert_eq!(
        (document.kind, document.generation.as_str(), document.unknown_keys),
        (DocumentKind::Image, "predecessor 2021", 0)
    );
    assert_eq!(document.origin.as_deref(), Some("ocp4-stage"));
    let image = image(&document);
    assert_eq!(image.key(), format!("sha256:{}", hex("a")));
    assert_eq!(image.names, ["registry.test/s2i:v1", "registry.test/s2i"]);
    assert_eq!(image.layers, [format!("sha256:{}", hex("1"))]);
    assert_eq!(
        (image.size, image.architecture.as_deref()),
        (Some(1234), Some("amd64"))
    );
    assert_eq!(image.operating_system.as_ref().unwrap().id, "rhel");
    let seen: Vec<(&str, &str, Option<u64>, Option<&str>)> = image
        .packages
        .iter()
        .map(|package| {
            (
                package.name.as_str(),
                package.version.as_str(),
                package.epoch,
                package.arch.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("dbus", "1.12.8-7.el8", Some(1), Some("x86_64")),
            ("bash", "4.4.20-2.el8", None, Some("x86_64")),
            ("gpg-pubkey", "fd431d51-4ae0493b", None, None),
            ("libc6", "2.31-13", None, Some("amd64")),
            ("login", "1:4.8.1-1", None, Some("amd64")),
        ]
    );
    assert_eq!(
        image.packages[0].requires.as_deref().unwrap(),
        ["libc.so.6(GLIBC_2.14)(64bit)"]
    );
    assert_eq!(image.packages[1].requires, None, "not asked for is not none");
    assert_eq!(image.packages[3].depends, None);
    assert_eq!(
        image.packages[4].pre_depends.as_deref().unwrap(),
        ["libc6 (>= 2.14)"]
    );
    assert_eq!(image.packages[4].depends.as_deref().unwrap(), ["a | b"]);
    assert_eq!(image.cuda.len(), 1);
    assert_eq!(
        image
            .interpreters
            .iter()
            .filter_map(Interpreter::python)
            .collect::<Vec<_>>(),
        ["3.8", "3.6"]
    );
    let skipped: Vec<&str> = image
        .skipped
        .iter()
        .map(|skipped| skipped.pointer.as_str())
        .collect();
    assert_eq!(skipped, ["/result/rpm/3", "/result/python-packages/1"]);
}

#[test]
fn the_image_of_a_document_is_told_by_what_its_generation_has() {
    let mut value = of_2021();
    value["result"]["skopeo-inspect"]["Digest"] = json!("none");
    let document = Document::from_value(&value).unwrap();
    assert!(image(&document).key().starts_with("layers:"));
    assert_eq!(
        image(&document).skipped[0].pointer,
        "/result/skopeo-inspect/Digest"
    );
    value["result"]["layers"] = Value::Null;
    assert_eq!(
        image(&Document::from_value(&value).unwrap()).layers.len(),
        1,
        "those of the inspection"
    );
    value["result"]["skopeo-inspect"] = Value::Null;
    assert_eq!(
        image(&Document::from_value(&value).unwrap()).key(),
        "name:registry.test/s2i:v1"
    );
    value["metadata"]["arguments"] = json!({});
    assert_eq!(fault(&value).1, "/metadata/arguments/extract-image/image");
}

#[test]
fn wrong_types_in_a_document_of_the_predecessor_are_told_with_their_place() {
    for (pointer, wrong) in [
        ("/result/layers", json!("one")),
        ("/result/layers/0", json!(1)),
        ("/result/image_size", json!("large")),
        ("/result/rpm", json!({})),
        ("/result/rpm/1", json!({})),
        ("/result/rpm-dependencies/0", json!("dbus")),
        ("/result/rpm-dependencies/0/name", json!(null)),
        ("/result/rpm-dependencies/0/epoch", json!("first")),
        ("/result/rpm-dependencies/0/dependencies/0", json!(5)),
        ("/result/deb/0/version", json!(2)),
        ("/result/deb-dependencies/0/depends/0/name", json!([])),
        ("/result/python-packages/0/package_name", json!(7)),
        ("/result/python-files/0/sha256", json!(7)),
        ("/result/python-interpreters", json!(7)),
        ("/result/operating-system", json!("rhel")),
        ("/result/skopeo-inspect/Env", json!({"A": "b"})),
        ("/result/skopeo-inspect/Labels/vendor", json!(1)),
        (
            "/result/system-symbols/~1lib64~1libc-2.28.so",
            json!("GLIBC_2.2.5"),
        ),
        ("/result/cuda-version/nvcc_version", json!(10.1)),
    ] {
        let mut value = of_2021();
        *value.pointer_mut(pointer).unwrap() = wrong;
        assert_eq!(fault(&value), (ErrorCode::SchemaViolation, pointer.to_owned()));
    }
    let text = of_2021().to_string();
    let cut = Document::from_json_bytes(&text.as_bytes()[..text.len() / 2], &Limits::default()).unwrap_err();
    assert_eq!(cut.code, ErrorCode::TruncatedInput);
}

#[test]
fn mercator_is_read_where_there_is_no_other_list() {
    let mut value = of_2021();
    let manifest = |ecosystem: &str, path: &str, name: &str| json!({"ecosystem": ecosystem, "path": path, "digests": {}, "result": {"name": name, "version": "1.0"}});
    value["result"]["python-packages"] = Value::Null;
    value["result"]["mercator"] = json!([
        manifest("Python-Dist", "/lib/site-packages/a-1.0.dist-info/METADATA", "a"),
        manifest("Python-Dist", "/lib/site-packages/b.egg/EGG-INFO/PKG-INFO", "b"),
        manifest("NodeJS", "/lib/node_modules/c/package.json", "c"),
        {"ecosystem": "Python-Dist", "path": "/setup.py", "result": null},
    ]);
    let document = Document::from_value(&value).unwrap();
    let found: Vec<(&str, Option<&str>)> = image(&document)
        .python
        .iter()
        .map(|found| (found.name.as_str(), found.location.as_deref()))
        .collect();
    assert_eq!(
        found,
        [
            ("a", Some("/lib/site-packages")),
            ("b", Some("/lib/site-packages/b.egg"))
        ]
    );
    let skipped = image(&document)
        .skipped
        .iter()
        .map(|skipped| skipped.pointer.as_str());
    assert_eq!(
        skipped.collect::<Vec<_>>(),
        ["/result/rpm/3", "/result/mercator/2", "/result/mercator/3"]
    );
}

#[test]
fn the_recorded_document_of_2018_is_read_without_a_loss() {
    let Some(value) = shared::json("documents/package-extract-2018-centos7.json") else {
        return;
    };
    let document = Document::from_value(&value).unwrap();
    assert_eq!(
        (document.generation.as_str(), document.unknown_keys),
        ("predecessor 2018", 0)
    );
    let image = image(&document);
    assert_eq!(image.names, ["radanalyticsio/tensorflow-serving-s2i"]);
    assert!(image.key().starts_with("layers:"));
    assert_eq!(
        (image.layers.len(), image.packages.len(), image.python.len()),
        (8, 265, 4)
    );
    assert_eq!(
        image.operating_system, None,
        "the analyser's own is not the image's"
    );
    assert_eq!(image.distribution().as_deref(), Some("centos"));
    assert_eq!(image.skipped, []);
    let with_requires = image.packages.iter().filter(|package| package.requires.is_some());
    assert_eq!(with_requires.count(), 264);
    assert_eq!(
        image
            .packages
            .iter()
            .filter(|package| package.epoch.is_some())
            .count(),
        27
    );
    assert_eq!(
        image.python[0].location.as_deref(),
        Some("/usr/lib/python2.7/site-packages")
    );
    let mut names: Vec<String> = Vec::new();
    for listed in value["result"]["rpm"].as_array().unwrap() {
        let nevra = Nevra::parse(listed.as_str().unwrap()).unwrap();
        let arch = nevra
            .arch
            .as_deref()
            .map(|arch| format!(".{arch}"))
            .unwrap_or_default();
        names.push(format!("{}-{}{arch}", nevra.name, nevra.version_release()));
    }
    assert_eq!(json!(names), value["result"]["rpm"]);
}

/// A document of a heavy kind may be larger than one of a light kind, and neither a byte larger than its limit.
#[test]
fn each_kind_has_a_limit_of_its_own() {
    let heavy = envelope().to_string();
    let light = json!({"name": "flask", "version": "1.0", "summary": "x".repeat(500)}).to_string();
    let read = |text: &str, document_bytes: usize, heavy_document_bytes: usize| {
        let limits = Limits {
            document_bytes,
            heavy_document_bytes,
            ..Limits::default()
        };
        Document::from_json_bytes(text.as_bytes(), &limits).map_err(|fault| fault.code)
    };
    let too_large = Err(ErrorCode::DocumentTooLarge);
    assert!(read(&heavy, 10, heavy.len()).is_ok());
    assert_eq!(read(&heavy, 10, heavy.len() - 1), too_large);
    assert_eq!(read(&heavy, heavy.len(), heavy.len() - 1), too_large);
    assert!(read(&light, light.len(), 10).is_ok());
    assert_eq!(read(&light, light.len() - 1, 10), too_large);
    assert_eq!(read(&light, light.len() - 1, light.len()), too_large);
}

/// What is known of an analysed image, as the payload of an envelope.
fn payload(known: &Value) -> Value {
    let list = |key: &str| known[key].as_array().cloned().unwrap_or_default();
    let relations = |said: &Value| {
        let text = said.as_str()?;
        Some(text.split(", ").map(str::to_owned).collect::<Vec<String>>())
    };
    let deb = |said: &Value| {
        json!({"ecosystem": "deb", "name": said["name"], "version": said["version"], "arch": said["arch"], "source": said["source"],
            "sourceVersion": said["source_version"], "depends": relations(&said["depends"]), "preDepends": relations(&said["pre_depends"])})
    };
    let rpm = |said: &Value| {
        let version = format!(
            "{}-{}",
            said["version"].as_str().unwrap(),
            said["release"].as_str().unwrap()
        );
        json!({"ecosystem": "rpm", "name": said["name"], "version": version, "epoch": said["epoch"], "arch": said["arch"]})
    };
    let python = |said: &Value| {
        let (location, _) = said["path"].as_str().unwrap().rsplit_once('/').unwrap();
        json!({"name": said["name"], "version": said["version"], "location": location, "layer": said["layer"]})
    };
    let system = &known["operating_system"];
    json!({
        "names": [known["image"]], "digest": known["oci_manifest"], "imageId": known["image_id"], "layers": known["layers"],
        "size": known["uncompressed_bytes"], "env": known["environment"], "cuda": known["cuda"],
        "operatingSystem": {"id": system["ID"], "versionId": system["VERSION_ID"], "name": system["NAME"]},
        "packages": list("deb").iter().map(deb).chain(list("rpm").iter().map(rpm)).collect::<Vec<_>>(),
        "python": list("python").iter().map(python).collect::<Vec<_>>(),
    })
}

#[test]
fn the_schema_holds_what_is_known_of_the_recorded_images() {
    for (name, packages, python, distribution) in [
        ("debian12-flask", 122, 21, "debian"),
        ("mariner2-rpm-sqlite", 129, 2, "mariner"),
        ("ubi8-rpm-bdb", 1, 2, "rhel"),
    ] {
        let Some(known) = shared::json(&format!("images/{name}/expected.json")) else {
            return;
        };
        let mut value = envelope();
        value["payload"] = payload(&known);
        let document = Document::from_value(&value).unwrap();
        let image = image(&document);
        assert_eq!((document.unknown_keys, image.skipped.len()), (0, 0), "{name}");
        assert_eq!(
            (image.packages.len(), image.python.len()),
            (packages, python),
            "{name}"
        );
        assert_eq!(image.key(), known["oci_manifest"].as_str().unwrap());
        assert_eq!(image.distribution().as_deref(), Some(distribution));
    }
}
