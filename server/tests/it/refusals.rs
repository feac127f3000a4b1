//! What is refused, and what an error tells.

use serde_json::json;
use thoth_server::ServerConfig;
use thoth_server::graphql::schema;

use crate::support::{ask, code, loaded_graph, schema_over};

#[tokio::test]
async fn what_is_wrong_with_a_query_has_a_code_and_a_remedy() {
    let schema = schema_over(&loaded_graph().await);
    for (query, expected) in [
        ("{", "INVALID_ARGUMENT"),
        ("{ nothing }", "INVALID_ARGUMENT"),
        ("{ package { name } }", "INVALID_ARGUMENT"),
        (
            "query ($a: Int!) { packages(first: $a) { totalCount } }",
            "INVALID_ARGUMENT",
        ),
        (r#"{ package(name: "no name!") { name } }"#, "INVALID_NAME"),
        (
            r#"{ version(name: "alpha", version: "one") { name } }"#,
            "INVALID_VERSION",
        ),
        (r#"{ node(id: "?") { id } }"#, "INVALID_ARGUMENT"),
        // Base64 of `Stranger:1`.
        (r#"{ node(id: "U3RyYW5nZXI6MQ") { id } }"#, "INVALID_ARGUMENT"),
    ] {
        let answer = ask(&schema, query, json!({})).await;
        assert_eq!(code(&answer), expected, "{query}: {answer}");
        assert!(
            answer["errors"][0]["extensions"]["remedy"].is_string(),
            "{query}: {answer}"
        );
    }
}

#[tokio::test]
async fn long_names_are_not_repeated() {
    let schema = schema_over(&loaded_graph().await);
    let query = "query ($name: String!) { package(name: $name) { name } }";
    let at_the_limit = ask(&schema, query, json!({ "name": "a".repeat(100) })).await;
    assert_eq!(at_the_limit["data"]["package"], json!(null));
    let past_it = ask(&schema, query, json!({ "name": "a".repeat(101) })).await;
    assert_eq!(code(&past_it), "LIMIT_EXCEEDED");
    assert!(past_it["errors"][0]["message"].as_str().unwrap().len() < 200);
}

#[tokio::test]
async fn deep_wide_and_long_queries() {
    let schema = schema_over(&loaded_graph().await);
    let nested = |levels: usize| {
        let down = "package { versions(first: 1) { nodes { ".repeat(levels);
        format!(
            r#"{{ version(name: "alpha", version: "1.0") {{ {down}name {} }} }}"#,
            "} } } ".repeat(levels)
        )
    };
    assert!(ask(&schema, &nested(5), json!({})).await.get("errors").is_none());
    assert_eq!(
        code(&ask(&schema, &nested(7), json!({})).await),
        "QUERY_TOO_COMPLEX"
    );

    let wide = "{ packages(first: 100) { nodes { versions(first: 100) { nodes { name version } } } } }";
    assert_eq!(code(&ask(&schema, wide, json!({})).await), "QUERY_TOO_COMPLEX");
    let by_variable = "query ($n: Int) { packages(first: $n) { nodes { versions(first: $n) { nodes { name version } } } } }";
    assert_eq!(
        code(&ask(&schema, by_variable, json!({ "n": 100 })).await),
        "QUERY_TOO_COMPLEX"
    );

    let fits = format!("{{ apiVersion }}{}", " ".repeat(64 * 1024 - 14));
    assert!(ask(&schema, &fits, json!({})).await.get("errors").is_none());
    assert_eq!(
        code(&ask(&schema, &format!("{fits} "), json!({})).await),
        "DOCUMENT_TOO_LARGE"
    );

    let bottomless = "{a".repeat(30_000);
    assert_ne!(code(&ask(&schema, &bottomless, json!({})).await), "no code");
}

#[tokio::test]
async fn directives_are_counted() {
    let schema = schema_over(&loaded_graph().await);
    let directives = |count: usize| format!("{{ apiVersion {} }}", "@include(if: true) ".repeat(count));
    assert_eq!(
        code(&ask(&schema, &directives(5), json!({})).await),
        "QUERY_TOO_COMPLEX"
    );
}

#[tokio::test]
async fn a_graph_that_is_away_is_named_but_not_described() {
    let graph = loaded_graph().await;
    let schema = schema_over(&graph);
    graph.set_away(true);
    let answer = ask(&schema, "{ statistics { packages } }", json!({})).await;
    assert_eq!(code(&answer), "GRAPH_UNREACHABLE");
    assert!(!answer.to_string().contains("secret-host"), "{answer}");
    assert!(
        answer["errors"][0]["extensions"]["errorId"].is_string(),
        "{answer}"
    );
    graph.set_away(false);
    assert!(
        ask(&schema, "{ statistics { packages } }", json!({}))
            .await
            .get("errors")
            .is_none()
    );
}

/// The query that GraphiQL sends when it opens.
const INTROSPECTION: &str = include_str!("introspection.graphql");

#[tokio::test]
async fn introspection_is_a_switch() {
    let graph = loaded_graph().await;
    let answer = ask(&schema_over(&graph), INTROSPECTION, json!({})).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    assert_eq!(answer["data"]["__schema"]["queryType"]["name"], "Query");

    let config = ServerConfig {
        introspection: false,
        graphiql: false,
        ..ServerConfig::default()
    };
    let closed = schema(graph, &config);
    let answer = ask(&closed, INTROSPECTION, json!({})).await;
    assert!(answer["data"]["__schema"].is_null(), "{answer}");
    let answer = ask(&closed, "{ apiversion }", json!({})).await;
    assert!(!answer.to_string().contains("apiVersion"), "{answer}");
}
