//! Inspections: envelopes, and every form of the predecessor.

use serde_json::{Value, json};
use thoth_schema::document::{Document, DocumentKind, Limits, Payload, Producer};
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::inspection::{Inspection, InspectionReport};

pub(crate) fn read(value: &Value) -> Result<Document, Fault> {
    Document::from_json_bytes(value.to_string().as_bytes(), &Limits::default())
}

pub(crate) fn report(document: &Document) -> &InspectionReport {
    assert_eq!(document.kind, DocumentKind::Inspection);
    match &document.payload {
        Payload::Inspection(report) => report,
        _ => panic!("not an inspection"),
    }
}

pub(crate) fn only(document: &Document) -> &Inspection {
    assert_eq!(report(document).inspections.len(), 1);
    &report(document).inspections[0]
}

pub(crate) fn skipped(document: &Document) -> Vec<&str> {
    report(document)
        .skipped
        .iter()
        .map(|one| one.pointer.as_str())
        .collect()
}

pub(crate) fn figures(inspection: &Inspection, run: usize) -> Vec<(String, f64)> {
    let results = &inspection.runs[run].indicators[0].results;
    results
        .iter()
        .map(|(name, figure)| (name.clone(), figure.0))
        .collect()
}

fn envelope() -> Value {
    json!({
        "kind": "inspection", "schemaVersion": 1, "producer": {"name": "runner", "version": "0.1"},
        "producedAt": "2024-05-06T07:08:09Z", "payload": {"inspections": [{
            "inspectionId": "inspection-new-1",
            "specification": {"baseImage": "fedora:40", "batchSize": 2, "environment": {"A": "1"},
                "runRequests": {"cpu": 0.5, "memoryBytes": 1024}, "createdAt": "2024-05-06T07:00:00+02:00"},
            "scriptSha256": "5CBC36B86B8D85255DE5ACEA5DDA4247DA1EB54C9362C638DA799712F4853C10",
            "stack": [{"name": "Flask", "version": "2.0.0"}, {"name": "click", "version": "8.0", "index": "https://index.test/simple"}],
            "target": {"osName": "fedora", "osVersion": "40", "pythonVersion": "3.12", "machine": "x86_64"},
            "build": {"exitCode": 0, "startedAt": "2024-05-06T07:00:00Z", "finishedAt": "2024-05-06T07:01:00Z", "log": "built"},
            "runs": [{"position": 0, "exitCode": 1, "stderr": "no", "usage": {"ru_utime": 1.5},
                "hardware": {"cpuVendor": "GenuineIntel", "cpuFlags": ["sse2", "avx", "sse2"]},
                "environment": {"osName": "fedora", "cudaVersion": "12"},
                "indicators": [{"component": "flask", "name": "PiServe", "parameters": {"n": 3, "mode": "fast"},
                    "results": {"elapsed": 0.1}, "units": {"elapsed": "s"}, "overallScore": 7}]},
                {"position": 1, "exitCode": 0}],
        }]},
    })
}

fn changed(change: fn(&mut Value)) -> Result<Document, Fault> {
    let mut value = envelope();
    change(&mut value["payload"]["inspections"][0]);
    read(&value)
}

#[test]
fn an_envelope_is_read_whole() {
    let document = read(&envelope()).unwrap();
    assert_eq!(
        (document.generation.as_str(), document.unknown_keys),
        ("envelope 1", 0)
    );
    let inspection = only(&document);
    assert_eq!(inspection.inspection_id.as_deref(), Some("inspection-new-1"));
    let specification = inspection.specification.as_ref().unwrap();
    assert_eq!(specification.created_at.as_deref(), Some("2024-05-06T05:00:00Z"));
    assert!(
        inspection
            .script_sha256
            .as_deref()
            .unwrap()
            .starts_with("5cbc36b8")
    );
    assert_eq!(inspection.stack.as_ref().unwrap()[0].name.as_ref(), "flask");
    assert_eq!(
        inspection.runs[0].hardware.as_ref().unwrap().cpu_flags,
        ["avx", "sse2"]
    );
    let again = Document::from_json_bytes(document.canonical_bytes(), &Limits::default()).unwrap();
    assert_eq!(again, document);
    let producer = Producer {
        name: "runner".to_owned(),
        version: "0.1".to_owned(),
    };
    let written = Document::new(producer, "2024-05-06T07:08:09Z", None, None, &document.payload).unwrap();
    assert_eq!(written.payload, document.payload);
}

#[test]
fn what_breaks_the_schema_is_named_by_its_pointer() {
    let at = |change: fn(&mut Value)| {
        let fault = changed(change).unwrap_err();
        assert_eq!(fault.code, ErrorCode::SchemaViolation, "{fault}");
        assert!(fault.remedy.is_some());
        fault
            .pointer
            .unwrap()
            .trim_start_matches("/payload/inspections/0")
            .to_owned()
    };
    assert_eq!(at(|value| value["inspectionId"] = json!(1)), "/inspectionId");
    assert_eq!(at(|value| value["inspectionId"] = json!(" ")), "/inspectionId");
    assert_eq!(at(|value| value["scriptSha256"] = json!("abc")), "/scriptSha256");
    assert_eq!(
        at(|value| value["stack"][1]["version"] = json!("one")),
        "/stack/1/version"
    );
    assert_eq!(
        at(|value| value["build"]["startedAt"] = json!("noon")),
        "/build/startedAt"
    );
    assert_eq!(
        at(|value| value["specification"]["batchSize"] = json!("2")),
        "/specification/batchSize"
    );
    assert_eq!(
        at(|value| value["runs"][1]["position"] = json!(0)),
        "/runs/1/position"
    );
    assert_eq!(
        at(|value| value["runs"][0]["finishedAt"] = json!("noon")),
        "/runs/0/finishedAt"
    );
    assert_eq!(
        at(|value| value["runs"][0]["usage"]["ru_utime"] = json!("1")),
        "/runs/0/usage/ru_utime"
    );
    // 2^53 + 1 is no 64-bit float: it would be stored as another number.
    let results = "/runs/0/indicators/0/results/elapsed";
    assert_eq!(
        at(|value| value["runs"][0]["indicators"][0]["results"]["elapsed"] =
            json!(9_007_199_254_740_993_i64)),
        results
    );
    assert_eq!(at(|value| value["runs"] = json!({})), "/runs");
}

#[test]
fn unknown_keys_are_counted_at_any_depth() {
    let document = changed(|value| {
        value["weather"] = json!("rain");
        value["runs"][0]["hardware"]["colour"] = json!("grey");
        value["runs"][0]["indicators"][0]["mood"] = json!(1);
        value["runs"][0]["nothing"] = Value::Null;
    });
    assert_eq!(document.unwrap().unknown_keys, 3);
}

#[test]
fn limits_and_versions_hold() {
    let text = envelope().to_string();
    let code = |bytes: &[u8], limits: &Limits| Document::from_json_bytes(bytes, limits).unwrap_err().code;
    let narrow = Limits {
        heavy_document_bytes: text.len() - 1,
        ..Limits::default()
    };
    assert_eq!(code(text.as_bytes(), &narrow), ErrorCode::DocumentTooLarge);
    let shallow = Limits {
        depth: 4,
        ..Limits::default()
    };
    assert_eq!(code(text.as_bytes(), &shallow), ErrorCode::DocumentTooDeep);
    assert_eq!(
        code(&text.as_bytes()[..text.len() - 5], &Limits::default()),
        ErrorCode::TruncatedInput
    );
    let mut newer = envelope();
    newer["schemaVersion"] = json!(2);
    assert_eq!(read(&newer).unwrap_err().code, ErrorCode::UnknownSchemaVersion);
    let limits = Limits {
        heavy_document_bytes: text.len(),
        ..Limits::default()
    };
    Document::from_json_bytes(text.as_bytes(), &limits).unwrap();
}

fn locked() -> Value {
    json!({"_meta": {"sources": [{"name": "main", "url": "https://index.test/simple"}, {"name": "other", "url": "https://other.test"}]},
        "default": {"Flask": {"version": "==2.0", "index": "main"}, "click": {"version": "===8.0"},
            "tensorflow": {"version": "==2.1", "index": "other", "hashes": ["sha256:0"]}},
        "develop": {"pytest": {"version": "==6.0"}}})
}

fn specification() -> Value {
    json!({"base": "fedora:29", "batch_size": "20", "identifier": "matmul", "packages": ["gcc"], "files": null, "colour": "red",
        "environment": [{"name": "OMP_NUM_THREADS", "value": "2"}], "script": "https://scripts.test/matmul.py",
        "build": {"requests": {"cpu": "500m", "memory": "1Gi", "hardware": {"cpu_family": 6, "processor": "Intel"}}},
        "run": {"requests": {"cpu": "2", "memory": "lots"}}, "@created": "2020-08-18T13:54:31.158397",
        "@amun_service_version": "0.6.1", "@amun_deployment_name": "stage",
        "python": {"requirements": {}, "requirements_locked": locked()}})
}

fn result() -> Value {
    json!({"datetime": "2020-08-18T16:33:32.052043", "exit_code": 0, "hostname": "inspection-matmul-fd697eb4-1544334140",
        "script_sha256": "5cbc36b86b8d85255de5acea5dda4247da1eb54c9362c638da799712f4853c10", "stderr": "done\n",
        "stdout": {"component": "tensorflow", "name": "PiMatmul", "@parameters": {"device": "cpu", "size": 512},
            "@result": {"elapsed": 1.1993227526545525, "rate": 223.6039559880204, "each": [1, 2.5], "how": "well", "none": null},
            "buildinfo": {"x": 1}},
        "hwinfo": {"cpu_info": {"vendor_id_raw": "GenuineIntel", "family": 6, "model": 85, "count": 64},
            "cpu_features": {"flags": ["sse2", "avx"], "l3_cache_size": "16384 KB"}, "platform": {"machine": "x86_64"}},
        "os_release": {"id": "rhel", "version_id": "8.2"},
        "runtime_environment": {"cuda_version": "10.1", "python_version": "3.8", "hardware": {"cpu_family": 6, "gpu_model": "V100"}},
        "usage": {"ru_utime": 7.031745, "ru_maxrss": 350288}})
}

#[test]
fn a_folder_put_together_is_one_inspection() {
    let value = json!({"inspectionId": "inspection-matmul-fd697eb4", "specification": specification(),
        "results": [{"position": 3, "result": result(), "log": {"text": "pod", "cutBytes": 0}}, {"position": 4, "hwinfo": result()["hwinfo"]}],
        "buildLog": {"text": "…built", "cutBytes": 9}, "dockerfile": {"text": "FROM fedora", "cutBytes": 0}});
    let document = read(&value).unwrap();
    assert_eq!(document.generation, "amun 2020");
    assert_eq!(
        (
            document.producer.name.as_str(),
            document.producer.version.as_str()
        ),
        ("amun", "0.6.1")
    );
    assert_eq!(
        (document.origin.as_deref(), document.unknown_keys),
        (Some("stage"), 2)
    );
    assert_eq!(document.produced_at, "2020-08-18T16:33:32.052043Z");
    let inspection = only(&document);
    let stated = inspection.specification.as_ref().unwrap();
    assert_eq!(stated.batch_size, Some(20));
    let build = stated.build_requests.as_ref().unwrap();
    assert_eq!(
        (build.cpu.map(f64::from), build.memory_bytes),
        (Some(0.5), Some(1 << 30))
    );
    assert_eq!(build.hardware["processor"], "Intel");
    assert_eq!(stated.run_requests.as_ref().unwrap().memory_bytes, None);
    let pins: Vec<(String, String, Option<&str>)> = inspection
        .stack
        .iter()
        .flatten()
        .map(|pin| {
            (
                pin.name.to_string(),
                pin.version.to_string(),
                pin.index.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        pins[0],
        (
            "flask".to_owned(),
            "2.0".to_owned(),
            Some("https://index.test/simple")
        )
    );
    assert_eq!(pins[1], ("click".to_owned(), "8.0".to_owned(), None));
    assert_eq!((pins[2].2, pins.len()), (Some("https://other.test"), 3));
    assert_eq!(inspection.build.as_ref().unwrap().log.as_deref(), Some("…built"));
    let run = &inspection.runs[0];
    assert_eq!(
        (run.position, run.exit_code, run.log.as_deref()),
        (3, Some(0), Some("pod"))
    );
    assert_eq!(
        figures(inspection, 0),
        [
            ("each.0", 1.0),
            ("each.1", 2.5),
            ("elapsed", 1.1993227526545525),
            ("rate", 223.6039559880204)
        ]
        .map(|(name, figure)| (name.to_owned(), figure))
    );
    assert_eq!(run.indicators[0].units["rate"], "GFLOPS");
    let hardware = run.hardware.as_ref().unwrap();
    assert_eq!(
        (hardware.l3_cache_bytes, hardware.gpu_model.as_deref()),
        (Some(16_384 * 1024), Some("V100"))
    );
    let environment = run.environment.as_ref().unwrap();
    assert_eq!(
        (environment.os_name.as_deref(), environment.machine.as_deref()),
        (Some("rhel"), Some("x86_64"))
    );
    assert_eq!(inspection.runs[1].hardware.as_ref().unwrap().cores, Some(64));
    assert_eq!(
        skipped(&document),
        [
            "/specification/run/requests/memory",
            "/results/0/result/stdout/@result/how"
        ]
    );
}

#[test]
fn parts_of_a_folder_say_what_they_have() {
    let id = "inspection-matmul-fd697eb4";
    let document = read(&json!({"inspectionId": id})).unwrap();
    assert_eq!(only(&document).inspection_id.as_deref(), Some(id));
    assert_eq!((only(&document).runs.len(), &only(&document).build), (0, &None));
    assert_eq!(document.produced_at, "1970-01-01T00:00:00Z");
    // A folder of another name: its runs tell which inspection it is.
    let document =
        read(&json!({"inspectionId": null, "results": [{"position": 0, "result": result()}]})).unwrap();
    assert_eq!(only(&document).inspection_id.as_deref(), Some(id));
    let fault =
        read(&json!({"inspectionId": null, "results": [{"position": 0, "result": {"exit_code": 1}}]}))
            .unwrap_err();
    assert_eq!(
        (fault.code, fault.pointer.as_deref()),
        (ErrorCode::SchemaViolation, Some("/inspectionId"))
    );
}

#[test]
fn a_result_alone_is_of_the_inspection_of_its_host() {
    let document = read(&result()).unwrap();
    assert_eq!(document.generation, "amun 2020");
    assert_eq!(
        only(&document).inspection_id.as_deref(),
        Some("inspection-matmul-fd697eb4")
    );
    assert_eq!(
        (only(&document).stack.is_none(), only(&document).runs.len()),
        (true, 1)
    );
    let mut nowhere = result();
    nowhere["hostname"] = json!("localhost");
    let fault = read(&nowhere).unwrap_err();
    assert_eq!(
        (fault.code, fault.pointer.as_deref()),
        (ErrorCode::SchemaViolation, Some("/hostname"))
    );
    assert!(fault.remedy.unwrap().contains("folder"));
}

#[test]
fn what_was_printed_without_the_protocol_is_kept() {
    let printed = |stdout: Value| {
        let mut value = result();
        value["stdout"] = stdout;
        only(&read(&value).unwrap()).runs[0].clone()
    };
    let run = printed(json!("hello\n"));
    assert_eq!(
        (run.stdout.as_deref(), run.indicators.len()),
        (Some("hello\n"), 0)
    );
    let run = printed(json!([1, 2]));
    assert_eq!(run.stdout.as_deref(), Some("[1,2]"));
    let run = printed(json!({}));
    assert_eq!((run.stdout, run.indicators.len()), (None, 0));
    let run = printed(json!({"512": {"elapsed_ms": 1.5}, "performance_index": 23}));
    let names: Vec<&String> = run.indicators[0].results.keys().collect();
    assert_eq!(names, ["512.elapsed_ms", "performance_index"]);
    assert_eq!(
        (
            run.indicators[0].units["512.elapsed_ms"].as_str(),
            &run.indicators[0].name
        ),
        ("ms", &None)
    );
}

#[test]
fn a_specification_alone_states_its_stack() {
    let document = read(&specification()).unwrap();
    assert_eq!(only(&document).inspection_id, None);
    assert_eq!(only(&document).stack.as_ref().unwrap().len(), 3);
    assert!(skipped(&document).contains(&""));
    let mut bare = specification();
    bare["python"] = json!({});
    let fault = read(&bare).unwrap_err();
    assert_eq!(fault.pointer.as_deref(), Some("/python/requirements_locked"));
}

#[test]
fn a_stack_with_a_release_that_cannot_be_told_is_no_stack() {
    for entry in [
        json!({"git": "https://code.test/x.git", "ref": "abc"}),
        json!({"version": ">=1"}),
        json!({"version": "==2004d-nope"}),
        json!({"version": "==1", "index": "nowhere"}),
    ] {
        let mut value = json!({"inspectionId": "inspection-x-1", "specification": specification()});
        value["specification"]["python"]["requirements_locked"]["default"]["odd"] = entry.clone();
        let document = read(&value).unwrap();
        assert_eq!(only(&document).stack, None, "{entry}");
        let place = "/specification/python/requirements_locked/default";
        assert!(
            skipped(&document).contains(&format!("{place}/odd").as_str()),
            "{entry}"
        );
        assert!(skipped(&document).contains(&place), "{entry}");
    }
}

/// The form of 2019, in which the machine had no name yet.
fn of_2019() -> Value {
    json!({"inspection_id": "inspect-002c9fbb7513b20b", "build_log": "Step 1/17\nPush successful\n", "specification": specification(),
        "job_log": {"exit_code": 0, "hwinfo": {"cpu": {"is_Intel": true, "is_AMD": false, "has_f00f_bug": null, "ncpus": 64}},
            "script_sha256": "541f4da6a49f5fc80845c993ed7165595e84d7d72777d7bdf7d2c547316946d5", "stderr": "DTYPE set",
            "stdout": {"512": {"elapsed_ms": 1.544952392578125, "rate": 173.58030790352592}, "performance_index": 23.1232}},
        "status": {"build": {"container": "9f", "exit_code": 0, "finished_at": "2021-01-22T11:22:36Z", "reason": "Completed",
                "started_at": "2021-01-22T11:20:50Z", "state": "terminated"},
            "job": {"exit_code": 0, "finished_at": "2021-01-22T11:24:07Z", "started_at": "2021-01-22T11:23:56Z", "state": "terminated"}}})
}

#[test]
fn the_form_of_2019_is_read() {
    let document = read(&of_2019()).unwrap();
    assert_eq!(document.generation, "amun 2019");
    assert_eq!(document.produced_at, "2021-01-22T11:24:07Z");
    let inspection = only(&document);
    assert_eq!(
        inspection.inspection_id.as_deref(),
        Some("inspect-002c9fbb7513b20b")
    );
    let build = inspection.build.as_ref().unwrap();
    assert_eq!(
        (build.exit_code, build.reason.as_deref()),
        (Some(0), Some("Completed"))
    );
    assert!(build.log.as_deref().unwrap().starts_with("Step 1/17"));
    let run = &inspection.runs[0];
    assert_eq!(run.started_at.as_deref(), Some("2021-01-22T11:23:56Z"));
    assert_eq!(run.finished_at.as_deref(), Some("2021-01-22T11:24:07Z"));
    let hardware = run.hardware.as_ref().unwrap();
    assert_eq!(
        (hardware.cores, hardware.cpu_flags.join(" ").as_str()),
        (Some(64), "is_Intel")
    );
    assert_eq!((&hardware.cpu_vendor, &run.environment), (&None, &None));
    assert_eq!(
        figures(inspection, 0)[2],
        ("performance_index".to_owned(), 23.1232)
    );
    // A run that never printed its result.
    let mut silent = of_2019();
    silent["job_log"] = json!("Killed");
    silent["status"]["job"] = json!({"exit_code": 137, "reason": "OOMKilled"});
    let document = read(&silent).unwrap();
    let run = &only(&document).runs[0];
    assert_eq!(
        (run.exit_code, run.reason.as_deref(), run.log.as_deref()),
        (Some(137), Some("OOMKilled"), Some("Killed"))
    );
    silent["job_log"] = json!([]);
    assert_eq!(read(&silent).unwrap_err().pointer.as_deref(), Some("/job_log"));
}

#[test]
fn wrong_types_of_the_predecessor_are_named_too() {
    let at = |place: &str, wrong: Value| {
        let mut value = json!({"inspectionId": "inspection-x-1", "specification": specification(), "results": [{"position": 0, "result": result()}]});
        *value.pointer_mut(place).unwrap() = wrong;
        let fault = read(&value).unwrap_err();
        assert_eq!(
            (fault.code, fault.pointer.as_deref()),
            (ErrorCode::SchemaViolation, Some(place)),
            "{fault}"
        );
    };
    at("/specification", json!("x"));
    at("/specification/base", json!(1));
    at("/specification/batch_size", json!("many"));
    at("/specification/environment/0", json!("A=1"));
    at("/specification/packages/0", json!(7));
    at("/specification/@created", json!("yesterday"));
    at("/specification/python/requirements_locked/default", json!([]));
    at(
        "/specification/python/requirements_locked/default/click",
        json!("==8"),
    );
    at("/results", json!({}));
    at("/results/0/position", json!(-1));
    at("/results/0/result/exit_code", json!("zero"));
    at("/results/0/result/datetime", json!(5));
    at("/results/0/result/usage/ru_utime", json!("7"));
    at("/results/0/result/stdout/@result", json!(3));
    at("/results/0/result/hwinfo/cpu_info", json!([]));
    at("/results/0/result/hwinfo/cpu_features/flags/0", json!(1));
}
