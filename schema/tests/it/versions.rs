//! Order keys.

use proptest::prelude::*;
use thoth_schema::version::{MAX_ORDER, Version, is_prerelease, order_key};

use crate::shared;

/// Versions that are near each other often enough to compare interestingly.
pub(crate) fn any_version() -> impl Strategy<Value = String> {
    let number = prop_oneof![5 => 0..4_u64, 1 => 8..13_u64, 1 => 99..101_u64, 1 => Just(u64::MAX - 1)];
    let release = prop::collection::vec(number.clone(), 1..5);
    let epoch = prop_oneof![6 => Just(String::new()), 1 => (0..3_u64).prop_map(|epoch| format!("{epoch}!"))];
    let suffix = |name: &'static str| prop_oneof![2 => Just(String::new()), 1 => (0..12_u64).prop_map(move |number| format!("{name}{number}"))];
    let pre = prop_oneof![suffix("a"), suffix("b"), suffix("rc")];
    let local = prop_oneof![3 => Just(String::new()), 1 => "\\+[a-c0-2]{1,3}(\\.[a-b0-1]{1,2}){0,2}"];
    (epoch, release, pre, suffix(".post"), suffix(".dev"), local).prop_map(
        |(epoch, release, pre, post, dev, local)| {
            let release: Vec<String> = release.iter().map(u64::to_string).collect();
            format!("{epoch}{}{pre}{post}{dev}{local}", release.join("."))
        },
    )
}

fn key(text: &str) -> String {
    order_key(&text.parse::<Version>().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn keys_sort_as_the_versions_do(one in any_version(), two in any_version()) {
        let (left, right): (Version, Version) = (one.parse().unwrap(), two.parse().unwrap());
        prop_assert_eq!(order_key(&left).cmp(&order_key(&right)), left.cmp(&right), "{} and {}", one, two);
    }

    #[test]
    fn keys_are_printable_and_between_the_bounds(version in any_version()) {
        let key = key(&version);
        prop_assert!(key.bytes().all(|byte| (0x21..0x7e).contains(&byte)), "{}", key);
        prop_assert!(key.as_str() > "" && key.as_str() < MAX_ORDER);
    }

    #[test]
    fn no_key_is_a_prefix_of_another(one in any_version(), two in any_version()) {
        let (left, right) = (key(&one), key(&two));
        prop_assert!(left == right || !left.starts_with(&right), "{} and {}", one, two);
    }
}

#[test]
fn keys_have_the_documented_form() {
    assert_eq!(key("1.2"), "101112!}#}!");
    assert_eq!(key("1.2.0"), key("1.2"));
    assert_eq!(key("0"), "10!}#}!");
    assert_eq!(key("1!1.0rc2.post3.dev4+ab.5"), "1111!r12p13d14'ab!15!");
    assert_eq!(key("1.dev0"), "1011!##d10!");
    assert_eq!(key("18446744073709551615"), "10K18446744073709551615!}#}!");
}

#[test]
fn the_vectors_are_in_order_and_normalise() {
    let Some(vectors) = shared::vectors() else { return };
    let ordered = shared::strings(&vectors["versions_in_order"]);
    for pair in ordered.windows(2) {
        assert!(key(&pair[0]) < key(&pair[1]), "{} < {}", pair[0], pair[1]);
    }
    for text in shared::strings(&vectors["versions_invalid"]) {
        assert!(thoth_schema::version::parse(&text).is_err(), "{text}");
    }
    for pair in vectors["versions_normalised"].as_array().unwrap() {
        let (given, normal) = (pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
        assert_eq!(thoth_schema::version::parse(given).unwrap().to_string(), normal);
    }
}

#[test]
fn recorded_versions_sort_as_pep_440_says() {
    let Some(corpus) = shared::corpus() else { return };
    let mut versions: Vec<(String, Version)> = corpus
        .versions
        .iter()
        .map(|text| (key(text), text.parse().unwrap()))
        .collect();
    versions.sort_by(|one, two| one.1.cmp(&two.1));
    assert!(versions.len() > 5_000);
    for pair in versions.windows(2) {
        assert_eq!(
            pair[0].0.cmp(&pair[1].0),
            pair[0].1.cmp(&pair[1].1),
            "{} and {}",
            pair[0].1,
            pair[1].1
        );
    }
}

#[test]
fn pre_releases_are_told() {
    for (text, expected) in [
        ("1.0", false),
        ("1.0rc1", true),
        ("1.0.dev1", true),
        ("1.0.post1", false),
    ] {
        assert_eq!(is_prerelease(&text.parse().unwrap()), expected, "{text}");
    }
}
