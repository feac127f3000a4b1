//! One request, two engines, one answer.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use thoth_adviser::{PredictorName, PrereleasePolicy};
use thoth_cypher::{EmbeddedGraph, Graph};
use thoth_schema::environment::{Environment, Platform};
use thoth_server::advise::{AdviseInput, advise};
use thoth_tests::binary::Thoth;

use super::engines::Engines;
use super::fixture::{self, MIRROR};

fn input(platform: Platform, python: &str, requirements: &[&str]) -> AdviseInput {
    let requirements = requirements.iter().map(|text| (*text).to_owned()).collect();
    let environment = Environment::for_platform(platform, python).unwrap();
    AdviseInput {
        predictor: PredictorName::Exact,
        count: 5,
        budget_millis: 60_000,
        seed: 7,
        ..AdviseInput::new(requirements, environment)
    }
}

fn requests() -> Vec<AdviseInput> {
    let linux = |python: &str, requirements: &[&str]| input(Platform::LinuxX86_64, python, requirements);
    let scores = [("web", "1.1", 3.0), ("lib", "2.0", 2.5), ("shared", "1.0", 0.25)];
    let scores: BTreeMap<(String, String), f64> = scores
        .map(|(name, version, score)| ((name.to_owned(), version.to_owned()), score))
        .into();
    vec![
        linux("3.7", &["web"]),
        linux("3.7", &["web[test,docs,fast]"]),
        input(Platform::WindowsX86_64, "3.8", &["web[docs]", "native"]),
        input(Platform::LinuxAarch64, "3.6", &["web", "lib[fast]"]),
        input(Platform::MacosArm64, "3.12", &["lib", "colour"]),
        linux("3.7", &["web>5"]),
        linux("3.7", &["unreadable", "nowhere"]),
        linux("3.7", &["nowhere"]),
        linux("3.7", &["colour==0.2"]),
        linux("3.7", &["only-pre", "web==2.1rc1"]),
        AdviseInput {
            prerelease: PrereleasePolicy::Allow,
            count: 20,
            ..linux("3.8", &["web", "solved"])
        },
        AdviseInput {
            as_of: Some("2019-06-01".to_owned()),
            ..linux("3.7", &["web", "lib"])
        },
        AdviseInput {
            as_of: Some("2019-06-01T12:30:45.123455Z".to_owned()),
            ..linux("3.7", &["web", "lib"])
        },
        AdviseInput {
            indexes: vec![MIRROR.to_owned(), "default".to_owned()],
            ..linux("3.7", &["lib", "speed"])
        },
        AdviseInput {
            indexes: vec!["default".to_owned()],
            ..linux("3.7", &["lib[fast]"])
        },
        AdviseInput {
            constraints: vec!["lib==0.9".to_owned()],
            ..linux("3.7", &["web", "lib"])
        },
        AdviseInput {
            only_binary: [":all:".to_owned()].into(),
            ..linux("3.7", &["shared", "web"])
        },
        AdviseInput {
            no_binary: ["web".to_owned()].into(),
            scores: Some(scores),
            ..linux("3.7", &["web"])
        },
        AdviseInput {
            predictor: PredictorName::RandomWalk,
            limit: Some(50),
            ..linux("3.7", &["web[test]", "test-tool[web]"])
        },
        AdviseInput {
            predictor: PredictorName::Latest,
            count: 1,
            ..linux("3.7", &["web", "native"])
        },
    ]
}

async fn answer(graph: &dyn Graph, input: &AdviseInput) -> String {
    match advise(graph, input).await {
        Ok(mut report) => {
            report.advice.search.millis = 0.0;
            report.advice.search.search_millis = 0.0;
            serde_json::to_string(&report).unwrap()
        }
        Err(fault) => format!("fault: {fault}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_gives_the_same_bytes() {
    let Some(engines) = Engines::loaded().await else {
        return;
    };
    let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
    for input in requests() {
        let embedded = answer(engines.embedded.as_ref(), &input).await;
        let neo4j = answer(engines.neo4j.as_ref(), &input).await;
        assert_eq!(embedded, neo4j, "{input:?}");
        let outcome: Value = serde_json::from_str(&embedded).unwrap_or_default();
        *outcomes.entry(outcome["outcome"].to_string()).or_default() += 1;
    }
    println!("answers alike on both engines: {outcomes:?}");
    for outcome in ["advised", "unsatisfiable", "needs_knowledge"] {
        assert!(
            outcomes.contains_key(&format!("{outcome:?}")),
            "no request is {outcome}: {outcomes:?}"
        );
    }
}

fn run(graph: &str, engines: &Engines) -> (Value, Option<i32>) {
    let output = Thoth::new()
        .args([
            "advise",
            "--graph",
            graph,
            "--format",
            "json",
            "--python-version",
            "3.7",
            "--platform",
            "linux-x86_64",
        ])
        .args([
            "--predictor",
            "exact",
            "--budget-millis",
            "60000",
            "--count",
            "5",
            "web[test]",
            "native",
        ])
        .env("THOTH_GRAPH_USER", engines.lease.user())
        .env("THOTH_GRAPH_PASSWORD", engines.lease.password())
        .deadline(Duration::from_secs(120))
        .run();
    let mut value = output.json();
    value["search"]["millis"] = 0.into();
    value["search"]["searchMillis"] = 0.into();
    // The id is of the record, which holds the time.
    value["id"] = value["id"].as_str().map_or(0, str::len).into();
    (value, output.code)
}

async fn load_folder(folder: &Path) {
    let graph = EmbeddedGraph::open(folder).unwrap();
    fixture::load(&graph).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_binary_gives_the_same_answer_on_both() {
    let Some(engines) = Engines::loaded().await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    load_folder(folder.path()).await;
    let embedded = run(&format!("embedded:{}", folder.path().display()), &engines);
    let neo4j = run(engines.lease.url(), &engines);
    assert_eq!(embedded.0.to_string(), neo4j.0.to_string());
    assert_eq!((embedded.1, neo4j.1), (Some(0), Some(0)), "{}", embedded.0);
}
