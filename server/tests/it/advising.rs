//! `advise` through GraphQL.

use serde_json::{Value as Json, json};

use crate::support::{ask, code, loaded_graph, schema_over};

const ADVISE: &str = include_str!("queries/advise.graphql");

async fn advise(input: Json) -> Json {
    ask(
        &schema_over(&loaded_graph().await),
        ADVISE,
        json!({ "input": input }),
    )
    .await
}

fn input(requirements: &[&str]) -> Json {
    json!({ "requirements": requirements, "pythonVersion": "3.11", "platform": "LINUX_X86_64" })
}

fn with(mut input: Json, key: &str, value: Json) -> Json {
    input[key] = value;
    input
}

#[tokio::test]
async fn a_stack_with_hashes_and_proof() {
    let answer = advise(input(&["alpha"])).await;
    let result = &answer["data"]["advise"];
    assert_eq!(result["__typename"], "Advised", "{answer}");
    let stack = &result["stacks"][0];
    let pins: Vec<_> = stack["pins"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pin| (&pin["name"], &pin["version"]))
        .collect();
    assert_eq!(json!(pins), json!([["alpha", "2.0"], ["beta", "2.0"]]));
    assert_eq!(stack["pins"][0]["hashes"].as_array().unwrap().len(), 2);
    assert_eq!(result["search"]["optimal"], true);
    assert_eq!(result["search"]["predictor"], "EXACT");
    assert!(result["search"]["stacksInSpace"].is_string());
}

#[tokio::test]
async fn scores_decide_when_given() {
    let scores = json!([{ "name": "Alpha", "version": "1.0", "score": 5.0 }]);
    let answer = advise(with(input(&["alpha"]), "scores", scores)).await;
    let stack = &answer["data"]["advise"]["stacks"][0];
    assert_eq!(stack["pins"][0]["version"], "1.0", "{answer}");
    assert_eq!(stack["score"], 5.0);
}

#[tokio::test]
async fn nothing_fits() {
    let answer = advise(input(&["alpha", "beta<1"])).await;
    let result = &answer["data"]["advise"];
    assert_eq!(result["__typename"], "Unsatisfiable", "{answer}");
    assert!(
        !result["conflict"]["sentences"].as_array().unwrap().is_empty(),
        "{answer}"
    );
}

#[tokio::test]
async fn not_enough_is_known() {
    let answer = advise(input(&["epsilon"])).await;
    let result = &answer["data"]["advise"];
    assert_eq!(result["__typename"], "NeedsKnowledge", "{answer}");
    assert_eq!(result["missing"][0]["package"], "nowhere");
}

#[tokio::test]
async fn wrong_input_has_a_code_and_a_place() {
    for (input, expected, pointer) in [
        (
            json!({ "requirements": ["alpha"] }),
            "INVALID_ENVIRONMENT",
            "/environment",
        ),
        (
            with(input(&["alpha"]), "environment", json!({})),
            "INVALID_ENVIRONMENT",
            "/environment",
        ),
        (
            with(input(&["alpha"]), "pythonVersion", json!("three")),
            "INVALID_ENVIRONMENT",
            "/pythonVersion",
        ),
        (
            json!({ "requirements": ["alpha"], "environment": { "os_name": 1 } }),
            "INVALID_ENVIRONMENT",
            "/environment/os_name",
        ),
        (
            with(input(&["alpha"]), "count", json!(0)),
            "INVALID_ARGUMENT",
            "/count",
        ),
        (
            with(input(&["alpha"]), "count", json!(101)),
            "INVALID_ARGUMENT",
            "/count",
        ),
        (
            with(input(&["alpha"]), "budgetMillis", json!(60_001)),
            "INVALID_ARGUMENT",
            "/budgetMillis",
        ),
        (
            with(input(&["alpha"]), "seed", json!(-1)),
            "INVALID_ARGUMENT",
            "/seed",
        ),
        (
            with(input(&["alpha"]), "onlyBinary", json!(["no name!"])),
            "INVALID_NAME",
            "/onlyBinary/0",
        ),
        (
            with(
                input(&["alpha"]),
                "scores",
                json!([{ "name": "alpha", "version": "one", "score": 1 }]),
            ),
            "INVALID_VERSION",
            "/scores/0",
        ),
        (
            with(input(&[]), "requirements", json!(vec!["alpha"; 1001])),
            "LIMIT_EXCEEDED",
            "/requirements",
        ),
        (
            with(input(&[]), "constraints", json!(["a".repeat(8193)])),
            "LIMIT_EXCEEDED",
            "/constraints/0",
        ),
    ] {
        let shown: String = input.to_string().chars().take(200).collect();
        let answer = advise(input).await;
        assert_eq!(code(&answer), expected, "{shown}: {answer}");
        assert_eq!(
            answer["errors"][0]["extensions"]["pointer"], pointer,
            "{shown}: {answer}"
        );
    }
}

#[tokio::test]
async fn a_bad_requirement_line() {
    let answer = advise(input(&["beta", "no requirement at all"])).await;
    assert_eq!(code(&answer), "INVALID_REQUIREMENT", "{answer}");
    assert_eq!(
        answer["errors"][0]["extensions"]["pointer"], "/requirements/1",
        "{answer}"
    );
}

#[tokio::test]
async fn many_advises_in_one_document_are_too_complex() {
    let one = r#"advise(input: { requirements: ["alpha"], pythonVersion: "3.11" }) { __typename }"#;
    let query = |count: usize| {
        let fields: Vec<String> = (0..count).map(|number| format!("a{number}: {one}")).collect();
        format!("mutation {{ {} }}", fields.join(" "))
    };
    let schema = schema_over(&loaded_graph().await);
    assert!(ask(&schema, &query(4), json!({})).await.get("errors").is_none());
    assert_eq!(
        code(&ask(&schema, &query(5), json!({})).await),
        "QUERY_TOO_COMPLEX"
    );
}
