//! Rules: every unit kind does what it says and nothing else, in whatever order, and the recorded ones are understood.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};

use proptest::prelude::*;
use serde_json::{Value, json};
use thoth_adviser::rules::{Context, FindingKind, Ruling, Runtime, Unit, evaluate, trial};
use thoth_adviser::{Effect, Outcome, Request, Universe, advise};
use thoth_schema::document::{Document, Payload};
use thoth_schema::requirement::Requirement;
use thoth_schema::rules::RuleSet;

use crate::loader::{Loader, request, shared_data};

pub(crate) fn set(units: &Value) -> RuleSet {
    let file = json!({"path": "t.yaml", "prescription": {"name": "house"}, "units": units});
    let document = Document::from_value(&file).unwrap();
    let Payload::Rules(set) = document.payload else {
        panic!("no rules")
    };
    assert_eq!(set.skipped, [], "{units}");
    set
}

/// The units, which must all be understood.
pub(crate) fn units(stated: &Value) -> Vec<Unit> {
    let set = set(stated);
    let read = |rule| {
        let (unit, findings) = Unit::read(&set.rule_key(rule), &set.name, rule);
        unit.unwrap_or_else(|| panic!("{findings:?}"))
    };
    set.rules.iter().map(read).collect()
}

/// What is not as the test expects.
#[track_caller]
fn wrong(stated: &Value, test: &Value) -> Vec<String> {
    let mut test = test.clone();
    test["name"] = json!("here");
    trial::run(&units(stated), &test).unwrap()
}

#[track_caller]
fn holds(stated: &Value, tests: &[Value]) {
    for test in tests {
        assert_eq!(wrong(stated, test), [""; 0], "{test}");
    }
}

fn info(message: &str) -> Value {
    json!([{"type": "WARNING", "message": message, "link": "short_id"}])
}

#[test]
fn a_boot_speaks_or_ends_the_advice() {
    let speaks = json!({"boots": [{"name": "B", "type": "boot", "match": {"package_name": "Web_App"}, "run": {"stack_info": info("hm")}}]});
    let stack = json!([{"name": "web-app", "version": "1"}, {"name": "lib", "version": "1"}]);
    holds(
        &speaks,
        &[
            json!({"stack": stack, "expect": {"says": ["hm https://thoth-station.ninja/j/short_id"], "refused": false}}),
            json!({"stack": stack, "context": {"requirements": ["lib"]}, "expect": {"silent": ["hm"]}}),
        ],
    );
    for key in ["not_acceptable", "eager_stop_pipeline"] {
        let ends = json!({"boots": [{"name": "B", "type": "boot", "run": {key: "no"}, "should_include": {"labels": {"a": "b"}}}]});
        holds(
            &ends,
            &[
                json!({"stack": stack, "context": {"labels": {"a": "b"}}, "expect": {"refused": true, "says": ["no"]}}),
                json!({"stack": stack, "context": {"labels": {"a": "c"}}, "expect": {"refused": false}}),
            ],
        );
    }
}

#[test]
fn a_sieve_removes_by_name_version_and_index() {
    let sieve = |release: Value| json!({"sieves": [{"name": "S", "type": "sieve", "match": [{"package_version": release}], "run": {"stack_info": info("gone")}}]});
    let stack = json!([{"name": "lib", "version": "2.0rc1", "index": "https://mirror.test/simple"}]);
    let is = |forbidden: bool| json!({"stack": stack, "expect": {"forbidden": forbidden}});
    for (release, forbidden) in [
        (json!({"name": "lib"}), true),
        (json!({"name": "Lib", "version": "<2.1"}), true),
        (json!({"name": "lib", "version": "<2"}), false),
        (json!({"name": "other"}), false),
        (json!({"index_url": "https://mirror.test/simple/"}), true),
        (json!({"index_url": {"not": "https://mirror.test/simple"}}), false),
        (
            json!({"name": "lib", "index_url": {"not": "https://elsewhere.test"}}),
            true,
        ),
        (json!({"name": "lib", "develop": true}), false),
        (json!({"name": "lib", "develop": false}), true),
    ] {
        holds(&sieve(release), &[is(forbidden)]);
    }
    holds(
        &sieve(json!({"name": "lib"})),
        &[json!({"stack": stack, "expect": {"says": ["gone"]}})],
    );
}

#[test]
fn a_step_scores_or_rejects_a_release_with_others() {
    let step = |pattern: Value, run: Value| json!({"steps": [{"name": "S", "type": "step", "match": pattern, "run": run}]});
    let said = json!([{"type": "INFO", "message": "fast", "link": "https://x.test", "package_name": "lib"}]);
    let run = json!({"score": 0.25, "justification": said});
    let stack = json!([{"name": "lib", "version": "1.5"}, {"name": "web", "version": "2.0"}, {"name": "pre", "version": "3.0rc1"}]);
    let scores = |score: f64| json!({"stack": stack, "expect": {"score": score}});
    let lib = json!({"package_version": {"name": "lib", "version": "~=1.5"}});
    holds(
        &step(lib.clone(), run.clone()),
        &[
            scores(0.25),
            json!({"stack": stack, "expect": {"says": ["fast https://x.test"]}}),
        ],
    );
    // Each item of a list scores by itself; a step does not see pre-releases unless it names one.
    holds(
        &step(json!([lib, {"package_version": {"name": "web"}}]), run.clone()),
        &[scores(0.5)],
    );
    holds(
        &step(
            json!({"package_version": {"name": "pre", "version": ">=2"}}),
            run.clone(),
        ),
        &[scores(0.0)],
    );
    holds(
        &step(
            json!({"package_version": {"name": "pre", "version": ">=3.0rc1"}}),
            run.clone(),
        ),
        &[scores(0.25)],
    );
    // Without a name it is every package.
    holds(
        &step(json!({"package_version": {"index_url": "default"}}), run.clone()),
        &[scores(0.75)],
    );
    let with = |name: &str| json!({"package_version": {"name": "lib"}, "state": {"resolved_dependencies": [{"name": name, "version": ">=2"}]}});
    holds(&step(with("web"), run.clone()), &[scores(0.25)]);
    holds(
        &step(with("absent"), run),
        &[
            scores(0.0),
            json!({"stack": stack, "expect": {"silent": ["fast"]}}),
        ],
    );
    let reject = |name: &str| step(with(name), json!({"not_acceptable": "breaks"}));
    holds(
        &reject("web"),
        &[json!({"stack": stack, "expect": {"forbidden": true}})],
    );
    holds(
        &reject("absent"),
        &[json!({"stack": stack, "expect": {"forbidden": false}})],
    );
    let from = |version: &str| {
        let state =
            json!({"package_version_from": [{"name": "web"}], "package_version_from_allow_other": true});
        let stack =
            json!([{"name": "lib", "version": "1"}, {"name": "web", "version": "1", "requires": [version]}]);
        (
            step(
                json!({"package_version": {"name": "lib"}, "state": state}),
                json!({"score": -1}),
            ),
            stack,
        )
    };
    for (requires, score) in [("lib", -1.0), ("other", 0.0), ("lib; python_version < '3'", 0.0)] {
        let (rule, stack) = from(requires);
        holds(&rule, &[json!({"stack": stack, "expect": {"score": score}})]);
    }
}

#[test]
fn a_group_is_one_term_whatever_the_order() {
    let group = |names: [&str; 3]| {
        let members = names.map(|name| json!({"package_version": {"name": name, "version": "<2"}}));
        json!({"steps": [{"name": "G", "type": "step.Group", "match": {"group": members}, "run": {"not_acceptable": "no"}}]})
    };
    let stack = |version: &str| json!([{"name": "a", "version": "1"}, {"name": "b", "version": version}, {"name": "c", "version": "1"}]);
    for names in [["a", "b", "c"], ["c", "a", "b"], ["b", "c", "a"]] {
        holds(
            &group(names),
            &[
                json!({"stack": stack("1"), "expect": {"forbidden": true}}),
                json!({"stack": stack("2"), "expect": {"forbidden": false}}),
            ],
        );
    }
    let (universe, request) = universe(
        json!({"a": {"1": {}}, "b": {"1": {}}, "c": {"1": {}, "3": {}}}),
        &["a", "b", "c"],
    );
    let ruling = ruling(&group(["c", "a", "b"]), &universe, &request);
    assert_eq!(ruling.terms.len(), 1);
    assert_eq!(ruling.terms[0].effect, Effect::Forbids);
    let members: Vec<String> = ruling.terms[0]
        .members
        .iter()
        .map(|one| one.package.to_string())
        .collect();
    assert_eq!(members, ["a", "b", "c"]);
    assert_eq!(ruling.terms[0].reason.evidence, ["house:t.yaml#steps/G"]);
}

#[test]
fn strides_and_wraps_look_at_complete_stacks() {
    let state = json!({"state": {"resolved_dependencies": [{"name": "a"}, {"name": "b", "version": ">1"}]}});
    let stride = json!({"strides": [{"name": "S", "type": "stride", "match": state, "run": {"not_acceptable": "no"}}]});
    let stop = json!({"strides": [{"name": "S", "type": "stride", "match": state, "run": {"eager_stop_pipeline": "stop"}}]});
    let wrap = json!({"wraps": [{"name": "W", "type": "wrap", "match": [state], "run": {
        "justification": [{"type": "INFO", "message": "known", "link": "l", "package_name": "b", "cve_id": "CVE-1"}],
        "advised_manifest_changes": [[{"apiVersion": "v1", "kind": "K", "patch": {"op": "add", "path": "/a", "value": 1}}]]}}]});
    let notes = json!({"wraps": [{"name": "N", "type": "wrap.GHReleaseNotes",
        "match": {"state": {"resolved_dependencies": [{"name": "b"}]}},
        "run": {"release_notes": {"organization": "o", "repository": "r", "tag_version_prefix": "v"}}}]});
    let stack = |version: &str| json!([{"name": "a", "version": "1"}, {"name": "b", "version": version}]);
    holds(
        &stride,
        &[
            json!({"stack": stack("2"), "expect": {"forbidden": true}}),
            json!({"stack": stack("1"), "expect": {"forbidden": false}}),
        ],
    );
    holds(
        &stop,
        &[
            json!({"stack": stack("2"), "expect": {"refused": true, "forbidden": false, "says": ["stop"]}}),
            json!({"stack": stack("1"), "expect": {"refused": false}}),
        ],
    );
    holds(
        &wrap,
        &[
            json!({"stack": stack("2"), "expect": {"says": ["known (CVE-1)"]}}),
            json!({"stack": stack("1"), "expect": {"silent": ["known"]}}),
        ],
    );
    holds(
        &notes,
        &[
            json!({"stack": stack("2.0"), "expect": {"says": ["https://github.com/o/r/releases/tag/v2.0"]}}),
            json!({"stack": [{"name": "a", "version": "1"}], "expect": {"silent": ["github"]}}),
        ],
    );
}

/// A universe of an index and a request over it.
fn universe(index: Value, requirements: &[&str]) -> (Universe, Request) {
    let case = json!({"index": {"inline": index}, "expected": {}});
    let requirements = requirements
        .iter()
        .map(|text| Requirement::parse(text).unwrap())
        .collect();
    let request = request(requirements);
    (Loader::default().universe(&case, &request), request)
}

fn ruling(stated: &Value, universe: &Universe, request: &Request) -> Ruling {
    decide(units(stated), universe, request)
}

fn decide(units: Vec<Unit>, universe: &Universe, request: &Request) -> Ruling {
    let (runtime, labels, library_usage) = (Runtime::default(), BTreeMap::new(), BTreeSet::new());
    let context = Context {
        request,
        runtime: &runtime,
        labels: &labels,
        library_usage: &library_usage,
        authenticated: false,
        default_index: None,
    };
    evaluate(units, &context, universe)
}

/// The advice under the rules, as `name==version`.
fn pins(stated: &Value, index: Value, requirements: &[&str]) -> (Vec<String>, thoth_adviser::Advice) {
    let (mut known, request) = universe(index.clone(), requirements);
    let mut ruled = ruling(stated, &known, &request);
    if !ruled.wanted.is_empty() {
        // What a rule adds is gathered as well, as the server does it.
        let added = ruled.wanted.iter().map(|one| one.name.as_ref());
        let widened: Vec<&str> = requirements.iter().copied().chain(added).collect();
        (known, _) = universe(index, &widened);
        ruled = ruling(stated, &known, &request);
    }
    let (mut universe, ruling) = (known, ruled);
    let pruned = ruling.apply(&mut universe);
    let mut advice = advise(&universe, &request).unwrap();
    advice.pruned = pruned;
    ruling.annotate(&mut advice);
    let pins = advice.stacks.iter().take(1).flat_map(|stack| &stack.pins);
    (
        pins.map(|pin| format!("{}=={}", pin.name, pin.version)).collect(),
        advice,
    )
}

#[test]
fn rules_change_the_lock_and_say_so() {
    let index = json!({
        "web": {"1.0": {"requires_dist": ["lib", "old"]}, "2.0": {"requires_dist": ["lib", "old"]}},
        "lib": {"1.0": {}, "2.0": {}}, "old": {"1.0": {"requires_dist": ["older"]}}, "older": {"1.0": {}},
        "tool": {"1.0": {}, "2.0": {}},
    });
    let none = json!({});
    assert_eq!(
        pins(&none, index.clone(), &["web"]).0,
        ["lib==2.0", "old==1.0", "older==1.0", "web==2.0"]
    );
    let sieve = json!({"sieves": [{"name": "S", "type": "sieve", "match": {"package_version": {"name": "lib", "version": ">1"}}, "run": {}}]});
    let (got, advice) = pins(&sieve, index.clone(), &["web"]);
    assert_eq!(got, ["lib==1.0", "old==1.0", "older==1.0", "web==2.0"]);
    assert_eq!(
        serde_json::to_value(&advice.pruned).unwrap(),
        json!([{"package": "lib", "reason": "rule", "count": 1, "example": "2.0", "evidence": ["house:t.yaml#sieves/S"]}])
    );
    let report = advice.rules.unwrap();
    assert_eq!((report.considered, report.in_effect), (1, 1));

    let skip = json!({"sieves": [{"name": "S", "type": "sieve.SkipPackage", "match": {"package_name": "old"}, "run": {"stack_info": info("left out")}}]});
    let (got, advice) = pins(&skip, index.clone(), &["web"]);
    assert_eq!(got, ["lib==2.0", "web==2.0"]);
    let said = &advice.stacks[0].reasons;
    let said = said.iter().find(|reason| reason.code == "RULE_WARNING").unwrap();
    assert_eq!(
        (said.message.as_str(), said.evidence.as_slice()),
        ("left out", &["house:t.yaml#sieves/S".to_owned()][..])
    );
    // What the request itself names stays, and that is told.
    let (got, advice) = pins(&skip, index.clone(), &["web", "old"]);
    assert_eq!(got.len(), 4);
    assert_eq!(
        advice.rules.unwrap().skipped[0].reason,
        "the request itself requires old"
    );

    let from = json!({"package_version": {"name": "old"}, "state": {"package_version_from": [{"name": "web", "version": ">=2"}]}});
    let skip = json!({"steps": [{"name": "S", "type": "step.SkipPackage", "match": from, "run": {"stack_info": info("x")}}]});
    assert_eq!(
        pins(&skip, index.clone(), &["web>=2"]).0,
        ["lib==2.0", "web==2.0"]
    );
    assert_eq!(
        pins(&skip, index.clone(), &["web<2"]).0.len(),
        4,
        "of web 1 it is required as before"
    );

    let add = |version: &str| {
        json!({"steps": [{"name": "A", "type": "step.AddPackage", "match": {"package_version": {"name": "lib", "version": ">=2"}},
        "run": {"package_version": {"name": "tool", "locked_version": version, "index_url": "default", "develop": false}}}]})
    };
    assert_eq!(
        pins(&add("==1.0"), index.clone(), &["lib"]).0,
        ["lib==2.0", "tool==1.0"]
    );
    assert_eq!(pins(&add("==1.0"), index.clone(), &["lib<2"]).0, ["lib==1.0"]);
    // What something else requires is added in whatever version that asks for.
    assert_eq!(
        pins(&add("==1.0"), index, &["lib", "tool"]).0,
        ["lib==2.0", "tool==2.0"]
    );
}

#[test]
fn a_stack_that_a_rule_stops_at_is_not_advised() {
    let stop = json!({"steps": [{"name": "S", "type": "step", "match": {"package_version": {"name": "lib"}}, "run": {"eager_stop_pipeline": "enough"}}]});
    let (got, advice) = pins(&stop, json!({"lib": {"1": {}}}), &["lib"]);
    assert_eq!(got, [""; 0]);
    assert_eq!(advice.outcome, Outcome::Refused);
    let report = advice.rules.unwrap();
    assert_eq!(
        (
            report.refusals[0].code.as_str(),
            report.refusals[0].message.as_str()
        ),
        ("RULE_REFUSES", "enough")
    );
    let (got, advice) = pins(&stop, json!({"other": {"1": {}}}), &["other"]);
    assert_eq!((got.len(), advice.outcome), (1, Outcome::Advised));
}

#[test]
fn what_cannot_be_done_is_listed_and_not_done() {
    let pseudonym = json!({"pseudonyms": [{"name": "P", "type": "pseudonym", "match": {"package_version": {"name": "lib"}},
        "run": {"yield": {"yield_matched_version": true, "package_version": {"name": "lib-gpu"}}}}]});
    let parents = json!({"package_version": {"name": "lib"}, "state": {"package_version_from": [{"name": "a"}, {"name": "b"}]}});
    let skip = json!({"steps": [{"name": "S", "type": "step.SkipPackage", "match": parents, "run": {}}]});
    for (rules, part) in [(pseudonym, "stand for another"), (skip, "one named package")] {
        let (got, advice) = pins(&rules, json!({"lib": {"1": {}}}), &["lib"]);
        assert_eq!(got, ["lib==1"]);
        let skipped = advice.rules.unwrap().skipped;
        assert!(
            skipped.len() == 1 && skipped[0].reason.contains(part),
            "{skipped:?}"
        );
    }
}

proptest! {
    #[test]
    fn the_order_of_rules_does_not_matter(order in Just((0..8_usize).collect::<Vec<_>>()).prop_shuffle()) {
        let stated = json!({
            "sieves": [{"name": "A", "type": "sieve", "match": {"package_version": {"name": "lib", "version": "==2"}}, "run": {"stack_info": info("s")}},
                {"name": "B", "type": "sieve", "match": {"package_version": {"version": "<2"}}, "run": {}},
                {"name": "C", "type": "sieve.SkipPackage", "match": {"package_name": "lib"}, "run": {}}],
            "steps": [{"name": "D", "type": "step.Group", "match": {"group": [{"package_version": {"name": "web"}}, {"package_version": {"name": "lib"}}]}, "run": {"score": 0.5}},
                {"name": "E", "type": "step", "match": {"package_version": {"name": "web"}}, "run": {"not_acceptable": "x"},
                    "should_include": {"dependencies": {"sieves": ["A"], "boots": ["house.F"]}}}],
            "boots": [{"name": "F", "type": "boot", "run": {"stack_info": info("f")}, "should_include": {"dependencies": {"wraps": ["G"]}}},
                {"name": "H", "type": "boot", "run": {"stack_info": info("h")}, "should_include": {"dependencies": {"boots": ["H"]}}}],
            "wraps": [{"name": "G", "type": "wrap", "run": {"stack_info": info("g")}}],
        });
        let (universe, request) = universe(json!({"web": {"1": {"requires_dist": ["lib"]}, "2": {}}, "lib": {"1": {}, "2": {}, "3": {}}}), &["web"]);
        let all = units(&stated);
        let expected = decide(all.clone(), &universe, &request);
        prop_assert_eq!(expected.report.in_effect, 7, "all but the one that depends on itself");
        prop_assert_eq!(expected.removals.values().map(Vec::len).sum::<usize>(), 5);
        let shuffled = order.iter().map(|at| all[*at].clone()).collect();
        let got = decide(shuffled, &universe, &request);
        prop_assert_eq!(&got.terms, &expected.terms);
        prop_assert_eq!(&got.removals, &expected.removals);
        prop_assert_eq!(&got.report, &expected.report);
        let (mut one, mut other) = (universe.clone(), universe.clone());
        prop_assert_eq!(got.apply(&mut one), expected.apply(&mut other));
        prop_assert_eq!(format!("{one:?}"), format!("{other:?}"));
    }
}

#[test]
fn every_recorded_prescription_is_understood_or_told_apart() {
    let Some(shared) = shared_data() else { return };
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for name in ["written", "generated"] {
        let file = std::fs::File::open(shared.join(format!("prescriptions/prescriptions-{name}.jsonl.zst")))
            .unwrap();
        for line in BufReader::new(zstd::Decoder::new(file).unwrap()).lines() {
            let document = Document::from_json_bytes(line.unwrap().as_bytes(), &Default::default()).unwrap();
            let Payload::Rules(set) = document.payload else {
                panic!("no rules")
            };
            for rule in &set.rules {
                *counts.entry((name, "units")).or_default() += 1;
                let (unit, findings) = Unit::read(&set.rule_key(rule), &set.name, rule);
                if findings
                    .iter()
                    .any(|one| one.kind != FindingKind::Never || unit.is_none())
                {
                    println!("{}: {findings:?}", set.rule_key(rule));
                }
                for kind in findings
                    .iter()
                    .map(|one| one.kind.as_str())
                    .collect::<BTreeSet<_>>()
                {
                    *counts.entry((name, kind)).or_default() += 1;
                }
                // Whatever cannot be applied says why.
                let told = unit.as_ref().is_some_and(|unit| unit.void().is_none()) || !findings.is_empty();
                assert!(told, "{}", set.rule_key(rule));
            }
        }
    }
    println!("{counts:?}");
    let count = |name, what| counts.get(&(name, what)).copied().unwrap_or_default();
    assert_eq!(
        (count("written", "units"), count("generated", "units")),
        (206, 11_134)
    );
    assert_eq!(
        (count("written", "invalid"), count("written", "not-applicable")),
        (0, 1)
    );
}
