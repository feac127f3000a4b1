//! For which requests a rule counts, and what is found in rules that nobody should write.

use serde_json::{Value, json};
use thoth_adviser::rules::{FindingKind, Unit, library_usage, trial};

use crate::rules::{set, units};

/// Whether a rule with these conditions counts in this context.
#[track_caller]
fn counts(include: &Value, context: &Value) -> bool {
    let stated = json!({"boots": [{"name": "B", "type": "boot", "run": {"not_acceptable": "x"}, "should_include": include}]});
    let test = |refused: bool| json!({"name": "t", "context": context, "stack": [{"name": "a", "version": "1"}], "expect": {"refused": refused}});
    let is = trial::run(&units(&stated), &test(true)).unwrap().is_empty();
    assert_eq!(is, !trial::run(&units(&stated), &test(false)).unwrap().is_empty());
    is
}

#[test]
fn conditions_on_the_request() {
    for (include, context, expected) in [
        (json!(null), json!({}), true),
        (json!({"times": 0}), json!({}), false),
        (json!({"times": 1, "adviser_pipeline": true}), json!({}), true),
        (json!({"adviser_pipeline": false}), json!({}), false),
        (json!({"dependency_monkey_pipeline": true}), json!({}), false),
        (
            json!({"adviser_pipeline": true, "dependency_monkey_pipeline": true, "decision_types": ["all"]}),
            json!({}),
            true,
        ),
        (
            json!({"recommendation_types": ["stable", "latest"]}),
            json!({"recommendation_type": "stable"}),
            true,
        ),
        (
            json!({"recommendation_types": ["stable"]}),
            json!({"recommendation_type": "security"}),
            false,
        ),
        (
            json!({"recommendation_types": {"not": ["stable"]}}),
            json!({"recommendation_type": "security"}),
            true,
        ),
        (
            json!({"recommendation_types": {"not": ["stable"]}}),
            json!({"recommendation_type": "stable"}),
            false,
        ),
        (json!({"authenticated": true}), json!({}), false),
        (
            json!({"authenticated": true}),
            json!({"authenticated": true}),
            true,
        ),
        (
            json!({"authenticated": null}),
            json!({"authenticated": true}),
            true,
        ),
        (
            json!({"labels": {"a": "b", "c": "d"}}),
            json!({"labels": {"c": "d"}}),
            true,
        ),
        (
            json!({"labels": {"a": "b"}}),
            json!({"labels": {"a": "c"}}),
            false,
        ),
        (json!({"labels": {"a": "b"}}), json!({}), false),
        (
            json!({"library_usage": {"np": ["np.random.*"]}}),
            json!({"library_usage": {"report": {"np": ["np.array", "np.random.rand"]}}}),
            true,
        ),
        (
            json!({"library_usage": {"np": ["np.random.*"]}}),
            json!({"library_usage": {"np": ["np.randomly"]}}),
            false,
        ),
        (
            json!({"library_usage": {"np": ["np.array"]}}),
            json!({"library_usage": {"a.py": {"np": ["np.array"]}}}),
            true,
        ),
        (json!({"library_usage": {"np": ["np.array"]}}), json!({}), false),
        (json!({"dependencies": {"boots": ["Absent"]}}), json!({}), false),
    ] {
        assert_eq!(counts(&include, &context), expected, "{include} {context}");
    }
}

#[test]
fn conditions_on_the_place() {
    let fedora = json!({"operatingSystem": {"name": "fedora", "version": "35"}});
    let rhel = json!({"operatingSystem": {"name": "ubi", "version": "8.4"}});
    let machine = json!({"cpuFamily": 6, "cpuModel": 94, "cpuFlags": ["avx2", "sse"]});
    let image = json!({"baseImage": "quay.test/s2i:v1.2", "rpmPackages": [{"name": "git", "version": "2"}], "symbols": ["GLIBC_2.17"],
        "pythonPackages": [{"name": "Flask", "version": "2.0", "location": "/opt/app-root/lib"}]});
    let cuda = json!({"cudaVersion": "11.0", "gpuModel": "T4"});
    for (place, runtime, expected) in [
        (
            json!({"operating_systems": [{"name": "rhel"}, {"name": "Fedora", "version": "35"}]}),
            &fedora,
            true,
        ),
        (
            json!({"operating_systems": [{"name": "fedora", "version": "3"}]}),
            &fedora,
            false,
        ),
        (
            json!({"operating_systems": [{"name": "rhel", "version": "8"}]}),
            &rhel,
            true,
        ),
        (
            json!({"operating_systems": [{"name": "rhel", "version": "8.2"}]}),
            &rhel,
            false,
        ),
        (
            json!({"operating_systems": [{"name": "rhel"}]}),
            &json!({}),
            false,
        ),
        // Entries of hardware are alternatives; what stands in one must hold together.
        (
            json!({"hardware": [{"cpu_models": [1]}, {"cpu_families": [6], "cpu_models": [94]}]}),
            &machine,
            true,
        ),
        (
            json!({"hardware": [{"cpu_families": [6], "cpu_models": [1]}]}),
            &machine,
            false,
        ),
        (json!({"hardware": [{"cpu_families": [null]}]}), &machine, false),
        (json!({"hardware": [{"gpu_models": [null]}]}), &machine, true),
        (
            json!({"hardware": [{"gpu_models": {"not": [null]}}]}),
            &cuda,
            true,
        ),
        (json!({"hardware": [{"cpu_flags": ["avx2"]}]}), &machine, true),
        (
            json!({"hardware": [{"cpu_flags": ["avx2", "avx512"]}]}),
            &machine,
            false,
        ),
        (
            json!({"hardware": [{"cpu_flags": {"not": ["avx512"]}}]}),
            &machine,
            true,
        ),
        (json!({"cuda_version": ">=10"}), &cuda, true),
        (json!({"cuda_version": "==9"}), &cuda, false),
        (json!({"cuda_version": ">=0"}), &machine, false),
        (json!({"cuda_version": null}), &machine, true),
        (json!({"cuda_version": null}), &cuda, false),
        (json!({"python_version": "==3.11"}), &machine, true),
        (json!({"python_version": "!=3.11"}), &machine, false),
        (json!({"python_version": ">=3.11.1"}), &machine, true),
        (json!({"python_version": "<3.10"}), &machine, false),
        (json!({"platforms": ["linux-x86_64"]}), &machine, true),
        (json!({"platforms": {"not": ["linux-x86_64"]}}), &machine, false),
        (json!({"base_images": ["quay.test/s2i"]}), &image, true),
        (json!({"base_images": ["quay.test/s2i:v1.*"]}), &image, true),
        (
            json!({"base_images": ["quay.test/s2i:v2.*", null]}),
            &image,
            false,
        ),
        (json!({"base_images": [null]}), &machine, true),
        (json!({"base_images": {"not": [null]}}), &image, true),
        (json!({"abi": ["GLIBC_2.17"]}), &image, true),
        (json!({"abi": ["GLIBC_2.17", "GLIBC_9"]}), &image, false),
        (json!({"abi": {"not": ["GLIBC_9"]}}), &image, true),
        (json!({"abi": {"not": ["GLIBC_9"]}}), &machine, false),
        (
            json!({"rpm_packages": [{"package_name": "git", "package_version": "2"}]}),
            &image,
            true,
        ),
        (
            json!({"rpm_packages": {"not": [{"package_name": "git"}, {"package_name": "absent"}]}}),
            &image,
            false,
        ),
        (
            json!({"rpm_packages": {"not": [{"package_name": "absent"}]}}),
            &image,
            true,
        ),
        (
            json!({"abi": ["GLIBC_2.17"], "rpm_packages": [{"package_name": "absent"}]}),
            &image,
            false,
        ),
        (
            json!({"python_packages": [{"name": "flask", "version": ">1", "location": "^/opt/app-root/.*"}]}),
            &image,
            true,
        ),
        (
            json!({"python_packages": [{"name": "flask", "location": "^/usr/.*"}]}),
            &image,
            false,
        ),
        (
            json!({"python_packages": [{"name": "flask", "version": "<2"}]}),
            &image,
            false,
        ),
    ] {
        let include = json!({"runtime_environments": place});
        assert_eq!(
            counts(&include, &json!({"runtime": runtime})),
            expected,
            "{place} {runtime}"
        );
    }
}

#[test]
fn a_library_usage_is_read_in_every_shape() {
    let expected = ["a.b".to_owned(), "c".to_owned()].into();
    for shape in [
        json!({"a": ["a.b"], "c": ["c"]}),
        json!({"report": {"a": ["a.b"], "c": ["c"]}, "version": "1"}),
        json!({"report": {"x.py": {"a": ["a.b"]}, "y.py": {"c": ["c"]}}}),
    ] {
        assert_eq!(library_usage(&shape), expected, "{shape}");
    }
}

#[test]
fn findings_name_the_place() {
    let step = |key: &str, value: Value| {
        let mut unit = json!({"name": "S", "type": "step", "match": {"package_version": {"name": "a"}}, "run": {"score": 0.1}});
        unit[key] = value;
        json!({"steps": [unit]})
    };
    for (stated, kind, pointer) in [
        (step("type", json!("stepp")), FindingKind::Invalid, "/type"),
        (
            step("match", json!({"package_version": {"nam": "a"}})),
            FindingKind::Invalid,
            "/match/package_version/nam",
        ),
        (
            step(
                "match",
                json!([{"package_version": {"name": "a", "version": "1.0"}}]),
            ),
            FindingKind::Invalid,
            "/match/0/package_version/version",
        ),
        (
            step("match", json!({"package_version": {"name": "a", "version": 1.5}})),
            FindingKind::Invalid,
            "/match/package_version/version",
        ),
        (
            step(
                "match",
                json!({"package_version": {"name": "a", "version": "<1,>2"}}),
            ),
            FindingKind::Never,
            "/match/package_version/version",
        ),
        (step("match", Value::Null), FindingKind::Invalid, "/match"),
        (
            step("run", json!({"score": 2})),
            FindingKind::Invalid,
            "/run/score",
        ),
        (
            step("run", json!({"score": 0.1, "not_acceptable": "x"})),
            FindingKind::Invalid,
            "/run/score",
        ),
        (
            step("run", json!({"not_acceptable": "x", "eager_stop_pipeline": "y"})),
            FindingKind::Invalid,
            "/run/eager_stop_pipeline",
        ),
        (
            step("run", json!({"stack_info": [{"type": "NOTE", "message": "x"}]})),
            FindingKind::Invalid,
            "/run/stack_info/0/type",
        ),
        (step("run", json!({})), FindingKind::Invalid, "/run"),
        (
            step("should_include", json!({"adviser": true})),
            FindingKind::Invalid,
            "/should_include/adviser",
        ),
        (
            step("should_include", json!({"recommendation_types": ["best"]})),
            FindingKind::Invalid,
            "/should_include/recommendation_types/0",
        ),
        (
            step("should_include", json!({"library_usage": {"np": ["numpy.x"]}})),
            FindingKind::Invalid,
            "/should_include/library_usage/np/0",
        ),
        (
            step(
                "should_include",
                json!({"runtime_environments": {"python_version": "<3,>4"}}),
            ),
            FindingKind::Never,
            "/should_include/runtime_environments/python_version",
        ),
    ] {
        let set = set(&stated);
        let (unit, findings) = Unit::read("k", "house", &set.rules[0]);
        assert!(
            findings
                .iter()
                .any(|one| one.kind == kind && one.pointer == pointer),
            "{stated}: {findings:?}"
        );
        assert_eq!(unit.is_none(), kind == FindingKind::Invalid, "{stated}");
    }
}

#[test]
fn a_test_that_cannot_fail_is_refused() {
    let stated = json!({"boots": [{"name": "B", "type": "boot", "run": {"not_acceptable": "x"}}]});
    for test in [
        json!({"name": "t", "stack": [], "expect": {}}),
        json!({"name": "t", "stack": [], "expect": {"refuse": true}}),
        json!({"stack": [], "expect": {"refused": true}}),
    ] {
        trial::run(&units(&stated), &test).unwrap_err();
    }
}
