//! Security indicators in the graph.

use serde_json::{Value, json};
use thoth_schema::document::Document;
use thoth_tests::paths::shared_file;

use super::engines::{ask, graphs, loaded, same_whatever_the_order};

const FILES: [&str; 3] = [
    "results-security-aggregated.json",
    "security-indicator-211124154025-de8d82a3227adc99-bandit.json",
    "security-indicator-211124154025-de8d82a3227adc99-cloc.json",
];

fn recorded() -> Option<Vec<Document>> {
    let folder = shared_file("documents/security")?;
    let read = |file: &str| {
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        Document::from_value(&serde_json::from_str(&text).unwrap()).unwrap()
    };
    Some(FILES.map(read).to_vec())
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_indicators_are_observations_of_their_release() {
    let Some(documents) = recorded() else {
        return;
    };
    let (graphs, _lease) = graphs().await;
    for graph in graphs {
        let graph = graph.as_ref();
        thoth_ingest::sync::sync(graph, &documents).await.unwrap();
        let seen = "MATCH (o:Observation {kind: 'security'})-[:OBSERVED]->(v:PackageVersion) \
            RETURN o.component, v.name, v.version, v.index, o.outcome, o.observedAt, o.metrics, o.values, o.parameters ORDER BY o.component";
        let rows = ask(graph, seen).await;
        let rows = rows.as_array().unwrap();
        assert_eq!(rows.len(), 3);
        let figure = |row: &Value, name: &str| {
            let names = row[6].as_array().unwrap();
            assert_eq!(names.len(), row[7].as_array().unwrap().len());
            let position = names.iter().position(|one| one == name).unwrap();
            row[7][position].as_f64().unwrap()
        };
        for (row, component) in rows.iter().zip(["aggregated", "bandit", "cloc"]) {
            assert_eq!(row[0], component);
            assert_eq!(
                [&row[1], &row[2], &row[3]],
                ["filedepot", "0.7.1", "https://index.test/simple"]
            );
            assert_eq!(row[4], Value::Null, "{component}");
        }
        assert_eq!(figure(&rows[0], "SEVERITY.LOW__CONFIDENCE.HIGH"), 7.0);
        assert_eq!(figure(&rows[1], "SEVERITY.LOW__CONFIDENCE.HIGH"), 7.0);
        assert_eq!(figure(&rows[1], "SEVERITY.HIGH__CONFIDENCE.LOW"), 0.0);
        assert_eq!(
            (figure(&rows[0], "Python.code"), figure(&rows[2], "Python.code")),
            (1457.0, 1457.0)
        );
        assert_eq!(rows[1][8], json!(["toolVersion=0.1.5"]));
        assert_eq!(rows[2][5], "2021-11-24T16:41:20.313710Z");
        // When the release was published, the scan knows by the way.
        assert_eq!(
            ask(graph, "MATCH (v:PackageVersion) RETURN v.publishedAt").await,
            json!([["2019-11-26T08:33:10.444043Z"]])
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_indicators_give_one_graph_in_any_order() {
    let Some(documents) = recorded() else {
        return;
    };
    same_whatever_the_order(&documents).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tool_that_could_not_do_its_work_is_a_failure() {
    let document = Document::from_value(&json!({
        "metadata": {"analyzer": "si-cloc", "analyzer_version": "0.1.4", "datetime": "2021-11-24T16:41:20",
            "arguments": {"si-cloc": {"package_name": "Foo", "package_version": "1.0"}}},
        "result": {"error": true, "error_msg": "no source"},
    }))
    .unwrap();
    let graph = loaded(&[&document]).await;
    let seen = "MATCH (o:Observation)-[:OBSERVED]->(v:PackageVersion) RETURN v.key, o.outcome, o.errorClass, o.message";
    assert_eq!(
        ask(graph.as_ref(), seen).await,
        json!([["pkg:pypi/foo@1.0", "fail", "analysis_error", "no source"]])
    );
}
