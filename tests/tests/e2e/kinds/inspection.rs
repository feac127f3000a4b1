//! Inspections in the graph: what was built, run and measured, exactly, from every generation, in any order.

use std::path::PathBuf;

use serde_json::{Value, json};
use thoth_cypher::Graph;
use thoth_ingest::reader::{Piece, ReadOptions, input_files, read_file};
use thoth_schema::document::Document;
use thoth_tests::paths::shared_file;

use super::engines::{ask, graphs, loaded, same_whatever_the_order};

const REAL: &str = "inspection-iotf-2-matmul-u38m-fd697eb4";

fn documents_of(paths: &[PathBuf]) -> Vec<Document> {
    let mut documents = Vec::new();
    for file in input_files(paths).unwrap() {
        read_file(&file, &ReadOptions::default(), &mut |piece| {
            if let Piece::Documents(read) = piece {
                documents.extend(read);
            }
            Ok(())
        })
        .unwrap();
    }
    documents
}

fn document(value: &Value) -> Document {
    Document::from_value(value).unwrap()
}

/// The folder, one of its runs alone, its specification alone, and the report that asked for eleven others.
fn recorded() -> Option<Vec<Document>> {
    let folder = shared_file(&format!("documents/inspections/{REAL}"))?;
    let alone = folder.join("results/1/result.json");
    let specification = folder.join("build/specification.json");
    let report = shared_file("documents/dependency-monkey-2020-09-07.json")?;
    Some(documents_of(&[folder, alone, specification, report]))
}

/// Of one inspection: a plan, an early form, a folder that came later, and a run alone, newest of all.
fn generations() -> Vec<Document> {
    let specification = |base: &str, flask: &str| json!({"base": base, "@created": "2020-01-01T00:00:00", "python": {"requirements_locked": {"default": {"flask": {"version": flask}}}}});
    let run = |at: &str, script: &str| json!({"exit_code": 0, "datetime": at, "hostname": "inspection-a-1-77", "script_sha256": script.repeat(64), "stdout": "said"});
    let plan = json!({"metadata": {"analyzer": "thoth-adviser", "datetime": "2019-01-01T00:00:00"}, "result": {"report": {"responses": [
        {"response": "inspection-a-1", "product": {"project": {"requirements_locked": {"default": {"flask": {"version": "==0.9"}}},
            "runtime_environment": {"operating_system": {"name": "rhel", "version": "8"}, "python_version": "3.6"}}}}]}}});
    let early = json!({"inspection_id": "inspection-a-1", "created": "2019-06-01T00:00:00", "specification": specification("old:1", "==1.0"),
        "status": {"build": {"exit_code": 1, "reason": "Error"}}});
    let folder = json!({"inspectionId": "inspection-a-1", "specification": specification("new:2", "==2.0"),
        "results": [{"position": 0, "result": run("2020-02-01T00:00:00", "a")}]});
    [plan, early, folder, run("2020-03-01T00:00:00", "b")]
        .iter()
        .map(document)
        .collect()
}

async fn of_inspection(graph: &dyn Graph, id: &str, returned: &str) -> Value {
    ask(
        graph,
        &format!("MATCH (i:Inspection {{key: '{id}'}}) RETURN {returned}"),
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_inspections_are_in_the_graph_exactly() {
    let Some(documents) = recorded() else {
        return;
    };
    let (graphs, _lease) = graphs().await;
    for graph in graphs {
        let graph = graph.as_ref();
        thoth_ingest::sync::sync(graph, &documents[..1]).await.unwrap();
        assert_eq!(
            of_inspection(
                graph,
                REAL,
                "i.baseImage, i.identifier, i.batchSize, i.runCpu, i.buildMemory, i.environment"
            )
            .await,
            json!([[
                "quay.io/thoth-station/s2i-thoth-ubi8-py38-mkl",
                "iotf-2-matmul-u38m",
                20,
                2.0,
                4_294_967_296_i64,
                ["OMP_NUM_THREADS=2"]
            ]])
        );
        let used = "MATCH (i:Inspection)-[:USED]->(s:Stack)-[:PINS]->(v:PackageVersion) RETURN i.key, s.size, count(v) AS pins";
        assert_eq!(ask(graph, used).await, json!([[REAL, 36, 36]]));
        // The figures bit for bit, two runs on one machine under the same parameters.
        let figures = "MATCH (h:Hardware)<-[:ON]-(o:Observation {kind: 'performance'})-[:OF]->(i:Inspection) WHERE o.metric = 'PiMatmul.elapsed' \
            RETURN o.component, o.value, o.unit, o.parameters, h.cpuFamily, h.cores, size(h.cpuFlags), o.observedAt ORDER BY o.value";
        let parameters = json!(["device=cpu", "dtype=float32", "matrix_size=512", "reps=2000"]);
        assert_eq!(
            ask(graph, figures).await,
            json!([
                [
                    "tensorflow",
                    1.1993227526545525,
                    "ms",
                    parameters,
                    6,
                    64,
                    98,
                    "2020-08-18T16:33:32.052043Z"
                ],
                [
                    "tensorflow",
                    2.261543646454811,
                    "ms",
                    parameters,
                    6,
                    64,
                    98,
                    "2020-08-18T16:35:13.250917Z"
                ],
            ])
        );
        let tests = "MATCH (e:Environment)<-[:`IN`]-(o:Observation {kind: 'test'})-[:OBSERVED]->(s:Stack) \
            RETURN e.key, o.outcome, o.errorClass, o.metrics, o.values, o.parameters ORDER BY o.key";
        let tests = ask(graph, tests).await;
        assert_eq!(tests.as_array().unwrap().len(), 2);
        assert_eq!(tests[0][0], "rhel-8.2-py3.8-x86_64");
        assert_eq!(
            (&tests[0][1], &tests[0][2], &tests[0][5]),
            (&json!("pass"), &Value::Null, &json!(["run=0"]))
        );
        let position = tests[0][3]
            .as_array()
            .unwrap()
            .iter()
            .position(|name| name == "ru_utime")
            .unwrap();
        assert_eq!(tests[0][4][position], json!(7.031745));
        assert_eq!(tests[0][3].as_array().unwrap().len(), 16);
        assert_eq!(
            ask(graph, "MATCH (h:Hardware) RETURN count(h)").await,
            json!([[1]])
        );
        assert_eq!(
            ask(graph, "MATCH (o:Observation) RETURN count(o)").await,
            json!([[6]])
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_names_inspections_without_observations() {
    let Some(path) = shared_file("documents/dependency-monkey-2020-09-07.json") else {
        return;
    };
    let plan = documents_of(&[path]);
    let graph = loaded(&[&plan[0]]).await;
    let graph = graph.as_ref();
    let planned = "MATCH (d:Document)-[:STATES]->(i:Inspection)-[:FOR]->(e:Environment) RETURN e.key, count(i) AS planned";
    assert_eq!(ask(graph, planned).await, json!([["rhel-8-py3.6-x86_64", 11]]));
    assert_eq!(
        ask(graph, "MATCH (:Inspection)-[r:USED]->(:Stack) RETURN count(r)").await,
        json!([[11]])
    );
    assert_eq!(
        ask(graph, "MATCH (o:Observation) RETURN count(o)").await,
        json!([[0]])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_inspections_give_one_graph_in_any_order() {
    let Some(documents) = recorded() else {
        return;
    };
    assert_eq!(documents.len(), 4);
    same_whatever_the_order(&documents).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_group_of_facts_comes_from_its_newest_statement() {
    let documents = generations();
    same_whatever_the_order(&documents).await;
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]] {
        let graph = loaded(&order.map(|position| &documents[position])).await;
        let graph = graph.as_ref();
        // The specification of the folder, the script of the run alone.
        assert_eq!(
            of_inspection(graph, "inspection-a-1", "i.baseImage, i.scriptSha256").await,
            json!([["new:2", "b".repeat(64)]]),
            "{order:?}"
        );
        let used = "MATCH (:Inspection)-[:USED]->(:Stack)-[:PINS]->(v:PackageVersion) RETURN v.version";
        assert_eq!(ask(graph, used).await, json!([["2.0"]]), "{order:?}");
        let target = "MATCH (:Inspection)-[:FOR]->(e:Environment) RETURN e.key";
        assert_eq!(
            ask(graph, target).await,
            json!([["rhel-8-py3.6-unknown"]]),
            "{order:?}"
        );
        let seen = "MATCH (d:Document)-[:STATES]->(o:Observation)-[:OF]->(:Inspection) \
            RETURN d.generation, o.kind, o.outcome, o.errorClass, o.message ORDER BY o.observedAt";
        assert_eq!(
            ask(graph, seen).await,
            json!([
                ["amun 2019", "build", "fail", "exit 1", null],
                ["amun 2020", "test", "pass", null, "said"],
                ["amun 2020", "test", "pass", null, "said"],
            ]),
            "{order:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_have_a_class_and_the_end_of_what_was_said() {
    let long = format!(
        "{}\nModuleNotFoundError: No module named 'x'\n",
        "a line of output\n".repeat(1_000)
    );
    let run = |position: u32, code: i64, stderr: &str| json!({"position": position, "exitCode": code, "stderr": stderr});
    let mut killed = run(2, 137, "");
    killed["reason"] = json!("OOMKilled");
    let value = json!({"kind": "inspection", "schemaVersion": 1, "producer": {"name": "t", "version": "1"}, "producedAt": "2024-01-01T00:00:00Z",
        "payload": {"inspections": [{"inspectionId": "inspection-f-1", "runs": [
            run(0, 1, &long), run(1, -11, "Segmentation fault"), killed, run(3, 143, "x"), run(4, 7, "gave up: Error"), json!({"position": 5})]}]}});
    let graph = loaded(&[&document(&value)]).await;
    let seen = "MATCH (o:Observation)-[:OF]->(:Inspection) RETURN o.outcome, o.errorClass ORDER BY o.key";
    assert_eq!(
        ask(graph.as_ref(), seen).await,
        json!([
            ["fail", "ModuleNotFoundError"],
            ["fail", "signal 11"],
            ["fail", "OOMKilled"],
            ["fail", "signal 15"],
            ["fail", "exit 7"],
            [null, null],
        ])
    );
    let said = "MATCH (o:Observation {errorClass: 'ModuleNotFoundError'}) RETURN o.message";
    let said = ask(graph.as_ref(), said).await;
    let said = said[0][0].as_str().unwrap();
    assert!(
        said.starts_with("[") && said.contains(" bytes cut]\na line of output\n"),
        "{said}"
    );
    assert!(
        said.ends_with("No module named 'x'") && said.len() < 4_200,
        "{}",
        said.len()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_specification_alone_leads_to_its_stack() {
    let specification = json!({"base": "fedora:40", "script": "print()", "python": {"requirements_locked": {"default": {"flask": {"version": "==2.0"}}}}});
    let graph = loaded(&[&document(&specification)]).await;
    let stated = "MATCH (:Document)-[:STATES]->(s:Stack)-[:PINS]->(v:PackageVersion) RETURN s.size, v.key";
    assert_eq!(
        ask(graph.as_ref(), stated).await,
        json!([[1, "pkg:pypi/flask@2.0"]])
    );
    assert_eq!(
        ask(graph.as_ref(), "MATCH (i:Inspection) RETURN count(i)").await,
        json!([[0]])
    );
}
