//! All recorded advisories over all recorded releases: who is affected is what was worked out elsewhere, and what a plain
//! reading of the records says.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};

use pep440_rs::Version;
use serde_json::{Value, json};
use thoth_cypher::{Graph, READ_ADVISORIES_OF_VERSIONS, READ_VERSIONS_OF_ADVISORIES, params};
use thoth_ingest::check::check;
use thoth_ingest::sync::sync;
use thoth_schema::document::Document;
use thoth_schema::purl;
use thoth_tests::paths::shared_file;

use super::engines::loaded;

/// Affected advisories by `name==version`.
type Affected = BTreeMap<String, BTreeSet<String>>;

const CHUNK: usize = 1_000;

fn recorded_advisories() -> Option<Vec<Value>> {
    let text = std::fs::read_to_string(shared_file("advisories/osv.jsonl")?).unwrap();
    Some(
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect(),
    )
}

/// Name and version of every recorded release.
fn recorded_releases() -> Option<Vec<(String, String)>> {
    let file = std::fs::File::open(shared_file("pypi/corpus.jsonl.zst")?).unwrap();
    let lines = BufReader::new(zstd::Decoder::new(file).unwrap()).lines();
    let text = |record: &Value, key: &str| record[key].as_str().unwrap().to_owned();
    let read = lines.map(|line| {
        let record: Value = serde_json::from_str(&line.unwrap()).unwrap();
        (text(&record, "name"), text(&record, "version"))
    });
    Some(read.collect())
}

/// What a plain reading of a record says of a version: the steps of the OSV schema, on versions instead of order keys.
fn is_affected(part: &Value, version: &Version) -> bool {
    let listed = part["versions"].as_array().into_iter().flatten();
    let listed = listed.filter_map(|text| text.as_str()?.parse::<Version>().ok());
    if listed.into_iter().any(|one| one == *version) {
        return true;
    }
    let ranges = part["ranges"].as_array().into_iter().flatten();
    let ecosystem = ranges.filter(|range| range["type"] == "ECOSYSTEM");
    ecosystem.into_iter().any(|range| {
        let mut events: Vec<(Option<Version>, String)> = range["events"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| {
                let (kind, text) = event.as_object().unwrap().iter().next().unwrap();
                let text = text.as_str().unwrap();
                ((text != "0").then(|| text.parse().unwrap()), kind.clone())
            })
            .collect();
        events.sort();
        events.iter().fold(false, |affected, (at, kind)| {
            let reached = at.as_ref().is_none_or(|at| version >= at);
            match kind.as_str() {
                "introduced" => affected || reached,
                "fixed" => affected && !reached,
                "last_affected" => affected && at.as_ref().is_some_and(|at| version <= at),
                other => panic!("the recorded advisories have no {other}"),
            }
        })
    })
}

/// By the plain reading, withdrawn advisories left out where that is wanted.
fn read_plainly(advisories: &[Value], releases: &[(String, String)], withdrawn: bool) -> Affected {
    let mut parts: BTreeMap<String, Vec<(&str, &Value)>> = BTreeMap::new();
    for advisory in advisories
        .iter()
        .filter(|one| withdrawn || one.get("withdrawn").is_none())
    {
        for part in advisory["affected"].as_array().unwrap() {
            let name = part["package"]["name"].as_str().unwrap();
            let name = name.parse::<pep508_rs::PackageName>().unwrap().to_string();
            parts
                .entry(name)
                .or_default()
                .push((advisory["id"].as_str().unwrap(), part));
        }
    }
    let mut affected = Affected::new();
    for (name, text) in releases {
        let version: Version = text.parse().unwrap();
        for (id, part) in parts.get(name).into_iter().flatten() {
            if is_affected(part, &version) {
                affected
                    .entry(format!("{name}=={text}"))
                    .or_default()
                    .insert((*id).to_owned());
            }
        }
    }
    affected
}

async fn load(graph: &dyn Graph, advisories: &[Value], releases: &[(String, String)]) {
    for chunk in releases.chunks(CHUNK) {
        let records: Vec<Value> = chunk
            .iter()
            .map(|(name, version)| json!({"name": name, "version": version}))
            .collect();
        let envelope = json!({"kind": "release", "schemaVersion": 1, "producer": {"name": "test", "version": "1"},
            "producedAt": "2020-01-01T00:00:00Z", "payload": {"releases": records}});
        sync(graph, &[Document::from_value(&envelope).unwrap()])
            .await
            .unwrap();
    }
    let documents: Vec<Document> = advisories
        .iter()
        .map(|value| Document::from_value(value).unwrap())
        .collect();
    for batch in documents.chunks(50) {
        sync(graph, batch).await.unwrap();
    }
}

/// By the graph, asked by releases.
async fn of_versions(graph: &dyn Graph, releases: &BTreeMap<String, String>, withdrawn: bool) -> Affected {
    let keys: Vec<&String> = releases.keys().collect();
    let mut affected = Affected::new();
    for chunk in keys.chunks(CHUNK) {
        let asked = params! { "keys" => chunk.to_vec(), "asOf" => "", "withdrawn" => withdrawn };
        let rows = graph.read(&READ_ADVISORIES_OF_VERSIONS, asked).await.unwrap();
        for row in rows.iter() {
            let release = releases[row.text("version")].clone();
            affected
                .entry(release)
                .or_default()
                .insert(row.text("advisory").to_owned());
        }
    }
    affected
}

/// By the graph, asked by advisories.
async fn of_advisories(
    graph: &dyn Graph,
    releases: &BTreeMap<String, String>,
    advisories: &[Value],
) -> Affected {
    let keys: Vec<&str> = advisories.iter().map(|one| one["id"].as_str().unwrap()).collect();
    let rows = graph
        .read(&READ_VERSIONS_OF_ADVISORIES, params! { "keys" => keys })
        .await
        .unwrap();
    let mut affected = Affected::new();
    for row in rows.iter() {
        let release = releases[row.text("key")].clone();
        affected
            .entry(release)
            .or_default()
            .insert(row.text("advisory").to_owned());
    }
    affected
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recorded_advisories_affect_what_they_should() {
    let (Some(advisories), Some(releases)) = (recorded_advisories(), recorded_releases()) else {
        return;
    };
    let expected =
        std::fs::read_to_string(shared_file("advisories/expected-by-release.json").unwrap()).unwrap();
    let expected: Affected = serde_json::from_str(&expected).unwrap();
    assert_eq!((advisories.len(), expected.len()), (631, 409));
    let graph = loaded(&[]).await;
    let graph = graph.as_ref();
    load(graph, &advisories, &releases).await;
    assert_eq!(check(graph).await.unwrap(), []);
    let keys: BTreeMap<String, String> = releases
        .iter()
        .map(|(name, version)| {
            let key = purl::version_key(&name.parse().unwrap(), &version.parse().unwrap(), None);
            (key, format!("{name}=={version}"))
        })
        .collect();

    let current = of_versions(graph, &keys, false).await;
    // The expectation is of some packages: of these it is whole.
    let spoken_of: BTreeSet<&str> = expected
        .keys()
        .map(|release| release.split("==").next().unwrap())
        .collect();
    let of_these: Affected = current
        .iter()
        .filter(|(release, _)| spoken_of.contains(release.split("==").next().unwrap()))
        .map(|(release, found)| (release.clone(), found.clone()))
        .collect();
    assert_eq!(of_these, expected);
    assert_eq!(current, read_plainly(&advisories, &releases, false));

    let all = of_versions(graph, &keys, true).await;
    assert_eq!(all, read_plainly(&advisories, &releases, true));
    assert_eq!(of_advisories(graph, &keys, &advisories).await, all);
    // Here the ranges say more than the lists; only the union has both.
    for (release, id) in [
        ("numpy==1.10.0.post2", "PYSEC-2017-1"),
        ("scipy==1.5.0rc1", "PYSEC-2023-102"),
    ] {
        assert!(all[release].contains(id), "{release} {id}");
    }
    let pairs = |found: &Affected| found.values().map(BTreeSet::len).sum::<usize>();
    println!(
        "{} releases, {} advisories: {} releases affected, {} pairs; withdrawn ones add {} pairs",
        releases.len(),
        advisories.len(),
        current.len(),
        pairs(&current),
        pairs(&all) - pairs(&current)
    );
}
