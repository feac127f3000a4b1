//! One rich graph: documents of several kinds with everything that a statement may meet.

use serde_json::{Value, json};
use thoth_cypher::{Graph, migrate};
use thoth_ingest::sync::sync;
use thoth_schema::document::Document;

/// An index that is not the default one.
pub(super) const MIRROR: &str = "https://mirror.example/simple";

/// Every document of the fixture, in the order in which [`load`] syncs them.
pub(super) fn documents() -> Vec<Document> {
    let values = [
        records(),
        envelopes(),
        superseded(),
        solver_runs(),
        super::advices_and_rules::fixture(),
        super::security::documents(),
        inspections(),
        security_indicators(),
        super::images::fixture(),
    ]
    .concat();
    values
        .iter()
        .map(|value| Document::from_value(value).unwrap())
        .collect()
}

/// Migrates the graph and syncs the fixture into it.
pub(super) async fn load(graph: &dyn Graph) {
    migrate(graph).await.unwrap();
    for batch in documents().chunks(4) {
        sync(graph, batch).await.unwrap();
    }
}

/// A sha256 that is easily told from others.
pub(super) fn sha256(number: u32) -> String {
    format!("{number:064x}")
}

fn file(number: u32, filename: &str) -> Value {
    let kind = if filename.ends_with(".whl") {
        "wheel"
    } else if filename.ends_with(".exe") {
        "other"
    } else {
        "sdist"
    };
    json!({"filename": filename, "kind": kind, "sha256": sha256(number)})
}

fn envelope(produced_at: &str, releases: &[Value]) -> Value {
    json!({
        "kind": "release", "schemaVersion": 1, "producer": {"name": "conformance", "version": "1"},
        "producedAt": produced_at, "origin": "fixture", "payload": {"releases": releases},
    })
}

/// Bare records: markers of every sort, files of many tags, pre-releases, an epoch, a post-release.
fn records() -> Vec<Value> {
    vec![
        json!({
            "name": "Web", "version": "1.0", "upload_time": "2019-01-01T00:00:00Z", "requires_python": ">=2.7, !=3.0.*",
            "requires_dist": ["lib>=0.9,<2", "colour; sys_platform == 'win32'"], "summary": "d\u{e9}j\u{e0} \"vu\" '1'",
            "license": "MIT", "classifiers": ["Programming Language :: Python :: 3"], "metadata_version": "2.1",
            "artifacts": [file(1, "web-1.0-py2.py3-none-any.whl"), file(2, "web-1.0.tar.gz")],
        }),
        json!({
            "name": "web", "version": "1.1", "upload_time": "2019-06-01T12:30:45.123456Z", "requires_python": ">=3.6",
            "requires_dist": [
                "lib>=1,<3", "colour>=0.1; sys_platform == 'win32' or sys_platform == 'darwin'",
                "native==1.*; platform_machine == 'x86_64' and sys_platform == 'linux'",
                "backport; python_version < '3.7'", "Test_Tool; extra == 'test'",
                "shared>=1; extra == 'test' or extra == 'docs'", "speed; extra == 'fast' and python_version >= '3.7'",
                "typing-stuff; implementation_name == 'cpython'",
                "either; extra == 'docs' or python_version < '3.8'",
            ],
            "provides_extra": ["test", "docs", "fast"],
            "artifacts": [file(3, "web-1.1-py3-none-any.whl"), file(4, "web-1.1.tar.gz")],
        }),
        json!({
            "name": "web", "version": "2.0", "upload_time": "2020-02-29T23:59:59Z", "requires_python": ">=3.7",
            "requires_dist": ["lib[fast]>=2", "shared", "shared!=1.5; python_version >= '3.8'"],
            "artifacts": [file(5, "web-2.0-py3-none-any.whl")],
        }),
        json!({
            "name": "web", "version": "2.1rc1", "upload_time": "2020-03-01T00:00:00.000001Z",
            "requires_dist": ["lib>=2.0rc1"], "artifacts": [file(6, "web-2.1rc1-py3-none-any.whl")],
        }),
        json!({"name": "web", "version": "3.0.dev1", "requires_dist": ["lib"], "artifacts": []}),
        json!({
            "name": "native", "version": "1.2", "upload_time": "2019-05-05T05:05:05Z", "requires_dist": [],
            "requires_python": ">=3.6,<3.9",
            "artifacts": [
                file(10, "native-1.2-cp37-cp37m-manylinux1_x86_64.whl"), file(11, "native-1.2-cp38-cp38-manylinux2010_x86_64.whl"),
                file(12, "native-1.2-cp37-cp37m-win_amd64.whl"), file(13, "native-1.2-cp38-cp38-macosx_11_0_arm64.whl"),
                file(14, "native-1.2-cp36-abi3-manylinux_2_17_aarch64.manylinux2014_aarch64.whl"),
                file(15, "native-1.2.win32-py3.7.exe"),
            ],
        }),
        json!({
            "name": "native", "version": "1.3", "upload_time": "2020-05-05T05:05:05Z", "requires_dist": [],
            "artifacts": [file(16, "native-1.3-cp39-cp39-win_amd64.whl")],
        }),
        json!({"name": "shared", "version": "1.0", "upload_time": "2018-01-01T00:00:00Z", "requires_dist": [],
            "artifacts": [file(20, "shared-1.0.zip")]}),
        json!({"name": "shared", "version": "1.5", "upload_time": "2019-01-01T00:00:00Z", "requires_dist": ["loop>=1"],
            "artifacts": [file(21, "shared-1.5-py3-none-any.whl")]}),
        json!({"name": "loop", "version": "1.0", "upload_time": "2018-06-01T00:00:00Z", "requires_dist": ["shared"],
            "artifacts": [file(22, "loop-1.0-py3-none-any.whl")]}),
        json!({"name": "only-pre", "version": "0.1a1", "upload_time": "2019-09-09T00:00:00Z", "requires_dist": [],
            "artifacts": [file(23, "only_pre-0.1a1-py3-none-any.whl")]}),
        json!({"name": "unreadable", "version": "1.0", "upload_time": "2019-09-09T00:00:00Z",
            "requires_dist": ["lib>=1", "this is no requirement at all"], "artifacts": []}),
        json!({"name": "unreadable", "version": "1.1", "requires_python": "three or so", "requires_dist": ["lib"]}),
    ]
}

/// Envelopes with several releases: two indexes, one file on both, yanked releases and files, unknown requirements.
fn envelopes() -> Vec<Value> {
    let mut yanked_file = file(31, "lib-1.5.post1-py3-none-any.whl");
    yanked_file["yanked"] = json!(true);
    yanked_file["size"] = json!(123_456_789_012_u64);
    yanked_file["requires_python"] = json!(">=3.6");
    yanked_file["upload_time"] = json!("2019-04-01T00:00:00Z");
    vec![
        envelope(
            "2020-04-01T00:00:00Z",
            &[
                json!({"name": "lib", "version": "0.9", "upload_time": "2017-01-01T00:00:00Z", "requires_dist": [],
                "yanked": true, "yanked_reason": "broken", "artifacts": [file(30, "lib-0.9.tar.gz")]}),
                json!({"name": "lib", "version": "1.5.post1", "upload_time": "2019-04-01T00:00:00Z",
                "requires_dist": ["shared<2"], "artifacts": [yanked_file]}),
                json!({"name": "lib", "version": "2.0", "upload_time": "2020-01-15T08:00:00.5Z", "requires_python": "~=3.6",
                "requires_dist": ["speed>=1; extra == 'fast'", "shared; platform_machine != 'aarch64'"],
                "provides_extra": ["fast"], "artifacts": [file(32, "lib-2.0-py3-none-any.whl")]}),
                json!({"name": "lib", "version": "1!0.1", "upload_time": "2020-02-01T00:00:00Z", "requires_dist": [],
                "requires_python": ">=3.12", "artifacts": [file(33, "lib-1!0.1.tar.gz")]}),
            ],
        ),
        envelope(
            "2020-04-02T10:00:00.25Z",
            &[
                json!({"name": "lib", "version": "2.0", "index": MIRROR, "upload_time": "2020-01-16T00:00:00Z",
                "requires_dist": ["shared==1.0"], "artifacts": [file(32, "lib-2.0-py3-none-any.whl"), file(34, "lib-2.0.tar.gz")]}),
                json!({"name": "lib", "version": "2.5", "index": MIRROR, "upload_time": "2020-03-16T00:00:00Z",
                "requires_dist": [], "artifacts": [file(35, "lib-2.5-py3-none-any.whl")]}),
                json!({"name": "speed", "version": "1.0", "index": MIRROR, "upload_time": "2018-03-16T00:00:00Z",
                "requires_dist": [], "artifacts": [file(36, "speed-1.0-py3-none-any.whl")]}),
                json!({"name": "speed", "version": "1.1+local.1", "index": MIRROR, "requires_dist": ["lib<=2.5", "never-released", "nothing>2,<1"]}),
            ],
        ),
        envelope(
            "2020-04-03T00:00:00Z",
            &[
                json!({"name": "colour", "version": "0.2", "upload_time": "2018-03-16T00:00:00Z"}),
                json!({"name": "colour", "version": "0.3", "upload_time": "2018-04-16T00:00:00Z", "requires_dist": [],
                "artifacts": [file(40, "colour-0.3-py3-none-any.whl")]}),
                json!({"name": "backport", "version": "1", "upload_time": "2018-04-16T00:00:00Z", "requires_dist": [],
                "requires_python": "<3.7", "artifacts": [file(41, "backport-1-py3-none-any.whl")]}),
                json!({"name": "test-tool", "version": "5.0", "upload_time": "2018-04-16T00:00:00Z",
                "requires_dist": ["shared", "web; extra == 'web'"], "artifacts": [file(42, "test_tool-5.0-py3-none-any.whl")]}),
                json!({"name": "typing-stuff", "version": "3.7.4", "requires_dist": [],
                "artifacts": [file(43, "typing_stuff-3.7.4-py3-none-any.whl")]}),
                json!({"name": "either", "version": "1", "requires_dist": [], "artifacts": [file(44, "either-1-py3-none-any.whl")]}),
            ],
        ),
    ]
}

/// Two documents about one release: the newer one takes a requirement back, changes another, and yanks.
fn superseded() -> Vec<Value> {
    let stated = |summary: &str, requirements: &[&str], yanked: bool| {
        json!({"name": "lib", "version": "1.0", "upload_time": "2018-01-01T00:00:00Z", "summary": summary,
            "requires_dist": requirements, "yanked": yanked, "artifacts": [file(50, "lib-1.0-py3-none-any.whl")]})
    };
    let mut again = stated("newest words", &["shared>=1", "colour"], true);
    again["upload_time"] = json!("2018-01-02T00:00:00.75Z");
    again["artifacts"] = json!([file(50, "lib-1.0-py3-none-any.whl"), file(51, "lib-1.0.tar.gz")]);
    vec![
        envelope("2020-05-01T00:00:00Z", &[again]),
        envelope(
            "2020-01-01T00:00:00Z",
            &[stated("old words", &["shared>=2", "backport", "loop"], false)],
        ),
        envelope(
            "2020-05-01T00:00:00.5Z",
            &[json!({"name": "lib", "version": "1.0", "yanked": false})],
        ),
    ]
}

/// Runs of solvers: passes, failures, hashes without file names, import names, several environments.
fn solver_runs() -> Vec<Value> {
    let run = |at: &str, payload: Value| {
        json!({"kind": "solver", "schemaVersion": 1, "producer": {"name": "solver", "version": "1.7"}, "producedAt": at,
            "payload": payload})
    };
    vec![
        run(
            "2020-06-01T00:00:00Z",
            json!({
                "environment": {"python_version": "3.8", "sys_platform": "linux", "implementation_name": "cpython", "platform_machine": "x86_64"},
                "platform": "linux-x86_64", "osName": "fedora", "osVersion": "32", "pythonVersion": "3.8", "solverVersion": "1.7",
                "observedAt": "2020-06-01T00:00:00.5Z",
                "results": [
                    {"release": {"name": "web", "version": "1.1"},
                        "packages": ["web", "web.app"], "sha256": [sha256(3), sha256(4), sha256(60)]},
                    {"release": {"name": "solved", "version": "1.0", "requires_dist": ["web>=1"]}, "packages": ["solved", "web"],
                        "sha256": [sha256(61), sha256(62)]},
                ],
                "errors": [
                    {"name": "native", "version": "1.3", "errorClass": "command_error", "message": "did not build\n\u{2717}"},
                    {"name": "absent", "version": "0.0.1", "errorClass": "not_found"},
                    {"name": "no-version", "errorClass": "command_error"},
                ],
            }),
        ),
        run(
            "2020-06-02T00:00:00Z",
            json!({
                "environment": {"python_version": "3.6", "sys_platform": "linux"}, "platform": "linux-aarch64",
                "results": [{"release": {"name": "solved", "version": "0.9"}, "packages": ["solved"]}],
                "errors": [{"name": "web", "version": "2.0", "index": MIRROR, "errorClass": "timeout", "message": ""}],
            }),
        ),
        run(
            "2020-06-02T00:00:00Z",
            json!({"environment": {}, "results": [], "errors": []}),
        ),
    ]
}

/// An inspection that is planned, then run with another stack, and seen once more by one of its runs alone; a stack that no
/// inspection is named for.
fn inspections() -> Vec<Value> {
    let stated = |at: &str, inspections: Value| {
        json!({"kind": "inspection", "schemaVersion": 1, "producer": {"name": "conformance", "version": "1"},
            "producedAt": at, "payload": {"inspections": inspections}})
    };
    let pin = |name: &str, version: &str| json!({"name": name, "version": version});
    let script = sha256(80);
    vec![
        stated(
            "2020-07-02T00:00:00Z",
            json!([{
                "inspectionId": "inspection-one", "scriptSha256": script, "stack": [pin("web", "1.1"), pin("lib", "2.0")],
                "specification": {"identifier": "one", "baseImage": "fedora:32", "batchSize": 2, "environment": {"A": "1", "B": "2"},
                    "buildRequests": {"cpu": 0.5, "memoryBytes": 1024, "hardware": {"cpu_family": "6"}}},
                "build": {"exitCode": 0, "finishedAt": "2020-07-01T00:00:00Z", "log": "built\n\u{2713}"},
                "runs": [
                    {"position": 0, "exitCode": 0, "finishedAt": "2020-07-01T00:10:00Z", "usage": {"ru_utime": 1.5, "ru_maxrss": 350_288},
                        "hardware": {"cpuVendor": "GenuineIntel", "cpuFamily": 6, "cpuModel": 85, "cpuFlags": ["avx", "sse2"], "cores": 64},
                        "environment": {"osName": "fedora", "osVersion": "32", "pythonVersion": "3.8", "machine": "x86_64", "cudaVersion": "10"},
                        "indicators": [{"component": "web", "name": "PiServe", "parameters": {"n": 3, "mode": "fast"},
                            "results": {"elapsed": 1.199_322_752_654_552_5, "tiny": 5e-324}, "units": {"elapsed": "ms"}}]},
                    {"position": 1, "exitCode": 1, "stderr": "Traceback\nImportError: no web", "hardware": {"cores": 2}},
                ],
            }]),
        ),
        stated(
            "2020-07-01T00:00:00Z",
            json!([
                {"inspectionId": "inspection-one", "stack": [pin("web", "1.0")], "target": {"osName": "rhel", "osVersion": "8"}},
                {"inspectionId": "inspection-two", "stack": [pin("web", "1.0"), pin("planned", "1")], "target": {"osName": "rhel", "osVersion": "8"}},
                {"stack": [pin("native", "1.2"), pin("lib", "0.9")]},
            ]),
        ),
        stated(
            "2020-07-03T00:00:00Z",
            json!([{"inspectionId": "inspection-one", "runs": [{"position": 0, "exitCode": -9}]}]),
        ),
    ]
}

fn security_indicators() -> Vec<Value> {
    let report = |payload: Value| {
        json!({"kind": "security-indicator", "schemaVersion": 1, "producer": {"name": "conformance", "version": "1"},
            "producedAt": "2020-08-01T00:00:00Z", "payload": payload})
    };
    vec![
        report(
            json!({"tool": "bandit", "toolVersion": "1.7", "package": "web", "version": "1.1",
            "releasedAt": "2019-06-01T12:30:45.123456Z", "metrics": {"SEVERITY.LOW__CONFIDENCE.HIGH": 7, "loc": 1825}}),
        ),
        report(
            json!({"tool": "cloc", "package": "scanned", "version": "0.1", "index": MIRROR, "error": "no source"}),
        ),
    ]
}
