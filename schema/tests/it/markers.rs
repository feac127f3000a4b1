//! Markers and their reach.

use proptest::prelude::*;
use serde_json::json;
use thoth_schema::environment::{Environment, Platform};
use thoth_schema::error::ErrorCode;
use thoth_schema::marker::{self, MarkerReach, reach};
use thoth_schema::name::ExtraName;
use thoth_schema::requirement::Requirement;

use crate::shared;

fn holds(text: &str, environment: &Environment, extra: Option<&str>) -> bool {
    let extra: Option<ExtraName> = extra.map(|extra| extra.parse().unwrap());
    Requirement::parse(&format!("a; {text}"))
        .unwrap()
        .applies(environment, extra.as_ref())
}

fn linux(python: &str) -> Environment {
    Environment::for_platform(Platform::LinuxX86_64, python).unwrap()
}

#[test]
fn the_vectors_of_packaging_hold() {
    let Some(vectors) = shared::vectors() else { return };
    for row in vectors["marker_evaluates"].as_array().unwrap() {
        let stated = row["environment"].as_object().cloned().unwrap_or_default();
        let mut variables = linux("3.9").to_json();
        let mut extra = None;
        for (key, value) in &stated {
            match key.as_str() {
                "extra" => extra = value.as_str(),
                // The vectors put a full version where only two numbers belong.
                "python_version" => variables = linux(value.as_str().unwrap()).to_json(),
                _ => {}
            }
        }
        for (key, value) in stated.iter().filter(|(key, _)| *key == "os_name") {
            variables[key] = value.clone();
        }
        let environment = Environment::from_json(&variables).unwrap();
        let text = row["marker_string"].as_str().unwrap();
        assert_eq!(
            holds(text, &environment, extra),
            row["expected"].as_bool().unwrap(),
            "{row}"
        );
    }
}

/// Marker, python, expected: as `packaging` 26 has it on CPython for Linux.
#[test]
fn comparisons_mean_what_packaging_says() {
    for (text, python, expected) in [
        ("python_version < '3.8.0b1'", "3.7", true),
        ("python_version < '3.8.0b1'", "3.8", false),
        ("python_version >= '3.8.0b1'", "3.8", true),
        ("python_version >= '3.7.0'", "3.7", true),
        ("python_version == '3.7.0'", "3.7", true),
        ("python_version == '3.7.1'", "3.7.1", false),
        ("python_version ~= '3.6'", "3.8", true),
        ("python_version ~= '3.7.0'", "3.8", false),
        ("python_version ~= '3.8.0'", "3.8", true),
        ("python_version == '3.*'", "3.8", true),
        ("python_version == '3.8.*'", "3.8", true),
        ("python_version == '3.8.1.*'", "3.8.1", false),
        ("python_version != '2.*'", "3.8", true),
        ("python_version > '3'", "3.8", true),
        ("python_version > '3'", "3.0.1", false),
        ("python_version <= '3.8'", "3.8.18", true),
        ("python_version <= '3.8.0'", "3.8.18", true),
        ("python_version < '3.8.1'", "3.8.18", true),
        ("python_version > '3.8.post1'", "3.8", false),
        ("python_version >= '3.*'", "3.8", false),
        ("python_version == 'three'", "3.8", false),
        ("python_version != 'three'", "3.8", true),
        ("python_version in '2.6, 2.7, 3.2'", "2.7", true),
        ("python_version in '2.6 2.7 3.10'", "3.1", true),
        ("python_version not in '2.6 2.7'", "3.8", true),
        ("'3.8' in python_version", "3.8", true),
        ("'3' in python_version", "2.7", false),
        ("'.1' in python_full_version", "3.8.12", true),
        ("'.1' in python_full_version", "3.8.2", false),
        ("'.1' in python_full_version", "3.11.2", true),
        ("'8.40' in python_full_version", "3.8.40", true),
        ("'.1' not in python_full_version", "3.8.12", false),
        ("'3.8' <= python_version", "3.8", true),
        ("'3.8' < python_version", "3.8", false),
        ("'3.*' == python_version", "3.8", false),
        ("'3.9' ~= python_version", "3.8", true),
        ("'3.7' ~= python_version", "3.8", false),
        ("python_version === '3.8'", "3.8", true),
        ("python_version === '3.8.0'", "3.8", false),
        ("python_full_version < '3.8.1rc1'", "3.8.0", true),
        ("python_full_version <= '3.8.1rc1'", "3.8.1", false),
        ("python_full_version > '3.8.1rc1'", "3.8.1", true),
        ("python_full_version == '3.8.1'", "3.8.1", true),
        ("python_full_version == '3.8.*'", "3.8.1", true),
        ("python_full_version ~= '3.8.1'", "3.8.5", true),
        ("python_full_version ~= '3.8.1'", "3.9.0", false),
        ("implementation_version >= '3.8'", "3.8.1", true),
        ("python_version < '1!1'", "3.8", true),
        ("python_version == '3.8+local'", "3.8", false),
        ("python_version != '3.8+local'", "3.8", true),
        ("os_name < 'zzz'", "3.8", false),
        ("os_name <= 'posix'", "3.8", true),
        ("'nux' in sys_platform", "3.8", true),
        ("sys_platform in 'linux darwin'", "3.8", true),
        ("sys_platform not in 'win32'", "3.8", true),
        ("implementation_name === 'cpython'", "3.8", true),
        (
            "os.name == 'posix' and python_implementation == 'CPython'",
            "3.8",
            true,
        ),
        (
            "os_name == 'nt' or os_name == 'posix' and python_version < '3'",
            "3.8",
            false,
        ),
        (
            "(os_name == 'nt' or os_name == 'posix') and python_version >= '3'",
            "3.8",
            true,
        ),
        ("extra != 'x'", "3.8", true),
        ("extra == 'Dev_Tools'", "3.8", false),
        ("extra == ':python_version<\"3\"'", "3.8", false),
    ] {
        assert_eq!(
            holds(text, &linux(python), None),
            expected,
            "{text} with {python}"
        );
    }
    assert!(holds("extra == 'Dev_Tools'", &linux("3.8"), Some("dev-tools")));
    assert!(!holds("extra == 'a' and extra == 'b'", &linux("3.8"), Some("a")));
    assert!(holds("extra == 'a' or extra == 'b'", &linux("3.8"), Some("b")));
}

#[test]
fn what_means_nothing_is_refused() {
    for text in [
        "os_name == sys_platform",
        "'a' == 'b'",
        "os_name ~= '1'",
        "extra in 'a b'",
        "os_name",
        "os_name == 'nt",
        "os_name == 'nt' and",
        "python_version not '3'",
        "'x' in extras",
    ] {
        assert_eq!(
            marker::parse(text).unwrap_err().code,
            ErrorCode::InvalidMarker,
            "{text}"
        );
    }
}

fn reach_of(text: &str) -> MarkerReach {
    reach(&marker::parse(text).unwrap())
}

#[test]
fn reach_says_what_strings_can_say() {
    let found = reach_of("python_version >= '3.6' and sys_platform == 'win32'");
    assert_eq!(
        (found.platforms.as_slice(), found.residual),
        (["win32".to_owned()].as_slice(), false)
    );
    assert!(found.python.contains(&linux("3.6").python_order()));
    assert!(!found.python.contains(&linux("3.5").python_order()));
    let found = reach_of("platform_machine == 'x86_64' or platform_machine == 'aarch64'");
    assert_eq!(
        (found.machines.len(), found.python.is_all(), found.residual),
        (2, true, false)
    );
    assert!(reach_of("sys_platform != 'win32'").residual);
    assert!(reach_of("os_name == 'nt'").residual);
    assert!(reach_of("'x' in sys_platform").residual);
    assert!(!reach_of("extra == 'a'").residual);
    assert!(reach_of("extra == 'a'").python.is_all());
    // Neither value alone decides: the hull admits more than the marker.
    assert!(reach_of("sys_platform == 'win32' or python_version < '3'").residual);
    assert!(
        reach_of("python_version < '3' and python_version > '3'")
            .python
            .is_empty()
    );
}

fn admits(reach: &MarkerReach, environment: &Environment) -> bool {
    let has = |list: &[String], value: &str| list.is_empty() || list.iter().any(|one| one == value);
    reach.python.contains(&environment.python_order())
        && has(&reach.platforms, environment.markers.sys_platform())
        && has(&reach.machines, environment.markers.platform_machine())
}

fn any_marker() -> impl Strategy<Value = String> {
    let version = prop::sample::select(vec![
        "2.7",
        "3",
        "3.6",
        "3.7.1",
        "3.8.0",
        "3.10",
        "3.8.0b1",
        "3.8.post1",
    ]);
    let compare = prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">="]);
    let key = prop::sample::select(vec![
        "python_version",
        "python_full_version",
        "implementation_version",
    ]);
    let versions =
        (key, compare, version).prop_map(|(key, operator, value)| format!("{key} {operator} '{value}'"));
    let equal = prop::sample::select(vec!["==", "!=", "==", "in", "not in"]);
    let texts = prop::sample::select(vec![
        ("sys_platform", "linux"),
        ("sys_platform", "win32"),
        ("sys_platform", "darwin"),
        ("platform_machine", "x86_64"),
        ("platform_machine", "arm64"),
        ("os_name", "nt"),
    ]);
    let texts = (texts, equal).prop_map(|((key, value), operator)| format!("{key} {operator} '{value}'"));
    let extras =
        prop::sample::select(vec!["extra == 'a'", "extra != 'a'", "extra == 'b'"]).prop_map(str::to_owned);
    let leaf = prop_oneof![4 => versions, 4 => texts, 1 => extras];
    leaf.prop_recursive(3, 8, 3, |inner| {
        (prop::collection::vec(inner, 2..4), prop::bool::ANY)
            .prop_map(|(parts, all)| format!("({})", parts.join(if all { " and " } else { " or " })))
    })
}

fn any_environment() -> impl Strategy<Value = Environment> {
    let pythons = prop::sample::select(vec![
        "2.7.18", "3.6.15", "3.7.0", "3.7.1", "3.7.9", "3.8.0", "3.8.1", "3.10.2", "3.12.1",
    ]);
    (prop::sample::select(Platform::ALL.to_vec()), pythons)
        .prop_map(|(platform, python)| Environment::for_platform(platform, python).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn reach_admits_every_environment_the_marker_holds_in(text in any_marker(), environment in any_environment()) {
        let tree = marker::parse(&text).unwrap();
        let requirement = Requirement::parse(&format!("a; {text}")).unwrap();
        let found = reach(&tree);
        let mentioned = marker::extras(&tree);
        let with_any = std::iter::once(None)
            .chain(mentioned.iter().map(Some))
            .any(|extra| requirement.applies(&environment, extra));
        prop_assert!(!with_any || admits(&found, &environment), "{} reaches {:?}", text, found);
        if !found.residual && mentioned.is_empty() {
            prop_assert_eq!(admits(&found, &environment), with_any, "{} reaches {:?}", text, found);
        }
    }
}

#[test]
fn reach_admits_every_recorded_marker_that_holds() {
    let Some(corpus) = shared::corpus() else { return };
    let pythons = ["2.7", "3.5", "3.6", "3.7", "3.8", "3.11"];
    let environments: Vec<Environment> = Platform::ALL
        .into_iter()
        .flat_map(|platform| pythons.map(|python| Environment::for_platform(platform, python).unwrap()))
        .collect();
    let mut exact = 0;
    for text in &corpus.requirements {
        let requirement = Requirement::parse(text).unwrap();
        if requirement.marker.is_true() {
            continue;
        }
        let found = reach(&requirement.marker);
        let mentioned = requirement.mentions_extra();
        exact += usize::from(!found.residual);
        for environment in &environments {
            let any = requirement.applies(environment, None)
                || mentioned
                    .iter()
                    .any(|extra| requirement.applies(environment, Some(extra)));
            assert!(!any || admits(&found, environment), "{text}");
            if !found.residual && mentioned.is_empty() {
                assert_eq!(admits(&found, environment), any, "{text}");
            }
        }
    }
    assert!(exact > 3_000, "{exact}");
}

#[test]
fn a_reach_goes_around_json() {
    let found = reach_of("python_version < '3' and sys_platform == 'linux'");
    let value = json!(found);
    assert_eq!(serde_json::from_value::<MarkerReach>(value).unwrap(), found);
}
