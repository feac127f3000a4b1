//! Pages put together are the whole, once each and in order.

use serde_json::{Value as Json, json};

use crate::support::{ask, code, loaded_graph, schema_over};

/// Every item of a connection, read in pages of `first`; `path` leads from the data to the connection.
async fn all(query: &str, path: &[&str], first: usize) -> Vec<Json> {
    let schema = schema_over(&loaded_graph().await);
    let mut items = Vec::new();
    let mut after = Json::Null;
    loop {
        let answer = ask(&schema, query, json!({ "first": first, "after": after })).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        let connection = path.iter().fold(&answer["data"], |value, key| &value[*key]);
        assert_eq!(connection["pageInfo"]["hasPreviousPage"], !after.is_null());
        items.extend(connection["nodes"].as_array().unwrap().iter().cloned());
        if connection["pageInfo"]["hasNextPage"] == false {
            assert_eq!(connection["totalCount"], items.len());
            return items;
        }
        assert_eq!(connection["nodes"].as_array().unwrap().len(), first);
        after = connection["pageInfo"]["endCursor"].clone();
    }
}

async fn same_in_any_size(query: &str, path: &[&str], expected: usize) {
    let whole = all(query, path, 100).await;
    assert_eq!(whole.len(), expected, "{whole:?}");
    for first in [1, 2, 3] {
        assert_eq!(all(query, path, first).await, whole, "in pages of {first}");
    }
}

const REST: &str = "totalCount pageInfo { hasPreviousPage hasNextPage endCursor }";

#[tokio::test]
async fn packages() {
    let query = format!(
        "query ($first: Int, $after: String) {{ packages(first: $first, after: $after) {{ {REST} nodes {{ name }} }} }}"
    );
    same_in_any_size(&query, &["packages"], 6).await;
}

#[tokio::test]
async fn documents() {
    let query = format!(
        "query ($first: Int, $after: String) {{ documents(first: $first, after: $after) {{ {REST} nodes {{ id }} }} }}"
    );
    same_in_any_size(&query, &["documents"], 9).await;
}

#[tokio::test]
async fn versions() {
    let query = format!(
        r#"query ($first: Int, $after: String) {{ package(name: "alpha") {{
            versions(first: $first, after: $after) {{ {REST} nodes {{ version }} }} }} }}"#
    );
    same_in_any_size(&query, &["package", "versions"], 3).await;
    let newest_first = all(&query, &["package", "versions"], 2).await;
    assert_eq!(
        json!(newest_first),
        json!([{ "version": "3.0rc1" }, { "version": "2.0" }, { "version": "1.0" }])
    );
}

#[tokio::test]
async fn requirements_and_artifacts() {
    for (field, node, expected) in [("requirements", "text", 3), ("artifacts", "filename", 2)] {
        let query = format!(
            r#"query ($first: Int, $after: String) {{ version(name: "alpha", version: "2.0") {{
                {field}(first: $first, after: $after) {{ {REST} nodes {{ {node} }} }} }} }}"#
        );
        same_in_any_size(&query, &["version", field], expected).await;
    }
}

#[tokio::test]
async fn dependents() {
    let nodes = "nodes { release { purl } requirement { text } }";
    let of_package = format!(
        r#"query ($first: Int, $after: String) {{ package(name: "beta") {{
            dependents(first: $first, after: $after) {{ {REST} {nodes} }} }} }}"#
    );
    same_in_any_size(&of_package, &["package", "dependents"], 4).await;
    // alpha 3.0rc1 wants beta>=2 and delta wants beta<1: both do not admit 1.0.
    let of_version = format!(
        r#"query ($first: Int, $after: String) {{ version(name: "beta", version: "1.0") {{
            dependents(first: $first, after: $after) {{ {REST} {nodes} }} }} }}"#
    );
    same_in_any_size(&of_version, &["version", "dependents"], 2).await;
}

#[tokio::test]
async fn the_limit_of_a_page_and_one_past_it() {
    let schema = schema_over(&loaded_graph().await);
    let query = "query ($first: Int) { packages(first: $first) { nodes { name } } }";
    assert!(
        ask(&schema, query, json!({ "first": 100 }))
            .await
            .get("errors")
            .is_none()
    );
    assert_eq!(
        code(&ask(&schema, query, json!({ "first": 101 })).await),
        "PAGE_TOO_LARGE"
    );
    assert_eq!(
        code(&ask(&schema, query, json!({ "first": 0 })).await),
        "INVALID_ARGUMENT"
    );
    assert_eq!(
        code(&ask(&schema, query, json!({ "first": -1 })).await),
        "INVALID_ARGUMENT"
    );
}

#[tokio::test]
async fn cursors_of_nobody_and_of_another_connection() {
    let schema = schema_over(&loaded_graph().await);
    let documents = ask(
        &schema,
        "{ documents(first: 1) { pageInfo { endCursor } } }",
        json!({}),
    )
    .await;
    let foreign = documents["data"]["documents"]["pageInfo"]["endCursor"]
        .as_str()
        .unwrap()
        .to_owned();
    for cursor in ["", "nonsense", "ÿ", &foreign] {
        for field in [
            "packages(after: $after) { totalCount }",
            r#"package(name: "beta") { versions(after: $after) { totalCount } }"#,
            r#"package(name: "beta") { dependents(after: $after) { totalCount } }"#,
        ] {
            let query = format!("query ($after: String) {{ {field} }}");
            let answer = ask(&schema, &query, json!({ "after": cursor })).await;
            assert_eq!(
                code(&answer),
                "CURSOR_INVALID",
                "{field} after {cursor:?}: {answer}"
            );
        }
    }
}
