//! Advisories in the graph: the newest statement whole, whatever the order, and who is affected when.

use serde_json::{Value, json};
use thoth_cypher::{Graph, READ_ADVISORIES_OF_VERSIONS, READ_VERSIONS_OF_ADVISORIES, params};
use thoth_schema::document::Document;

use super::engines::{ask, graphs, loaded, same_whatever_the_order, sum};

fn document(value: &Value) -> Document {
    Document::from_value(value).unwrap()
}

fn affected(name: &str, events: Value, versions: Value) -> Value {
    json!({"package": {"ecosystem": "PyPI", "name": name}, "versions": versions,
        "ranges": [{"type": "ECOSYSTEM", "events": events}]})
}

/// Five releases of one package, a new one and an old one of an advisory, one that is withdrawn and one of another ecosystem.
fn documents() -> Vec<Document> {
    let releases: Vec<Value> = ["1.0", "1.1", "1.2", "2.0rc1", "2.0"]
        .iter()
        .map(|version| json!({"name": "it", "version": version, "requires_dist": []}))
        .collect();
    [
        json!({"kind": "release", "schemaVersion": 1, "producer": {"name": "test", "version": "1"},
            "producedAt": "2020-01-01T00:00:00Z", "payload": {"releases": releases}}),
        json!({"id": "TEST-1", "modified": "2022-01-01T00:00:00Z", "published": "2021-01-01T00:00:00Z",
            "aliases": ["CVE-1"], "summary": "new words",
            "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
            "affected": [affected("It", json!([{"introduced": "1.1"}, {"fixed": "2.0"}]), json!(["1.0", "odd-one"]))]}),
        json!({"id": "TEST-1", "modified": "2021-06-01T00:00:00Z", "published": "2021-01-01T00:00:00Z",
            "aliases": ["CVE-0"], "details": "old words, since taken back",
            "affected": [affected("it", json!([{"introduced": "0"}]), json!([])), affected("other", json!([{"introduced": "0"}]), json!([]))]}),
        json!({"id": "TEST-2", "modified": "2022-03-01T00:00:00Z", "published": "2022-02-01T00:00:00Z",
            "withdrawn": "2022-03-01T00:00:00Z",
            "affected": [affected("it", json!([{"introduced": "0"}, {"last_affected": "1.1"}]), json!([]))]}),
        json!({"id": "TEST-3", "modified": "2022-04-01T00:00:00Z", "affected": [
            {"package": {"ecosystem": "npm", "name": "it"}, "ranges": [{"type": "SEMVER",
                "events": [{"introduced": "0"}, {"fixed": "3.0.0"}]}], "versions": []}]}),
    ]
    .iter()
    .map(document)
    .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_statement_counts_whole() {
    let documents = documents();
    let (graphs, _lease) = graphs().await;
    for graph in graphs {
        thoth_ingest::sync::sync(graph.as_ref(), &documents)
            .await
            .unwrap();
        let engine = graph.engine().as_str();
        let found = ask(
            graph.as_ref(),
            "MATCH (a:Advisory {key: 'TEST-1'}) RETURN a.aliases AS aliases, a.summary AS summary, a.details AS details, a.score AS score, a.published AS published, a.modified AS modified, a.withdrawn AS withdrawn",
        )
        .await;
        let expected = json!([[
            ["CVE-1"],
            "new words",
            null,
            9.8,
            "2021-01-01T00:00:00.000000Z",
            "2022-01-01T00:00:00.000000Z",
            null
        ]]);
        assert_eq!(found, expected, "{engine}");
        let found = ask(
            graph.as_ref(),
            "MATCH (a:Advisory)-[r:AFFECTS]->(p:Package) RETURN a.key AS advisory, p.key AS package, p.ecosystem AS ecosystem, r.versions AS versions, r.fixedIn AS fixedIn, r.events AS events, size(coalesce(r.from, [])) AS intervals ORDER BY advisory, package",
        )
        .await;
        let expected = json!([
            [
                "TEST-1",
                "pkg:pypi/it",
                "pypi",
                ["1.0", "odd-one"],
                ["2.0"],
                null,
                2
            ],
            ["TEST-2", "pkg:pypi/it", "pypi", null, null, null, 1],
            [
                "TEST-3",
                "pkg:npm/it",
                "npm",
                null,
                ["3.0.0"],
                ["introduced 0", "fixed 3.0.0"],
                0
            ],
        ]);
        assert_eq!(found, expected, "{engine}");
        let found = ask(
            graph.as_ref(),
            "MATCH (d:Document)-[:STATES]->(a:Advisory) RETURN a.key AS key, count(d) AS documents ORDER BY key",
        )
        .await;
        assert_eq!(
            found,
            json!([["TEST-1", 2], ["TEST-2", 1], ["TEST-3", 1]]),
            "{engine}"
        );
        let found = ask(
            graph.as_ref(),
            "MATCH (p:Package {key: 'pkg:pypi/other'}) RETURN p.name AS name",
        )
        .await;
        assert_eq!(
            found,
            json!([]),
            "{engine}: what only an older statement names is not in the graph"
        );
    }
}

/// `advisory version` of every release that is affected, in order.
async fn of_releases(graph: &dyn Graph, as_of: &str, withdrawn: bool) -> Vec<String> {
    let keys: Vec<String> = ["1.0", "1.1", "1.2", "2.0rc1", "2.0"]
        .iter()
        .map(|version| format!("pkg:pypi/it@{version}"))
        .collect();
    let asked = params! { "keys" => keys, "asOf" => as_of, "withdrawn" => withdrawn };
    let rows = graph.read(&READ_ADVISORIES_OF_VERSIONS, asked).await.unwrap();
    let mut found: Vec<String> = rows
        .iter()
        .map(|row| {
            let version = row.text("version").rsplit('@').next().unwrap();
            format!("{} {version}", row.text("advisory"))
        })
        .collect();
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn releases_are_affected_as_of_a_time() {
    let documents = documents();
    let one = ["TEST-1 1.0", "TEST-1 1.1", "TEST-1 1.2", "TEST-1 2.0rc1"];
    let both = [&one[..], &["TEST-2 1.0", "TEST-2 1.1"]].concat();
    let (graphs, _lease) = graphs().await;
    for graph in graphs {
        thoth_ingest::sync::sync(graph.as_ref(), &documents)
            .await
            .unwrap();
        let graph = graph.as_ref();
        assert_eq!(of_releases(graph, "", false).await, one);
        assert_eq!(of_releases(graph, "", true).await, both);
        assert_eq!(
            of_releases(graph, "2020-12-31T23:59:59.999999Z", true).await,
            Vec::<String>::new()
        );
        assert_eq!(
            of_releases(graph, "2021-01-01T00:00:00.000000Z", false).await,
            one
        );
        // Before it was withdrawn it was an advisory as any other.
        assert_eq!(
            of_releases(graph, "2022-02-15T00:00:00.000000Z", false).await,
            both
        );
        assert_eq!(
            of_releases(graph, "2022-03-01T00:00:00.000000Z", false).await,
            one
        );
        let asked = params! { "keys" => vec!["TEST-2", "TEST-3", "TEST-9"] };
        let rows = graph.read(&READ_VERSIONS_OF_ADVISORIES, asked).await.unwrap();
        let found: Vec<&str> = rows.iter().map(|row| row.text("key")).collect();
        assert_eq!(found, ["pkg:pypi/it@1.0", "pkg:pypi/it@1.1"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_does_not_matter() {
    same_whatever_the_order(&documents()).await;
}

/// All orders of the statements of one advisory and of the releases it affects.
#[tokio::test(flavor = "multi_thread")]
async fn no_permutation_matters() {
    let documents = documents();
    let expected = sum(loaded(&documents.iter().collect::<Vec<_>>()).await.as_ref()).await;
    for first in 0..documents.len() {
        for second in (0..documents.len()).filter(|second| *second != first) {
            let rest = (0..documents.len())
                .rev()
                .filter(|one| *one != first && *one != second);
            let order: Vec<&Document> = [first, second]
                .into_iter()
                .chain(rest)
                .map(|one| &documents[one])
                .collect();
            assert_eq!(
                sum(loaded(&order).await.as_ref()).await,
                expected,
                "{first} {second} first"
            );
        }
    }
}
