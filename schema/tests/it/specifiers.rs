//! Specifiers as sets of versions, and the algebra of such sets.

use proptest::prelude::*;
use thoth_schema::version::{
    Operator, Version, VersionSpecifier, VersionSpecifiers, order_key, parse_specifiers,
};
use thoth_schema::versions::{VersionSet, one_specifier, specifier_set};

use crate::shared;
use crate::versions::any_version;

fn any_specifier() -> impl Strategy<Value = VersionSpecifier> {
    let operators = prop::sample::select(vec!["==", "!=", "<=", ">=", "<", ">", "~=", "==*", "!=*"]);
    (operators, any_version()).prop_filter_map("not a specifier", |(operator, version)| {
        let public = version.split('+').next().unwrap().to_owned();
        let text = match operator {
            "==*" | "!=*" => {
                let release: String = public
                    .chars()
                    .take_while(|letter| letter.is_ascii_digit() || "!.".contains(*letter))
                    .collect();
                format!("{}{}.*", &operator[..2], release.trim_end_matches('.'))
            }
            "==" | "!=" => format!("{operator}{version}"),
            _ => format!("{operator}{public}"),
        };
        text.parse().ok()
    })
}

fn any_set() -> impl Strategy<Value = VersionSet> {
    prop::collection::vec(any_specifier(), 0..4).prop_map(|specifiers| {
        specifiers
            .iter()
            .map(one_specifier)
            .fold(VersionSet::none(), |set, next| set.union(&next))
    })
}

/// Where `pep440_rs` is known to deviate from `packaging`, which the sets follow.
fn deviates(specifier: &VersionSpecifier, version: &Version) -> bool {
    let spec = specifier.version();
    match specifier.operator() {
        // Missing segments are zeros.
        Operator::EqualStar | Operator::NotEqualStar => version.release().len() < spec.release().len(),
        Operator::TildeEqual => version.release().len() + 1 < spec.release().len(),
        // Only the post-releases of the very pre-release named are left out; and a local variant of a greater version
        // is a greater version.
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
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8192))]

    #[test]
    fn sets_hold_what_pep440_rs_says(specifier in any_specifier(), version in any_version()) {
        let version: Version = version.parse().unwrap();
        let found = one_specifier(&specifier).contains(&order_key(&version));
        prop_assert!(
            found == specifier.contains(&version) || deviates(&specifier, &version),
            "{} in {}: {}", version, specifier, found
        );
    }

    #[test]
    fn the_algebra_is_that_of_sets(one in any_set(), two in any_set(), version in any_version()) {
        let key = order_key(&version.parse().unwrap());
        let (left, right) = (one.contains(&key), two.contains(&key));
        prop_assert_eq!(one.union(&two).contains(&key), left || right);
        prop_assert_eq!(one.intersection(&two).contains(&key), left && right);
        prop_assert_eq!(one.difference(&two).contains(&key), left && !right);
        prop_assert_eq!(one.complement().contains(&key), !left);
        prop_assert_eq!(&one.complement().complement(), &one);
        prop_assert_eq!(one.union(&one.complement()), VersionSet::all());
        prop_assert!(one.intersection(&one.complement()).is_empty());
        prop_assert_eq!(one.union(&two), two.union(&one));
    }

    #[test]
    fn intervals_are_sorted_disjoint_and_apart(one in any_set(), two in any_set()) {
        for set in [one.union(&two), one.intersection(&two), one.difference(&two), one.complement()] {
            prop_assert!(set.intervals().iter().all(|interval| interval.from < interval.until));
            prop_assert!(set.intervals().windows(2).all(|pair| pair[0].until < pair[1].from));
            prop_assert_eq!(VersionSet::from_intervals(set.intervals().to_vec()), set);
        }
    }
}

#[test]
fn the_vectors_of_packaging_hold() {
    let Some(vectors) = shared::vectors() else { return };
    let mut checked = 0;
    for row in vectors["specifier_contains"].as_array().unwrap() {
        let (specifier, version) = (row[0].as_str().unwrap(), row[1].as_str().unwrap());
        let (Ok(specifier), Ok(version)) = (parse_specifiers(specifier), version.parse::<Version>()) else {
            assert!(
                !row[2].as_bool().unwrap() || specifier.starts_with("==="),
                "{row}"
            );
            continue;
        };
        // `===` compares text, which keys do not hold: the set may only admit too much.
        let found = specifier_set(&specifier).contains(&order_key(&version));
        let identical = specifier
            .iter()
            .any(|one| *one.operator() == Operator::ExactEqual);
        assert!(found == row[2].as_bool().unwrap() || identical && found, "{row}");
        checked += 1;
    }
    assert!(checked > 200, "{checked}");
    let versions = shared::strings(&vectors["versions_in_order"]);
    for (specifier, expected) in vectors["specifier_grid"].as_object().unwrap() {
        let set = specifier_set(&parse_specifiers(specifier).unwrap());
        let found: String = versions
            .iter()
            .map(|version| {
                if set.contains(&order_key(&version.parse().unwrap())) {
                    '1'
                } else {
                    '0'
                }
            })
            .collect();
        assert_eq!(found, expected.as_str().unwrap(), "{specifier}");
    }
}

#[test]
fn specifiers_are_read_as_packaging_reads_them() {
    let Some(vectors) = shared::vectors() else { return };
    for text in shared::strings(&vectors["specifiers_valid"]) {
        parse_specifiers(&text).unwrap();
    }
    for text in shared::strings(&vectors["specifiers_invalid"]) {
        let strict = thoth_schema::requirement::Requirement::parse_strict(&format!("name {text}"));
        assert!(strict.is_err(), "{text}");
    }
}

#[test]
fn recorded_specifiers_hold_what_pep440_rs_says() {
    let Some(corpus) = shared::corpus() else { return };
    let versions: Vec<(String, Version)> = corpus
        .versions
        .iter()
        .map(|text| text.parse().unwrap())
        .map(|version| (order_key(&version), version))
        .collect();
    let mut specifiers: std::collections::BTreeSet<VersionSpecifier> = std::collections::BTreeSet::new();
    for text in &corpus.requires_python {
        specifiers.extend(parse_specifiers(text).unwrap().iter().cloned());
    }
    for text in &corpus.requirements {
        let requirement = thoth_schema::requirement::Requirement::parse(text).unwrap();
        specifiers.extend(requirement.specifiers.iter().cloned());
    }
    assert!(specifiers.len() > 500, "{}", specifiers.len());
    for specifier in &specifiers {
        let set = one_specifier(specifier);
        for (key, version) in versions.iter().step_by(3) {
            if !deviates(specifier, version) {
                assert_eq!(
                    set.contains(key),
                    specifier.contains(version),
                    "{version} in {specifier}"
                );
            }
        }
    }
}

#[test]
fn deviations_follow_packaging() {
    for (specifier, version, expected) in [
        ("==1.1.*", "1", false),
        ("!=1.1.*", "1", true),
        (">1.0a1", "1.0.post1", true),
        (">1.0a1", "1.0a1.post1", false),
        (">1.0", "1.0+local", false),
        (">1.0", "1.0.post1", false),
        (">1.0.post1", "1.0.post2", true),
        (">1.0.dev1", "1.0.dev2", true),
        ("<1.0", "1.0rc1", false),
        ("<1.0rc2", "1.0rc1", true),
        ("<1.0.post1", "1.0rc1", true),
        ("<=1.0", "1.0+local", true),
        ("==1.0", "1.0+local", true),
        ("==1.0+local", "1.0", false),
        ("~=1.4.5a4", "1.4.5", true),
        ("~=2.2.post3", "2.2", false),
        ("~=2.2.post3", "2.9", true),
        ("~=2.2", "3.0.dev1", false),
        ("===1.0", "1.0", true),
        ("===1.0", "1.0+local", false),
    ] {
        let set = specifier_set(&specifier.parse::<VersionSpecifiers>().unwrap());
        assert_eq!(
            set.contains(&order_key(&version.parse().unwrap())),
            expected,
            "{version} in {specifier}"
        );
    }
}
