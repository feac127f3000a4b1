//! `thoth rules`, and rules in advices: for one run and from the graph.

use serde_json::Value;

use super::{Place, records};

/// Removes lib 2, and refuses whoever asks for it by label.
const RULES: &str = "units:
  sieves:
  - name: NoLib2
    type: sieve
    match: {package_version: {name: lib, version: '>=2'}}
    run:
      stack_info: [{type: WARNING, message: lib 2 is not for us, link: 'https://house.test/lib'}]
  boots:
  - name: Frozen
    type: boot
    should_include: {labels: {frozen: 'yes'}}
    run: {not_acceptable: nothing changes this week}
tests:
- name: lib 2 is gone
  stack: [{name: lib, version: 2.0}]
  expect: {forbidden: true}
";

const BROKEN: &str = "units:
  steps:
  - name: Twice
    type: step
    match:
      package_version: {name: lib, version: '<1,>2'}
    run: {score: 2}
  - name: Depends
    type: step
    should_include:
      dependencies: {boots: [Nowhere]}
      lables: {}
    match: {package_version: {name: lib}}
    run: {score: 0.5}
tests:
- name: nothing is forbidden
  stack: [{name: lib, version: '1'}]
  expect: {forbidden: true}
";

fn pins(answer: &Value) -> Vec<String> {
    let pins = answer["stacks"][0]["pins"].as_array().unwrap().iter();
    pins.map(|pin| {
        format!(
            "{} {}",
            pin["name"].as_str().unwrap(),
            pin["version"].as_str().unwrap()
        )
    })
    .collect()
}

#[test]
fn rules_of_one_run_change_the_lock() {
    let place = Place::new();
    let (records, rules) = (
        place.file("records.jsonl", records()),
        place.file("house.yaml", RULES),
    );
    let arguments = [
        "advise",
        "app",
        "--knowledge",
        &records,
        "--format",
        "json",
        "--rules",
        &rules,
    ];
    let answer = place.thoth(arguments).run().expect_code(0).json();
    assert_eq!(pins(&answer), ["app 2.0", "lib 1.0"]);
    let removed = &answer["pruned"][0];
    assert_eq!(
        (removed["reason"].as_str(), removed["count"].as_u64()),
        (Some("rule"), Some(1))
    );
    let rule = removed["evidence"][0].as_str().unwrap();
    assert!(rule.ends_with("house.yaml#sieves/NoLib2"), "{rule}");
    let reasons = answer["stacks"][0]["reasons"].as_array().unwrap();
    let said = reasons.iter().find(|one| one["code"] == "RULE_WARNING").unwrap();
    assert_eq!(said["link"], "https://house.test/lib");
    assert_eq!(answer["rules"]["inEffect"], 1);

    let frozen = [&arguments[..], &["--label", "frozen=yes"]].concat();
    let answer = place.thoth([""; 0]).args(frozen).run().expect_code(1).json();
    assert_eq!(answer["outcome"], "refused");
    assert_eq!(
        answer["rules"]["refusals"][0]["message"],
        "nothing changes this week"
    );
}

#[test]
fn rules_of_the_graph_count_until_they_are_left_aside() {
    let place = Place::new();
    let (records, rules) = (
        place.file("records.jsonl", records()),
        place.file("house.yaml", RULES),
    );
    place.thoth(["ingest", &records, &rules]).run().expect_code(0);
    let advised = |arguments: &[&str]| {
        let all = [&["advise", "app", "--format", "json"][..], arguments].concat();
        pins(&place.thoth([""; 0]).args(all).run().expect_code(0).json())
    };
    assert_eq!(advised(&[]), ["app 2.0", "lib 1.0"]);
    assert_eq!(
        advised(&["--no-graph-rules"]),
        ["app 2.0", "lib 2.0", "other 1.0"]
    );
    let listed = place
        .thoth(["rules", "list", "lib", "--format", "json"])
        .run()
        .expect_code(0)
        .json();
    let names: Vec<&str> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["Frozen", "NoLib2"],
        "the one that names no package is of every request"
    );
    let key = listed[1]["key"].as_str().unwrap();
    let shown = place.thoth(["rules", "show", key]).run().expect_code(0).json();
    assert_eq!(shown["match"]["package_version"]["name"], "lib");
}

#[test]
fn validation_names_every_place() {
    let place = Place::new();
    let good = place.file("house.yaml", RULES);
    let output = place.thoth(["rules", "validate", &good]).run().expect_code(1);
    // An unquoted version is a number, which no version is.
    assert!(
        output.stdout.contains("house.yaml:14: invalid: lib 2 is gone: "),
        "{}",
        output.stdout
    );
    let good = place.file("house.yaml", RULES.replace("version: 2.0}", "version: '2.0'}"));
    let output = place.thoth(["rules", "validate", &good]).run().expect_code(0);
    assert_eq!(output.stdout, "1 file, 2 units, 1 test, 0 findings\n");
    place.file("again.yaml", RULES.replace("version: 2.0}", "version: '2.0'}"));
    place.file("broken.yaml", BROKEN);
    let folder = place.path("").display().to_string();
    let output = place.thoth(["rules", "validate", &folder]).run().expect_code(1);
    let text = output.stdout.replace(folder.trim_end_matches('/'), "");
    println!("{text}");
    for line in [
        "/broken.yaml:6: never-matches: Twice: match/package_version/version: no version satisfies `<1,>2`",
        "/broken.yaml:7: invalid: Twice: run/score: a score lies in [-1, 1], not 2",
        "/broken.yaml:12: invalid: Depends: should_include/lables: unknown key `lables`",
        "/broken.yaml:16: test-fails: nothing is forbidden: forbidden: false, not true",
    ] {
        assert!(text.lines().any(|one| one.starts_with(line)), "{line}\n{text}");
    }
    let twice = text
        .lines()
        .filter(|line| line.contains(": named-twice: "))
        .count();
    assert_eq!(twice, 2, "{text}");
    assert!(
        text.ends_with("3 files, 6 units, 3 tests, 6 findings\n"),
        "{text}"
    );
    let json = place
        .thoth(["rules", "validate", &folder, "--format", "json"])
        .run()
        .expect_code(1)
        .json();
    assert_eq!(json["findings"].as_array().unwrap().len(), 6);
}
