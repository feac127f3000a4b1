//! Rule sets: envelopes, and prescription files.

use serde_json::{Value, json};
use thoth_schema::document::{Document, DocumentKind, Limits, Payload};
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::rules::{RuleKind, RuleSet};

use crate::shared;

/// A change to an envelope, and the pointer of the fault that it makes.
type Case = (fn(&mut Value), &'static str);

fn read(value: &Value) -> Result<Document, Fault> {
    Document::from_json_bytes(value.to_string().as_bytes(), &Limits::default())
}

fn rules(document: &Document) -> &RuleSet {
    match &document.payload {
        Payload::Rules(set) => set,
        _ => panic!("not a rule set"),
    }
}

fn envelope() -> Value {
    json!({
        "kind": "rules", "schemaVersion": 1, "producer": {"name": "admin", "version": "1"}, "producedAt": "2024-05-06T07:08:09Z",
        "payload": {"name": "house", "path": "a.yaml", "release": "v1", "extra": 1, "rules": [
            {"kind": "steps", "name": "A", "type": "step", "run": {"score": 0.5, "not_acceptable": "no",
                "justification": [{"type": "INFO", "message": "m", "link": "l"}]},
             "match": [{"package_version": {"name": "Flask", "version": "<2"}}, {"state": {"resolved_dependencies": [{"name": "jinja2"}]}}],
             "shouldInclude": {"adviser_pipeline": true}, "when": 1},
            {"kind": "sieves", "name": "A", "type": "sieve.SkipPackage", "run": {}, "match": {"package_name": "six"}},
        ]},
    })
}

#[test]
fn an_envelope_is_read_and_goes_around() {
    let document = read(&envelope()).unwrap();
    assert_eq!(
        (document.kind, document.generation.as_str()),
        (DocumentKind::Rules, "envelope 1")
    );
    assert_eq!(document.unknown_keys, 2);
    let set = rules(&document);
    assert_eq!(set.key(), "house:a.yaml");
    let rule = &set.rules[0];
    assert_eq!((rule.kind, rule.score()), (RuleKind::Steps, Some(0.5)));
    assert_eq!(rule.messages(), ["INFO m (l)", "not_acceptable: no"]);
    assert_eq!(
        rule.packages().into_iter().collect::<Vec<_>>(),
        ["Flask", "jinja2"]
    );
    assert_eq!(set.rules[1].packages().into_iter().collect::<Vec<_>>(), ["six"]);
    let producer = document.producer.clone();
    let again = Document::new(producer, &document.produced_at, None, None, &document.payload).unwrap();
    assert_eq!(again.payload, document.payload);
}

#[test]
fn what_breaks_the_schema_is_named_by_its_pointer() {
    let cases: &[Case] = &[
        (|it| it["payload"] = json!(1), "/payload"),
        (|it| it["payload"]["name"] = json!("a:b"), "/payload/name"),
        (|it| it["payload"]["name"] = json!(1), "/payload/name"),
        (|it| it["payload"]["path"] = json!("a#b"), "/payload/path"),
        (
            |it| it["payload"]["rules"][0]["kind"] = json!("jumps"),
            "/payload/rules/0/kind",
        ),
        (
            |it| it["payload"]["rules"][0]["run"] = json!([]),
            "/payload/rules/0/run",
        ),
        (
            |it| it["payload"]["rules"][0]["name"] = json!(""),
            "/payload/rules/0/name",
        ),
        (
            |it| it["payload"]["rules"][1]["kind"] = json!("steps"),
            "/payload/rules/1/name",
        ),
    ];
    for (change, pointer) in cases {
        let mut value = envelope();
        change(&mut value);
        let fault = read(&value).unwrap_err();
        assert_eq!(
            (fault.code, fault.pointer.as_deref()),
            (ErrorCode::SchemaViolation, Some(*pointer))
        );
        assert!(fault.remedy.is_some());
    }
    let mut value = envelope();
    value["schemaVersion"] = json!(9);
    assert_eq!(read(&value).unwrap_err().code, ErrorCode::UnknownSchemaVersion);
}

fn unit(name: &str, at: Option<&str>) -> Value {
    let mut unit = json!({"name": name, "type": "wrap", "run": {"justification": []}, "should_include": {}});
    if let Some(at) = at {
        unit["metadata"] = json!({"datetime": at});
    }
    unit
}

#[test]
fn a_prescription_file_is_a_set_of_its_own() {
    let named = json!({"package": "a", "path": "p/a.yaml", "prescription": {"name": "thoth", "release": "2022.1"}, "later": 1,
        "units": {"wraps": [unit("A", Some("2022-12-25T00:00:43.030003")), unit("B", Some("2022-12-25T00:00:43"))], "boots": null}});
    let document = read(&named).unwrap();
    assert_eq!(
        (document.kind, document.generation.as_str()),
        (DocumentKind::Rules, "prescription v1")
    );
    assert_eq!(document.produced_at, "2022-12-25T00:00:43.030003Z");
    assert_eq!(
        (document.producer.version.as_str(), document.unknown_keys),
        ("2022.1", 1)
    );
    assert_eq!(
        (rules(&document).key().as_str(), rules(&document).rules.len()),
        ("thoth:p/a.yaml", 2)
    );
    let bare = read(&json!({"units": {"wraps": [unit("A", None)]}, "path": "x"})).unwrap();
    assert_eq!(
        (rules(&bare).key().as_str(), bare.produced_at.as_str()),
        ("prescriptions:x", "1970-01-01T00:00:00Z")
    );
    assert_eq!(
        rules(&read(&json!({"units": null, "path": "x"})).unwrap()).rules,
        []
    );
}

#[test]
fn what_cannot_be_used_is_told() {
    let mut nameless = unit("A", None);
    nameless["name"] = json!(null);
    let mut odd = unit("B", None);
    odd["match"] = json!({"package_version": {"name": "not a name"}});
    let value = json!({"units": {"wraps": [nameless, odd, 1, {"name": "C", "type": "wrap"}], "jumps": []}});
    let document = read(&value).unwrap();
    let set = rules(&document);
    assert_eq!(set.rules.len(), 1);
    let places: Vec<&str> = set
        .skipped
        .iter()
        .map(|skipped| skipped.pointer.as_str())
        .collect();
    assert_eq!(
        places,
        [
            "/units/jumps",
            "/units/wraps/0",
            "/units/wraps/1/match",
            "/units/wraps/2",
            "/units/wraps/3"
        ]
    );
    for (value, pointer) in [
        (json!({"units": []}), "/units"),
        (json!({"units": {"steps": {}}}), "/units/steps"),
        (
            json!({"units": {"wraps": [unit("A", None), unit("A", None)]}}),
            "/units/wraps/1/name",
        ),
    ] {
        let fault = read(&value).unwrap_err();
        assert_eq!(
            (fault.code, fault.pointer.as_deref()),
            (ErrorCode::SchemaViolation, Some(pointer))
        );
    }
}

#[test]
fn every_recorded_prescription_is_read() {
    let mut units = 0;
    for (file, expected) in [("written", 206), ("generated", 11_134)] {
        let Some(lines) = shared::lines(&format!("prescriptions/prescriptions-{file}.jsonl.zst")) else {
            return;
        };
        let mut read_here = 0;
        for line in lines {
            let document = Document::from_json_bytes(line.as_bytes(), &Limits::default()).unwrap();
            let set = rules(&document);
            assert_eq!((&set.skipped, document.unknown_keys), (&Vec::new(), 0));
            read_here += set.rules.len();
        }
        assert_eq!(read_here, expected, "{file}");
        units += read_here;
    }
    assert_eq!(units, 11_340);
}
