//! Names and package URLs of packages of operating systems.

use thoth_schema::nevra::Nevra;
use thoth_schema::purl::{NativeEcosystem, native_package_key, native_version_key};

use crate::shared;

#[test]
fn names_of_rpms_are_taken_apart() {
    let parse = |text: &str| Nevra::parse(text).unwrap();
    let parts = |text: &str| {
        let nevra = parse(text);
        (nevra.name, nevra.epoch, nevra.version, nevra.release, nevra.arch)
    };
    let whole = |name: &str, epoch: Option<u64>, version: &str, release: &str, arch: Option<&str>| {
        (
            name.to_owned(),
            epoch,
            version.to_owned(),
            release.to_owned(),
            arch.map(str::to_owned),
        )
    };
    assert_eq!(
        parts("java-1.8.0-openjdk-headless-1:1.8.0.312.b07-2.el8_5.x86_64"),
        whole(
            "java-1.8.0-openjdk-headless",
            Some(1),
            "1.8.0.312.b07",
            "2.el8_5",
            Some("x86_64")
        )
    );
    assert_eq!(
        parts("1:dbus-1.6.12-17.el7.x86_64"),
        whole("dbus", Some(1), "1.6.12", "17.el7", Some("x86_64"))
    );
    assert_eq!(parts("bash-0:5.1-1"), whole("bash", None, "5.1", "1", None));
    assert_eq!(
        parts("gpg-pubkey-f4a80eb5-53a7ff4b.(none)"),
        whole("gpg-pubkey", None, "f4a80eb5", "53a7ff4b", None)
    );
    for wrong in [
        "",
        "bash",
        "bash-5.1",
        "-5.1-1",
        "bash--1",
        "bash-5.1-",
        "1:2.0.5-12.fc39",
        "1:-2-3",
    ] {
        assert_eq!(Nevra::parse(wrong), None, "{wrong}");
    }
    let Some(folder) = shared::folder() else { return };
    let vectors = std::fs::read_to_string(folder.join("images/vectors/nevra-parse.txt")).unwrap();
    let mut compared = 0;
    for line in vectors
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let fields: Vec<&str> = line
            .split_whitespace()
            .map(|field| field.trim_matches('\''))
            .collect();
        let [text, name, epoch, version, release, arch] = fields[..] else {
            panic!("{line}")
        };
        let arch = (!arch.is_empty()).then_some(arch);
        // A package without a name is none.
        let expected = (!name.is_empty()).then(|| whole(name, epoch.parse().ok(), version, release, arch));
        assert_eq!(Nevra::parse(text).map(|_| parts(text)), expected, "{text}");
        compared += 1;
    }
    assert!(compared >= 4);
}

#[test]
fn package_urls_of_systems_are_those_of_the_specification() {
    use NativeEcosystem::{Apk, Deb, Rpm};
    let url = |ecosystem, distribution, name, version, arch, epoch| {
        native_version_key(
            &native_package_key(ecosystem, distribution, name),
            version,
            arch,
            epoch,
        )
    };
    assert_eq!(
        url(Rpm, Some("Fedora"), "curl", "7.50.3-1.fc25", Some("i386"), None),
        "pkg:rpm/fedora/curl@7.50.3-1.fc25?arch=i386"
    );
    assert_eq!(
        url(
            Rpm,
            Some("centos"),
            "openssl-libs",
            "1.0.1e-60.el7",
            Some("x86_64"),
            Some(1)
        ),
        "pkg:rpm/centos/openssl-libs@1.0.1e-60.el7?arch=x86_64&epoch=1"
    );
    assert_eq!(
        url(Rpm, None, "libstdc++", "8-1", None, Some(0)),
        "pkg:rpm/libstdc%2B%2B@8-1"
    );
    assert_eq!(
        url(Deb, Some("debian"), "Attr", "1:2.4.47-2+b1", Some("amd64"), None),
        "pkg:deb/debian/attr@1:2.4.47-2%2Bb1?arch=amd64"
    );
    assert_eq!(
        url(Apk, Some("alpine"), "curl", "7.83.0-r0", Some("x86"), None),
        "pkg:apk/alpine/curl@7.83.0-r0?arch=x86"
    );
    assert_eq!(
        native_package_key(Rpm, Some("rhel"), "MAKEDEV"),
        "pkg:rpm/rhel/MAKEDEV"
    );
}
