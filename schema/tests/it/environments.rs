//! Environments.

use serde_json::{Value, json};
use thoth_schema::environment::{Environment, Platform};
use thoth_schema::error::ErrorCode;
use thoth_schema::version::order_key;

fn linux(python: &str) -> Environment {
    Environment::for_platform(Platform::LinuxX86_64, python).unwrap()
}

#[test]
fn platforms_are_written_as_they_are_read() {
    for platform in Platform::ALL {
        assert_eq!(platform.to_string().parse::<Platform>().unwrap(), platform);
        assert_eq!(serde_json::to_value(platform).unwrap(), json!(platform.as_str()));
    }
    let fault = "amiga".parse::<Platform>().unwrap_err();
    assert_eq!(fault.code, ErrorCode::InvalidEnvironment);
    assert!(fault.remedy.unwrap().contains("linux-x86_64"));
}

#[test]
fn a_python_of_two_numbers_gets_a_patch_release() {
    for (given, full) in [
        ("3.7", "3.7.16"),
        ("3.7.2", "3.7.2"),
        ("3.11", "3.11.7"),
        ("3.14", "3.14.0"),
        ("2.7", "2.7.18"),
    ] {
        let environment = linux(given);
        assert_eq!(environment.to_json()["python_full_version"], json!(full));
        assert_eq!(environment.python_order(), order_key(&full.parse().unwrap()));
        assert_eq!(environment.to_json()["implementation_version"], json!(full));
    }
    for wrong in ["3", "three", "3.7.1.2", "1!3.7", "3.7+x", ""] {
        let fault = Environment::for_platform(Platform::LinuxX86_64, wrong).unwrap_err();
        assert_eq!(fault.code, ErrorCode::InvalidEnvironment, "{wrong}");
    }
}

#[test]
fn a_pre_release_interpreter_counts_as_its_release() {
    let environment = linux("3.14.0rc1");
    assert_eq!(environment.to_json()["python_full_version"], json!("3.14.0rc1"));
    assert_eq!(environment.python_order(), order_key(&"3.14.0".parse().unwrap()));
}

#[test]
fn json_goes_around() {
    for platform in Platform::ALL {
        let environment = Environment::for_platform(platform, "3.9").unwrap();
        assert_eq!(
            Environment::from_json(&environment.to_json()).unwrap(),
            environment
        );
    }
    let mut value = linux("3.9").to_json();
    value["glibc"] = json!("2.17");
    assert_eq!(Environment::from_json(&value).unwrap().glibc, (2, 17));
}

#[test]
fn a_wrong_environment_is_refused_with_the_place() {
    let change = |change: fn(&mut Value)| {
        let mut value = linux("3.9").to_json();
        change(&mut value);
        let fault = Environment::from_json(&value).unwrap_err();
        assert_eq!(fault.code, ErrorCode::InvalidEnvironment);
        fault.pointer.unwrap()
    };
    assert_eq!(change(|value| value["extra"] = json!("x")), "/extra");
    assert_eq!(change(|value| value["os_name"] = json!(1)), "/os_name");
    assert_eq!(change(|value| value["glibc"] = json!("new")), "/glibc");
    assert_eq!(
        change(|value| value["python_full_version"] = json!("x")),
        "/python_full_version"
    );
    assert_eq!(
        change(|value| value["python_version"] = json!("3.8")),
        "/python_version"
    );
    assert_eq!(
        change(|value| {
            value.as_object_mut().unwrap().remove("os_name");
        }),
        "/os_name"
    );
    assert_eq!(change(|value| *value = json!([])), "");
}

#[test]
fn a_platform_without_a_name_of_its_own_takes_its_wheels_or_pure_ones() {
    let on = |system: &str, machine: &str| {
        let mut value = linux("3.9").to_json();
        value["sys_platform"] = json!(system);
        value["platform_machine"] = json!(machine);
        Environment::from_json(&value).unwrap()
    };
    let power = on("linux", "ppc64le");
    assert_eq!(
        (power.platform, power.name.as_str()),
        (None, "linux-ppc64le-py3.9")
    );
    let tags = power.supported_tags();
    assert!(tags.platforms.contains(&"manylinux_2_17_ppc64le".to_owned()));
    assert!(tags.platforms.contains(&"linux_ppc64le".to_owned()));
    let amiga = on("amiga", "m68k").supported_tags();
    assert!(amiga.platforms.is_empty());
    assert!(amiga.any_python_abi.contains(&"py3-none".to_owned()));
}
