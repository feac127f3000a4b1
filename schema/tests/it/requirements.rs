//! Requirements.

use proptest::prelude::*;
use thoth_schema::error::ErrorCode;
use thoth_schema::requirement::{MAX_REQUIREMENT_BYTES, Requirement};

use crate::shared;

#[test]
fn the_vectors_of_packaging_are_read() {
    let Some(vectors) = shared::vectors() else { return };
    for text in shared::strings(&vectors["requirements_valid"]) {
        Requirement::parse_strict(&text).unwrap();
    }
    for text in shared::strings(&vectors["requirements_invalid"]) {
        assert!(Requirement::parse_strict(&text).is_err(), "{text:?}");
    }
    for text in shared::strings(&vectors["markers_invalid"]) {
        assert!(thoth_schema::marker::parse(&text).is_err(), "{text:?}");
    }
    for pair in vectors["names_normalised"].as_array().unwrap() {
        let name = thoth_schema::name::package(pair[0].as_str().unwrap()).unwrap();
        assert_eq!(name.as_ref(), pair[1].as_str().unwrap());
    }
}

#[test]
fn every_recorded_requirement_is_read_strictly() {
    let Some(corpus) = shared::corpus() else { return };
    assert!(corpus.requirements.len() > 6_000);
    for text in &corpus.requirements {
        Requirement::parse_strict(text).unwrap_or_else(|fault| panic!("{text}: {fault}"));
    }
    for text in &corpus.requires_python {
        thoth_schema::version::parse_specifiers(text).unwrap_or_else(|fault| panic!("{text}: {fault}"));
    }
}

#[test]
fn all_parts_are_read() {
    let requirement = Requirement::parse(
        "Foo.Bar [Socks, b] (>=1.0rc1, !=2.*) ; python_version < '3.8' and extra == 'Test_It'",
    )
    .unwrap();
    assert_eq!(requirement.name.as_ref(), "foo-bar");
    let extras: Vec<&str> = requirement.extras.iter().map(AsRef::as_ref).collect();
    assert_eq!(extras, ["socks", "b"]);
    assert_eq!(requirement.specifiers.len(), 2);
    assert!(requirement.names_prerelease());
    assert_eq!(requirement.mentions_extra().len(), 1);
    assert_eq!(requirement.mentions_extra()[0].as_ref(), "test-it");
    assert!(requirement.exact_pin().is_none());
    assert!(requirement.text.starts_with("Foo.Bar"));
}

#[test]
fn pins_are_found() {
    for (text, pin) in [
        ("a==1.0", Some("1.0")),
        ("a===1.0", Some("1.0")),
        ("a==1.*", None),
        ("a>=1", None),
        ("a", None),
    ] {
        let found = Requirement::parse(text)
            .unwrap()
            .exact_pin()
            .map(|version| version.to_string());
        assert_eq!(found.as_deref(), pin, "{text}");
    }
    assert!(!Requirement::parse("a===1.0rc1").unwrap().names_prerelease());
    assert!(Requirement::parse("a==1.0rc1").unwrap().names_prerelease());
}

#[test]
fn direct_urls_are_kept_apart() {
    let requirement =
        Requirement::parse("a[b] @ https://example.test/a.zip#sha1=00 ; os_name == 'nt'").unwrap();
    assert_eq!(
        requirement.url.as_deref(),
        Some("https://example.test/a.zip#sha1=00")
    );
    assert!(!requirement.marker.is_true());
    assert_eq!(
        requirement.without_url().unwrap_err().code,
        ErrorCode::UnsupportedRequirement
    );
}

#[test]
fn repairs_are_those_documented() {
    for (text, same) in [
        ("a >=1.0<2.0", "a>=1.0,<2.0"),
        ("a (>=1.0 <2.0)", "a>=1.0,<2.0"),
        ("a>=2.*", "a>=2"),
        ("a<3.*", "a<3"),
        ("a<=2.*", "a<3"),
        ("a>='1.0'", "a>=1.0"),
        ("a[b,]>=1", "a[b]>=1"),
        ("a>=1;", "a>=1"),
        ("\ta>=1\u{a0}\n", "a>=1"),
        (
            "a; implementation_name === 'pypy'",
            "a; implementation_name == 'pypy'",
        ),
    ] {
        let (repaired, wanted) = (
            Requirement::parse(text).unwrap(),
            Requirement::parse_strict(same).unwrap(),
        );
        assert_eq!(repaired.versions, wanted.versions, "{text:?}");
        assert_eq!(repaired.extras, wanted.extras, "{text:?}");
        assert_eq!(repaired.marker, wanted.marker, "{text:?}");
        assert_eq!(repaired.text, text);
    }
    for text in ["a>2.*", "a~=1", "a>=1.0 garbage", "a[", "-", "a-", "a==1.0.*b"] {
        assert!(Requirement::parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn faults_have_the_code_of_what_is_wrong() {
    for (text, code) in [
        ("", ErrorCode::InvalidRequirement),
        ("a>=x", ErrorCode::InvalidSpecifier),
        ("a; os_name >> 'nt'", ErrorCode::InvalidMarker),
        ("a; nothing == 'nt'", ErrorCode::InvalidMarker),
    ] {
        let fault = Requirement::parse(text).unwrap_err();
        assert_eq!(fault.code, code, "{text:?}");
        assert!(fault.remedy.is_some(), "{text:?}");
    }
}

#[test]
fn limits_hold_at_and_past_them() {
    let at = format!("a>=1{}", " ".repeat(MAX_REQUIREMENT_BYTES - 4));
    assert_eq!(at.len(), MAX_REQUIREMENT_BYTES);
    Requirement::parse(&at).unwrap();
    assert_eq!(
        Requirement::parse(&(at + " ")).unwrap_err().code,
        ErrorCode::LimitExceeded
    );
    let nested = |depth: usize| format!("a; {}os_name == 'nt'{}", "(".repeat(depth), ")".repeat(depth));
    Requirement::parse(&nested(64)).unwrap();
    assert_eq!(
        Requirement::parse(&nested(65)).unwrap_err().code,
        ErrorCode::LimitExceeded
    );
    let long = |count: usize| format!("a; {}", vec!["os_name == 'nt'"; count].join(" or "));
    Requirement::parse(&long(512)).unwrap();
    assert_eq!(
        Requirement::parse(&long(513)).unwrap_err().code,
        ErrorCode::LimitExceeded
    );
    // Every part of such a text that may be a version counts: of `3.10` there are two.
    let listed = |count: usize| {
        let version = |number: usize| format!("{}.{}", 1 + number / 90, 10 + number % 90);
        let versions: Vec<String> = (0..count).map(version).collect();
        format!("a; python_version in '{}'", versions.join(", "))
    };
    Requirement::parse(&listed(150)).unwrap();
    assert_eq!(
        Requirement::parse(&listed(600)).unwrap_err().code,
        ErrorCode::LimitExceeded
    );
    // No interpreter has a segment of three digits.
    let long = vec!["44017.2258888271012"; 100].join(" ");
    Requirement::parse(&format!("a; python_version in '{long}'")).unwrap();
}

proptest! {
    #[test]
    fn nothing_makes_the_parser_panic(text in "[a-c\\[\\](),;@ =<>~!.*'\"0-2_+-]{0,40}") {
        let _ = Requirement::parse(&text);
    }

    #[test]
    fn no_marker_makes_the_parser_panic(
        text in "a; *(python_version|extra|os_name|'3[.]7'|'x') *(in|not in|==|<|~=|===) *(python_version|extra|'[0-9.*a+!]{0,6}'|'[^']{0,6}')"
    ) {
        let _ = Requirement::parse(&text);
    }
}
