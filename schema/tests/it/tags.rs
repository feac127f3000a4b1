//! File names and supported tags.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;
use thoth_schema::environment::{Environment, Platform};
use thoth_schema::tags::ArtifactName;

use crate::shared;

fn sorted(tags: &[String]) -> String {
    tags.iter()
        .map(String::as_str)
        .collect::<BTreeSet<&str>>()
        .into_iter()
        .collect::<Vec<&str>>()
        .join(" ")
}

#[test]
fn supported_tags_are_those_of_packaging() {
    let expected: Value = serde_json::from_str(include_str!("../data/supported-tags.json")).unwrap();
    assert_eq!(expected.as_object().unwrap().len(), 10);
    for (python, expected) in expected.as_object().unwrap() {
        let tags = Environment::for_platform(Platform::LinuxX86_64, python)
            .unwrap()
            .supported_tags();
        assert_eq!(
            sorted(&tags.python_abi),
            expected["python_abi"].as_str().unwrap(),
            "{python}"
        );
        assert_eq!(
            sorted(&tags.platforms),
            expected["platforms"].as_str().unwrap(),
            "{python}"
        );
        assert_eq!(
            sorted(&tags.any_python_abi),
            expected["any_python_abi"].as_str().unwrap(),
            "{python}"
        );
        let all: BTreeSet<String> = tags.all().collect();
        assert_eq!(all.len() as u64, expected["count"].as_u64().unwrap(), "{python}");
    }
}

#[test]
fn files_install_where_their_tags_say() {
    let supports = |platform: Platform, python: &str, file: &str| {
        Environment::for_platform(platform, python)
            .unwrap()
            .supported_tags()
            .supports(&ArtifactName::parse(file))
    };
    let linux = Platform::LinuxX86_64;
    for (platform, python, file, expected) in [
        (linux, "3.7", "a-1-cp37-cp37m-manylinux1_x86_64.whl", true),
        (linux, "3.8", "a-1-cp37-cp37m-manylinux1_x86_64.whl", false),
        (linux, "3.8", "a-1-cp36-abi3-manylinux2014_x86_64.whl", true),
        (linux, "3.8", "a-1-cp39-abi3-manylinux2014_x86_64.whl", false),
        (linux, "3.8", "a-1-py2.py3-none-any.whl", true),
        (linux, "3.8", "a-1-py2-none-any.whl", false),
        (linux, "3.8", "a-1-cp38-cp38-manylinux_2_28_x86_64.whl", true),
        (linux, "3.8", "a-1-cp38-cp38-manylinux_2_29_x86_64.whl", false),
        (linux, "3.8", "a-1-cp38-cp38-win_amd64.whl", false),
        (linux, "3.8", "a-1-py3-none-any.win_amd64.whl", true),
        (linux, "3.8", "a-1.tar.gz", true),
        (linux, "3.8", "a-1-py3.8.egg", false),
        (
            Platform::LinuxAarch64,
            "3.8",
            "a-1-cp38-cp38-manylinux2014_aarch64.whl",
            true,
        ),
        (
            Platform::LinuxAarch64,
            "3.8",
            "a-1-cp38-cp38-manylinux1_x86_64.whl",
            false,
        ),
        (
            Platform::MacosArm64,
            "3.10",
            "a-1-cp310-cp310-macosx_11_0_arm64.whl",
            true,
        ),
        (
            Platform::MacosArm64,
            "3.10",
            "a-1-cp310-cp310-macosx_10_9_x86_64.whl",
            false,
        ),
        (
            Platform::MacosArm64,
            "3.10",
            "a-1-cp310-cp310-macosx_12_0_universal2.whl",
            true,
        ),
        (
            Platform::WindowsX86_64,
            "3.10",
            "a-1-cp310-cp310-win_amd64.whl",
            true,
        ),
        (
            Platform::WindowsX86_64,
            "3.10",
            "a-1-cp310-cp310-win32.whl",
            false,
        ),
    ] {
        assert_eq!(
            supports(platform, python, file),
            expected,
            "{file} on {platform} {python}"
        );
    }
}

#[test]
fn an_older_c_library_takes_fewer_wheels() {
    let mut environment = Environment::for_platform(Platform::LinuxX86_64, "3.8").unwrap();
    environment.glibc = (2, 12);
    let tags = environment.supported_tags();
    assert!(tags.supports(&ArtifactName::parse("a-1-cp38-cp38-manylinux2010_x86_64.whl")));
    assert!(!tags.supports(&ArtifactName::parse("a-1-cp38-cp38-manylinux2014_x86_64.whl")));
}

#[test]
fn the_vectors_of_packaging_are_read() {
    let Some(vectors) = shared::vectors() else { return };
    for row in vectors["wheel_filenames"].as_array().unwrap() {
        let file = row[0].as_str().unwrap();
        let parsed = ArtifactName::parse(file);
        let tags: BTreeSet<String> = parsed
            .python_abi_tags()
            .iter()
            .flat_map(|pair| {
                parsed
                    .platform_tags()
                    .iter()
                    .map(move |platform| format!("{pair}-{platform}"))
            })
            .collect();
        let ArtifactName::Wheel {
            name, version, build, ..
        } = &parsed
        else {
            panic!("{file}")
        };
        assert_eq!(name, row[1].as_str().unwrap());
        assert_eq!(version.to_string(), row[2].as_str().unwrap());
        let wanted: String = row[3]
            .as_array()
            .unwrap()
            .iter()
            .map(|part| part.to_string().replace('"', ""))
            .collect();
        assert_eq!(build.clone().unwrap_or_default(), wanted);
        assert_eq!(
            tags,
            shared::strings(&row[4]).into_iter().collect::<BTreeSet<String>>(),
            "{file}"
        );
    }
    for row in vectors["sdist_filenames"].as_array().unwrap() {
        let parsed = ArtifactName::parse(row[0].as_str().unwrap());
        let ArtifactName::Sdist { name, version } = parsed else {
            panic!("{row}")
        };
        assert_eq!(
            (name.as_str(), version.to_string().as_str()),
            (row[1].as_str().unwrap(), row[2].as_str().unwrap())
        );
    }
    for key in ["wheel_filenames_invalid", "sdist_filenames_invalid"] {
        for file in shared::strings(&vectors[key]) {
            assert_eq!(ArtifactName::parse(&file), ArtifactName::Other, "{file}");
        }
    }
}

#[test]
fn recorded_wheels_are_all_read() {
    let Some(lines) = shared::lines("pypi/corpus.jsonl.zst") else {
        return;
    };
    let (mut wheels, mut other) = (0, Vec::new());
    for line in lines {
        let record: Value = serde_json::from_str(&line).unwrap();
        for artifact in record["artifacts"].as_array().unwrap() {
            let file = artifact["filename"].as_str().unwrap();
            match ArtifactName::parse(file) {
                ArtifactName::Wheel { .. } => wheels += 1,
                ArtifactName::Sdist { .. } => {}
                ArtifactName::Other => other.push(file.to_owned()),
            }
        }
    }
    assert!(wheels > 20_000, "{wheels}");
    assert!(other.iter().all(|file| !file.ends_with(".whl")), "{other:?}");
}

proptest! {
    #[test]
    fn nothing_makes_the_parser_panic(name in "[a-c._-]{0,9}[0-9.-]{0,6}[-a-z0-9._]{0,20}(\\.whl|\\.zip|\\.tar\\.gz|)") {
        let _ = ArtifactName::parse(&name);
    }
}

#[test]
fn the_tags_of_a_wheel_are_limited() {
    let tags = |letter: char, count: usize| {
        let tags = (0..count).map(|number| format!("{letter}{number}"));
        tags.collect::<Vec<_>>().join(".")
    };
    let wheel =
        |python: usize| ArtifactName::parse(&format!("a-1-{}-{}-any.whl", tags('p', python), tags('n', 64)));
    let most = thoth_schema::tags::MAX_WHEEL_TAGS / 64;
    assert!(matches!(wheel(most), ArtifactName::Wheel { .. }));
    assert!(!matches!(wheel(most + 1), ArtifactName::Wheel { .. }));
}
