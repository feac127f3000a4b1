//! Advice: envelopes, and adviser documents of the predecessor.

use serde_json::{Value, json};
use thoth_schema::advice::{AdviceOutcome, AdviceRecord};
use thoth_schema::document::{Document, DocumentKind, Limits, Payload};
use thoth_schema::error::{ErrorCode, Fault};

use crate::shared;

/// A change to an envelope, and the pointer of the fault that it makes.
type Case = (fn(&mut Value), &'static str);

fn read(value: &Value) -> Result<Document, Fault> {
    Document::from_json_bytes(value.to_string().as_bytes(), &Limits::default())
}

fn advice(document: &Document) -> &AdviceRecord {
    match &document.payload {
        Payload::Advice(record) => record,
        _ => panic!("not an advice"),
    }
}

fn places(record: &AdviceRecord) -> Vec<&str> {
    record
        .skipped
        .iter()
        .map(|skipped| skipped.pointer.as_str())
        .collect()
}

fn envelope() -> Value {
    json!({
        "kind": "advice", "schemaVersion": 1, "producer": {"name": "thoth", "version": "1"},
        "producedAt": "2024-05-06T07:08:09Z", "origin": "here", "upstreamId": "advice-1",
        "payload": {
            "request": {"requirements": ["Flask>=2"], "environment": {"osName": "rhel", "osVersion": "9", "newer": 1},
                "lock": [{"name": "flask", "version": "1.0"}], "recommendationType": "latest", "seed": 7,
                "asOf": "2024-01-01T00:00:00", "scores": [{"name": "flask", "version": "2.0", "score": -0.5}]},
            "outcome": "advised",
            "stacks": [{"rank": 1, "score": 1.5, "pins": [
                {"name": "Flask", "version": "2.0.0", "index": "default", "extras": [], "hashes": ["sha256:00"], "score": 1.0,
                    "reasons": [{"code": "RECENCY", "message": "newest of 3"}], "later": true}],
                "justifications": [{"type": "INFO", "message": "fine", "link": "https://example.test", "package": "flask"}]}],
            "pruned": [{"package": "flask", "reason": "YANKED", "count": 2, "example": "0.1"}],
            "search": {"stacksInSpace": 12, "spaceIsExact": true, "bound": 1.5, "optimal": true},
            "graphChecksum": "ab", "novel": {},
        },
    })
}

#[test]
fn an_envelope_is_read_and_goes_around() {
    let document = read(&envelope()).unwrap();
    assert_eq!(
        (document.kind, document.generation.as_str()),
        (DocumentKind::Advice, "envelope 1")
    );
    assert_eq!(document.unknown_keys, 3);
    let record = advice(&document);
    assert_eq!(record.outcome, AdviceOutcome::Advised);
    assert_eq!(record.request.as_of.as_deref(), Some("2024-01-01T00:00:00Z"));
    let pin = &record.stacks[0].pins[0];
    assert_eq!(
        (pin.name.as_ref(), pin.version.to_string().as_str()),
        ("flask", "2.0.0")
    );
    assert_eq!(
        record.stacks[0].justifications[0].to_string(),
        "INFO flask: fine (https://example.test)"
    );
    let again = Document::new(
        document.producer.clone(),
        &document.produced_at,
        None,
        None,
        &document.payload,
    )
    .unwrap();
    assert_eq!(again.payload, document.payload);
}

#[test]
fn what_breaks_the_schema_is_named_by_its_pointer() {
    let broken = |change: fn(&mut Value)| {
        let mut value = envelope();
        change(&mut value);
        let fault = read(&value).unwrap_err();
        assert!(fault.remedy.is_some(), "{fault}");
        (fault.code, fault.pointer.unwrap_or_default())
    };
    let violation = |pointer: &str| (ErrorCode::SchemaViolation, pointer.to_owned());
    let cases: &[Case] = &[
        (|it| it["payload"] = json!([]), "/payload"),
        (
            |it| it["payload"]["outcome"] = json!("perhaps"),
            "/payload/outcome",
        ),
        (|it| it["payload"]["outcome"] = json!("error"), "/payload/stacks"),
        (|it| it["payload"]["stacks"] = json!([]), "/payload/stacks"),
        (
            |it| it["payload"]["request"]["seed"] = json!("x"),
            "/payload/request/seed",
        ),
        (
            |it| it["payload"]["request"]["asOf"] = json!("soon"),
            "/payload/request/asOf",
        ),
        (
            |it| it["payload"]["request"]["lock"][0]["version"] = json!("one"),
            "/payload/request/lock/0/version",
        ),
        (
            |it| it["payload"]["stacks"][0]["rank"] = json!(0),
            "/payload/stacks/0/rank",
        ),
        (
            |it| it["payload"]["stacks"][0]["pins"][0]["name"] = json!("-"),
            "/payload/stacks/0/pins/0/name",
        ),
        (
            |it| {
                let pin = it["payload"]["stacks"][0]["pins"][0].clone();
                it["payload"]["stacks"][0]["pins"]
                    .as_array_mut()
                    .unwrap()
                    .push(pin);
            },
            "/payload/stacks/0/pins/1/name",
        ),
        (
            |it| it["payload"]["messages"] = json!([{"type": "INFO"}]),
            "/payload/messages/0",
        ),
        (
            |it| it["payload"]["lacked"] = json!([{"package": 1}]),
            "/payload/lacked/0/package",
        ),
    ];
    for (change, pointer) in cases {
        assert_eq!(broken(*change), violation(pointer), "{pointer}");
    }
    assert_eq!(
        broken(|it| it["schemaVersion"] = json!(2)).0,
        ErrorCode::UnknownSchemaVersion
    );
}

fn metadata() -> Value {
    json!({"analyzer": "thoth-adviser", "analyzer_version": "0.5.0", "datetime": "2019-09-01T10:00:00",
        "document_id": "adviser-1", "arguments": {"advise": {}, "thoth-adviser": {"metadata": {"origin": "git@host:a/b"}}}})
}

fn lock(pins: &Value) -> Value {
    json!({"_meta": {"sources": [{"name": "pypi", "url": "https://index.test/simple"},
        {"name": "other", "url": "https://other.test/simple"}]}, "default": pins, "develop": {"pytest": {"version": "==5"}}})
}

#[test]
fn documents_of_2019_state_what_they_have() {
    let advised = json!({"requirements": {}, "requirements_locked": lock(&json!({
        "Flask": {"version": "==1.1.1", "index": "pypi", "hashes": ["sha256:aa"], "markers": "python_version > '3'"},
        "click": "==7.0", "six": {"version": "===1.12", "index": "nowhere", "extras": ["x"]}}))});
    let unusable = json!({"requirements_locked": lock(&json!({"a": {"git": "https://host.test/a"}}))});
    let value = json!({"metadata": metadata(), "result": {
        "error": false, "stack_info": [{"type": "WARNING", "justification": "old"}, {"type": "INFO"}], "more": 1,
        "input": {"requirements": {"packages": {"flask": "*", "click": {"version": ">=7", "extras": ["a"], "markers": "os_name == 'nt'"},
            "local": {"path": "."}, "odd": "~~1", "one": {"version": "*", "sys_platform": "== 'linux'"}},
            "dev-packages": {"pytest": "<6"}, "source": [{"url": "https://index.test/simple"}]},
            "requirements_locked": lock(&json!({"flask": {"version": "==1.0"}}))},
        "parameters": {"runtime_environment": {"operating_system": {"name": "fedora", "version": "30"}, "python_version": "3.7",
            "cuda_version": "9.0", "hardware": {"cpu_family": 6, "cpu_model": 94}}, "recommendation_type": "STABLE",
            "count": 2, "limit": null, "requirements_format": "PIPENV", "library_usage": {"flask": ["flask.Flask"]}},
        "report": [[[{"type": "INFO", "justification": "good"}], advised, 0.75], [[], unusable, 0.5],
            [[{"type": "ERROR", "justification": "no more"}], null]],
    }});
    let document = read(&value).unwrap();
    assert_eq!(
        (document.kind, document.generation.as_str()),
        (DocumentKind::Advice, "predecessor 2019")
    );
    assert_eq!(
        (document.upstream_id.as_deref(), document.unknown_keys),
        (Some("adviser-1"), 1)
    );
    let record = advice(&document);
    assert_eq!((record.outcome, record.stacks.len()), (AdviceOutcome::Advised, 1));
    let stack = &record.stacks[0];
    assert_eq!(
        (
            stack.rank,
            stack.score,
            stack.justifications[0].to_string().as_str()
        ),
        (1, Some(0.75), "INFO good")
    );
    let pins: Vec<(&str, Option<&str>, bool)> = stack
        .pins
        .iter()
        .map(|pin| (pin.name.as_ref(), pin.index.as_deref(), pin.develop))
        .collect();
    assert_eq!(
        pins,
        [
            ("flask", Some("https://index.test/simple"), false),
            ("click", None, false),
            ("six", Some("nowhere"), false),
            ("pytest", None, true)
        ]
    );
    assert_eq!(
        (record.messages.len(), record.error.as_deref()),
        (2, Some("no more"))
    );
    let request = &record.request;
    assert_eq!(
        request.requirements,
        [
            "click[a]>=7; os_name == 'nt'",
            "flask",
            "one; sys_platform == 'linux'"
        ]
    );
    assert_eq!(
        (
            request.develop_requirements.as_slice(),
            request.library_usage.as_slice()
        ),
        (&["pytest<6".to_owned()][..], &["flask.Flask".to_owned()][..])
    );
    assert_eq!(
        (
            request.recommendation_type.as_deref(),
            request.count,
            request.limit
        ),
        (Some("stable"), Some(2), None)
    );
    assert_eq!(
        (request.origin.as_deref(), &request.predictor),
        (Some("git@host:a/b"), &None)
    );
    assert_eq!(request.lock.as_ref().unwrap().len(), 2);
    let environment = request.environment.as_ref().unwrap();
    assert_eq!(
        (
            environment.os_name.as_deref(),
            environment.hardware["cpuModel"].as_str()
        ),
        (Some("fedora"), "94")
    );
    assert_eq!(environment.software["cuda"], "9.0");
    assert_eq!(
        places(record),
        [
            "/result/input/requirements/packages/local",
            "/result/input/requirements/packages/odd",
            "/result/stack_info/1",
            "/result/report/1/1/requirements_locked/default/a"
        ]
    );
}

#[test]
fn answers_without_a_stack_say_why() {
    let of = |result: Value| {
        let document = read(&json!({"metadata": metadata(), "result": result})).unwrap();
        advice(&document).clone()
    };
    let crashed = of(json!({"error": true, "error_msg": "out of memory", "parameters": {}, "report": null}));
    assert_eq!(
        (crashed.outcome, crashed.error.as_deref()),
        (AdviceOutcome::Error, Some("out of memory"))
    );
    assert_eq!((crashed.search, crashed.request.environment), (None, None));
    let lacking = of(
        json!({"error": true, "error_msg": "Unable to resolve all direct dependencies", "report": {
        "ERROR": "No dependencies found for 'x'", "_ERROR_DETAILS": {"unresolved": ["Foo_Bar", {"package_name": "b", "package_version": "1"}, "?", 3]},
        "stack_info": [{"message": "No versions were found", "link": "https://l.test", "type": "ERROR"}]}}),
    );
    assert_eq!(lacking.outcome, AdviceOutcome::NeedsKnowledge);
    let names: Vec<(&str, Option<&str>)> = lacking
        .lacked
        .iter()
        .map(|one| (one.package.as_ref(), one.specifier.as_deref()))
        .collect();
    assert_eq!(names, [("foo-bar", None), ("b", Some("==1"))]);
    assert_eq!(
        places(&lacking),
        [
            "/result/report/_ERROR_DETAILS/unresolved/2",
            "/result/report/_ERROR_DETAILS/unresolved/3"
        ]
    );
    assert_eq!(
        lacking.messages[0].to_string(),
        "ERROR No versions were found (https://l.test)"
    );
    // The list form lived on inside the object for a while.
    let mixed = of(
        json!({"error": false, "report": {"products": [[[], {"requirements_locked": lock(&json!({"a": "==1"}))}, 1]]}}),
    );
    assert_eq!(
        (mixed.outcome, mixed.stacks[0].score),
        (AdviceOutcome::Advised, Some(1.0))
    );
}

#[test]
fn wrong_types_of_known_keys_are_told_by_their_pointer() {
    let pointer = |result: Value| {
        let fault = read(&json!({"metadata": metadata(), "result": result})).unwrap_err();
        assert_eq!(fault.code, ErrorCode::SchemaViolation);
        fault.pointer.unwrap_or_default()
    };
    assert_eq!(pointer(json!({"report": 1})), "/result/report");
    assert_eq!(pointer(json!({"report": [1]})), "/result/report/0");
    assert_eq!(
        pointer(json!({"report": {"products": {}}})),
        "/result/report/products"
    );
    assert_eq!(
        pointer(json!({"report": {"products": [{}]}})),
        "/result/report/products/0/project"
    );
    assert_eq!(
        pointer(json!({"report": {"stack_info": "no"}})),
        "/result/report/stack_info"
    );
    assert_eq!(
        pointer(json!({"parameters": [], "report": null})),
        "/result/parameters"
    );
}

#[test]
fn other_runs_of_the_adviser_are_not_advice() {
    for command in ["provenance", "dependency-monkey"] {
        let value = json!({"metadata": {"analyzer": "thoth-adviser", "datetime": "2020-01-01T00:00:00", "arguments": {(command): {}}},
            "result": {"parameters": {"recommendation_type": "latest"}, "report": []}});
        if let Ok(document) = read(&value) {
            assert_ne!(document.kind, DocumentKind::Advice, "{command}");
        }
    }
}

#[test]
fn the_recorded_document_is_read_whole() {
    let Some(value) = shared::json("documents/adviser-2021.json") else {
        return;
    };
    let document = read(&value).unwrap();
    assert_eq!(
        (document.kind, document.generation.as_str()),
        (DocumentKind::Advice, "predecessor 2021")
    );
    assert_eq!(
        (document.origin.as_deref(), document.unknown_keys),
        (Some("aws-prod"), 0)
    );
    let record = advice(&document);
    assert_eq!(record.skipped, []);
    assert_eq!(
        (record.outcome, record.messages.len(), record.stacks.len()),
        (AdviceOutcome::Advised, 30, 1)
    );
    let stack = &record.stacks[0];
    assert_eq!(
        (
            stack.pins.len(),
            stack.justifications.len(),
            stack.dependencies.len()
        ),
        (8, 182, 8)
    );
    assert_eq!(
        (record.duration_seconds, record.request.seed),
        (Some(28.0), Some(42))
    );
    let search = record.search.as_ref().unwrap();
    assert_eq!((search.stacks_accepted, search.iterations), (Some(1), Some(14)));
    assert_eq!(record.request.requirements, ["boto3", "numpy"]);
    assert_eq!(record.request.source_type.as_deref(), Some("JUPYTER_NOTEBOOK"));
    // Whatever is cut off is told, wherever it is cut.
    let bytes = value.to_string().into_bytes();
    for cut in [1, bytes.len() / 2, bytes.len() - 1] {
        let fault = Document::from_json_bytes(&bytes[..cut], &Limits::default()).unwrap_err();
        assert_eq!(fault.code, ErrorCode::TruncatedInput);
    }
    let limits = Limits {
        document_bytes: bytes.len() - 1,
        ..Limits::default()
    };
    assert_eq!(
        Document::from_json_bytes(&bytes, &limits).unwrap_err().code,
        ErrorCode::DocumentTooLarge
    );
}
