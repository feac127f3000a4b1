//! The questions of `queries/`, answered and compared with what they were answered before.

use serde_json::json;

use crate::support::{ask, data, loaded_graph, schema_over};

macro_rules! answers {
    ($($test:ident: $file:literal;)*) => {
        $(#[tokio::test]
        async fn $test() {
            let schema = schema_over(&loaded_graph().await);
            let data = data(&schema, include_str!(concat!("queries/", $file))).await;
            insta::with_settings!({ sort_maps => true }, { insta::assert_json_snapshot!(data) });
        })*
    };
}

answers! {
    package: "package.graphql";
    packages: "packages.graphql";
    version: "version.graphql";
    documents: "documents.graphql";
}

#[tokio::test]
async fn meta() {
    let schema = schema_over(&loaded_graph().await);
    let data = data(&schema, include_str!("queries/meta.graphql")).await;
    assert_eq!(data["apiVersion"], env!("CARGO_PKG_VERSION"));
    assert_eq!(data["graph"]["engine"], "embedded");
    insta::with_settings!({ sort_maps => true }, { insta::assert_json_snapshot!(data["statistics"]) });
}

#[tokio::test]
async fn every_id_leads_back_to_its_node() {
    let schema = schema_over(&loaded_graph().await);
    let ids = data(
        &schema,
        r#"{ package(name: "alpha") { id versions(first: 1) { nodes { id artifacts(first: 1) { nodes { id } } } } }
             documents(first: 1) { nodes { id } } }"#,
    )
    .await;
    let version = &ids["package"]["versions"]["nodes"][0];
    let all = [
        &ids["package"]["id"],
        &version["id"],
        &version["artifacts"]["nodes"][0]["id"],
        &ids["documents"]["nodes"][0]["id"],
    ];
    for id in all {
        let answer = ask(&schema, include_str!("queries/node.graphql"), json!({ "id": id })).await;
        assert_eq!(&answer["data"]["node"]["id"], id, "{answer}");
    }
}

/// However many nodes a level has, it is one statement.
#[tokio::test]
async fn one_statement_for_each_level() {
    let graph = loaded_graph().await;
    let schema = schema_over(&graph);
    let query = "{ packages(first: 6) { nodes { versions(first: 5) { nodes {
        requirements(first: 3) { nodes { text } } artifacts(first: 3) { nodes { filename } }
        dependents(first: 2) { totalCount nodes { release { version } } }
    } } dependents(first: 2) { totalCount nodes { release { name } } } } } }";
    data(&schema, query).await;
    let mut statements = graph.take();
    statements.sort_unstable();
    // Two levels hold releases known by key only, dependents of packages and of versions; the second may find all of
    // them read already.
    let releases = statements
        .iter()
        .filter(|name| **name == "read/versions_by_key")
        .count();
    assert!((1..=2).contains(&releases), "{statements:?}");
    statements.retain(|name| *name != "read/versions_by_key");
    assert_eq!(
        statements,
        [
            "read/artifacts_of_versions",
            "read/dependent_counts_of_packages",
            "read/dependent_counts_of_versions",
            "read/dependents_of_packages",
            "read/dependents_of_versions",
            "read/packages",
            "read/requirements_of_versions",
            "read/versions_of_packages",
        ]
    );
}

/// A field that is not asked for costs nothing.
#[tokio::test]
async fn totals_are_counted_only_when_asked_for() {
    let graph = loaded_graph().await;
    data(&schema_over(&graph), "{ packages { nodes { name } } }").await;
    assert_eq!(graph.take(), ["read/packages"]);
}
