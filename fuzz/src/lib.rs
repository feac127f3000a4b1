//! What each fuzz target holds of any bytes. The fuzzer runs these functions on bytes of its own, and the tests of
//! `thoth-schema` on the corpora that it left behind (`schema/tests/it/fuzz_corpus.rs`).
//!
//! A target fails by panicking: in the parser, or because what was read contradicts itself.

use pep440_rs::{Operator, Version, VersionSpecifier};
use serde_json::Value;
use thoth_schema::document::{Document, Limits};
use thoth_schema::environment::{Environment, Platform};
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::lock_file;
use thoth_schema::marker::{self, MarkerTree};
use thoth_schema::message::Pointer;
use thoth_schema::requirement::Requirement;
use thoth_schema::requirements_file::RequirementsFile;
use thoth_schema::rules::yaml;
use thoth_schema::tags::ArtifactName;
use thoth_schema::version::{MAX_ORDER, order_key, parse_specifiers};
use thoth_schema::versions::{VersionSet, one_specifier, specifier_set};
use thoth_schema::{name, purl, time, version};

/// A target: its name, and the folder of its corpus, and what it does.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("requirement", requirement),
    ("marker", marker_text),
    ("versions", versions),
    ("specifiers", specifiers),
    ("requirements_file", requirements_file),
    ("environment", environment),
    ("document", document),
    ("message", message),
    ("names", names),
    ("rule_file", rule_file),
    ("lock_file", lock_file),
];

/// Whoever reads a fault must be able to: it has words, and no more of them than fit a log line.
fn expect_readable(fault: &Fault, input: &[u8]) {
    assert!(!fault.message.is_empty(), "{fault:?}");
    assert!(
        fault.message.len() <= 2 * input.len() + 1_000,
        "a fault of {} bytes about {} bytes",
        fault.message.len(),
        input.len()
    );
}

/// One requirement: read, its own text is read alike, and nothing of it fails.
pub fn requirement(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let read = match Requirement::parse(text) {
        Ok(read) => read,
        Err(fault) => {
            expect_readable(&fault, input);
            assert!(Requirement::parse_strict(text).is_err(), "strict admits {text:?}");
            return;
        }
    };
    assert_eq!(Requirement::parse(&read.to_string()).as_ref(), Ok(&read));
    assert!(read.url.is_none() || read.specifiers.is_empty());
    // Of several specifiers another one may leave the pinned version out, and `===` compares text.
    if let Some(pin) = read.exact_pin().filter(|_| read.specifiers.len() == 1) {
        assert!(
            read.versions.contains(&order_key(&pin)),
            "{pin} is pinned and left out"
        );
    }
    read.names_prerelease();
    for environment in environments() {
        read.applies(&environment, None);
        for extra in read.mentions_extra().iter().take(4) {
            read.applies(&environment, Some(extra));
        }
    }
}

/// One marker: what it is written as holds where it holds.
pub fn marker_text(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let read = match marker::parse(text) {
        Ok(read) => read,
        Err(fault) => return expect_readable(&fault, input),
    };
    marker::reach(&read);
    let extras = marker::extras(&read);
    let Some(written) = read.try_to_string() else {
        assert!(read.is_true(), "a marker without text that does not always hold");
        return;
    };
    let again = match marker::parse(&written) {
        Ok(again) => again,
        // Written out it may have more comparisons than it was read from.
        Err(fault) if fault.code == ErrorCode::LimitExceeded => return,
        Err(fault) => panic!("{written:?} of {text:?}: {fault}"),
    };
    for environment in environments() {
        let holds = |marker: &MarkerTree| marker.evaluate(&environment.markers, &extras);
        assert_eq!(holds(&read), holds(&again), "{text:?} is written as {written:?}");
    }
}

/// Two versions on two lines: their order keys sort as `pep440_rs` sorts them.
pub fn versions(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let (one, two) = text.split_once('\n').unwrap_or((text, "1.0"));
    let (one, two) = match (version::parse(one), version::parse(two)) {
        (Ok(one), Ok(two)) => (one, two),
        (Err(fault), _) | (_, Err(fault)) => return expect_readable(&fault, input),
    };
    let (left, right) = (order_key(&one), order_key(&two));
    assert_eq!(left.cmp(&right), one.cmp(&two), "{one} and {two}");
    assert!(
        left == right || !left.starts_with(&right),
        "{left} begins with {right}"
    );
    assert!(left.as_str() < MAX_ORDER && left.bytes().all(|byte| (0x21..0x7e).contains(&byte)));
    let again = version::parse(&one.to_string()).map(|again| order_key(&again));
    assert_eq!(again, Ok(left), "{one} is written as another version");
}

/// Specifiers on one line and a version on the next: the set holds what the specifiers admit, as `pep440_rs` says.
pub fn specifiers(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let (specifiers, version) = text.split_once('\n').unwrap_or((text, "1.0"));
    let specifiers = match parse_specifiers(specifiers) {
        Ok(specifiers) => specifiers,
        Err(fault) => return expect_readable(&fault, input),
    };
    let set = specifier_set(&specifiers);
    assert_eq!(set.complement().complement(), set);
    assert_eq!(set.union(&set.complement()), VersionSet::all());
    let Ok(version) = version.parse::<Version>() else {
        return;
    };
    let key = order_key(&version);
    assert_ne!(set.contains(&key), set.complement().contains(&key));
    for specifier in specifiers.iter() {
        let found = one_specifier(specifier).contains(&key);
        assert!(
            found == specifier.contains(&version) || deviates(specifier, &version),
            "{version} in {specifier}: {found}"
        );
    }
}

/// Where `pep440_rs` is known to deviate from `packaging`, which the sets follow.
fn deviates(specifier: &VersionSpecifier, version: &Version) -> bool {
    let spec = specifier.version();
    match specifier.operator() {
        // Missing segments are zeros.
        Operator::EqualStar | Operator::NotEqualStar => version.release().len() < spec.release().len(),
        Operator::TildeEqual => version.release().len() + 1 < spec.release().len(),
        // Only the post-releases of the very pre-release named are left out; and a local variant of a greater version is a
        // greater version.
        Operator::GreaterThan => version.is_post() || version.is_local(),
        // `<1.0.post1` leaves out pre-releases of `1.0.post1`, not those of `1.0`; `<1.0rc2` leaves none out. And `0a5`
        // is no pre-release of `2!0`.
        Operator::LessThan => {
            version.any_prerelease()
                && (spec.is_post()
                    || version.is_post()
                    || spec.any_prerelease()
                    || spec.epoch() != version.epoch())
        }
        // `===` compares text, which keys do not hold.
        Operator::ExactEqual => true,
        _ => false,
    }
}

/// A requirements file, and the files that it names: the parts between the NUL bytes, in turn.
pub fn requirements_file(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let mut parts = text.split('\0');
    let first = parts.next().unwrap_or_default();
    let nested: Vec<&str> = parts.collect();
    let mut asked = 0;
    let mut read = |_: &str| {
        asked += 1;
        Ok(nested
            .get(asked % nested.len().max(1))
            .copied()
            .unwrap_or_default()
            .to_owned())
    };
    let variable = |variable: &str| variable.len().is_multiple_of(2).then(|| "value".to_owned());
    match RequirementsFile::parse("requirements.txt", first, &mut read, &variable) {
        Ok(file) => {
            for one in file.requirements.iter().chain(&file.constraints) {
                assert!(one.line >= 1 && !one.file.is_empty());
            }
        }
        Err(fault) => expect_readable(&fault, input),
    }
}

/// An environment as JSON, and behind a NUL byte the name of a file that may be installed there.
pub fn environment(input: &[u8]) {
    let (json, filename) = match input.iter().position(|byte| *byte == 0) {
        Some(at) => (&input[..at], &input[at + 1..]),
        None => (input, &b"six-1.16.0-py2.py3-none-any.whl"[..]),
    };
    let filename = String::from_utf8_lossy(filename);
    let artifact = ArtifactName::parse(&filename);
    artifact.python_abi_tags();
    for environment in environments() {
        environment.supported_tags().supports(&artifact);
    }
    let Ok(value) = serde_json::from_slice::<Value>(json) else {
        return;
    };
    match Environment::from_json(&value) {
        Ok(read) => {
            let again = Environment::from_json(&read.to_json());
            assert_eq!(again.map(|again| again.to_json()), Ok(read.to_json()));
            read.supported_tags().supports(&artifact);
            read.python_order();
        }
        Err(fault) => expect_readable(&fault, json),
    }
}

/// A document of any kind and shape: its canonical bytes are the same document.
pub fn document(input: &[u8]) {
    let read = match Document::from_json_bytes(input, &Limits::default()) {
        Ok(read) => read,
        Err(fault) => return expect_readable(&fault, input),
    };
    let again = Document::from_json_bytes(read.canonical_bytes(), &Limits::default());
    let again = again.unwrap_or_else(|fault| panic!("the canonical bytes are no document: {fault}"));
    assert_eq!(
        again.id, read.id,
        "the canonical bytes have other canonical bytes"
    );
    assert!(again == read, "the canonical bytes are another document");
    assert_eq!(read.kind, read.payload.kind());
    assert_eq!(
        time::normalise(&read.produced_at).as_ref(),
        Some(&read.produced_at)
    );
    for release in read.releases() {
        release.requires_dist.iter().flatten().for_each(drop);
    }
}

/// The body of a message: written again it is the same pointer.
pub fn message(input: &[u8]) {
    let read = match Pointer::from_bytes(input) {
        Ok(read) => read,
        Err(fault) => return expect_readable(&fault, input),
    };
    let bytes = read.to_bytes().unwrap_or_else(|fault| panic!("{fault}"));
    // Escapes may be longer than what they were read from.
    if bytes.len() <= thoth_schema::message::MAX_MESSAGE_BYTES {
        assert_eq!(Pointer::from_bytes(&bytes).as_ref(), Ok(&read));
    }
    assert!(read.routing_key().starts_with(read.kind.as_str()));
    if let Some(text) = &read.inline {
        document(text.as_bytes());
    }
}

/// Names, package URLs and times.
pub fn names(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    if let Ok(read) = name::package(text) {
        assert_eq!(name::package(read.as_ref()).as_ref(), Ok(&read));
        assert_eq!(
            purl::parse(&purl::package_key(&read)).map(|purl| purl.name),
            Ok(read)
        );
    }
    name::extra(text).ok();
    if let Ok(read) = purl::parse(text) {
        let key = match &read.version {
            Some(version) => purl::version_key(&read.name, version, Some(&read.index)),
            None => purl::package_key(&read.name),
        };
        let again = purl::parse(&key).unwrap_or_else(|fault| panic!("{key}: {fault}"));
        assert_eq!(
            (&again.name, &again.version),
            (&read.name, &read.version),
            "{key}"
        );
        assert!(read.version.is_none() || again.index == read.index, "{key}");
    }
    if let Some(read) = time::normalise(text) {
        assert_eq!(time::normalise(&read).as_ref(), Some(&read), "{text}");
    }
}

/// A rule file: every value is on a line of the text, and the document made of it is one whatever its keys' order.
pub fn rule_file(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let read = match yaml::read(text) {
        Ok(read) => read,
        Err(fault) => return expect_readable(&fault, input),
    };
    let lines = text.split(['\n', '\r']).count();
    expect_lines(&read, &read.value, &mut String::new(), lines);
    let Value::Object(mut file) = read.value else {
        return;
    };
    file.entry("path").or_insert_with(|| "rules.yaml".into());
    match Document::from_value(&Value::Object(file)) {
        Ok(read) => document(read.canonical_bytes()),
        // The fault names a place in JSON: longer than what it was read from, but no more than six bytes for one.
        Err(fault) => assert!(!fault.message.is_empty(), "{fault:?}"),
    }
}

fn expect_lines(read: &yaml::Located, value: &Value, pointer: &mut String, lines: usize) {
    let line = read.line(pointer);
    assert!(
        (1..=lines).contains(&line),
        "{pointer} is on line {line} of {lines}"
    );
    let inner: Vec<(String, &Value)> = match value {
        Value::Array(values) => (0..)
            .zip(values)
            .map(|(at, value)| (format!("{at}"), value))
            .collect(),
        Value::Object(entries) => entries
            .iter()
            .map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value))
            .collect(),
        _ => return,
    };
    for (key, value) in inner {
        let length = pointer.len();
        pointer.push('/');
        pointer.push_str(&key);
        expect_lines(read, value, pointer, lines);
        pointer.truncate(length);
    }
}

/// A lock of any shape: what is read pins every package once, with names in their normal form.
pub fn lock_file(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    for environment in environments() {
        match lock_file::pins("lock", text, &environment) {
            Ok(pins) => pins.keys().for_each(|one| {
                assert_eq!(name::package(one.as_ref()).as_ref(), Ok(one));
            }),
            Err(fault) => assert!(!fault.message.is_empty(), "{fault:?}"),
        }
    }
}

/// Two that differ in everything.
fn environments() -> Vec<Environment> {
    let pairs = [(Platform::LinuxX86_64, "3.11"), (Platform::MacosArm64, "3.8.18")];
    let made = pairs.map(|(platform, python)| Environment::for_platform(platform, python));
    made.into_iter().flatten().collect()
}
