//! Advice as a service, through the binary: wanted knowledge, searches that nobody waits for, advices given again.

use std::time::Duration;

use lapin::options::BasicGetOptions;
use lapin::{Connection, ConnectionProperties};
use serde_json::{Value, json};
use thoth_ingest::advices;
use thoth_ingest::store::{DocumentStore, StoreConfig};
use thoth_ingest::topology::WANTED;
use thoth_schema::document::Document;
use thoth_tests::binary::Running;
use thoth_tests::poll::{until_async, until_true};
use thoth_tests::scene::Scene;
use thoth_tests::services::Services;

const PATIENCE: Duration = Duration::from_secs(120);
/// Longer than a test waits: a search that lasts so long has not been ended.
const LONG_MILLIS: u64 = 60_000;
const SOON: Duration = Duration::from_secs(30);

fn release(name: &str, version: &str, needs: &[&str]) -> Value {
    json!({"name": name, "version": version, "requires_dist": needs, "upload_time": "2020-01-01T00:00:00Z"})
}

/// Thirty releases of each of three packages.
fn knowledge() -> Vec<Value> {
    let of = |number: usize| {
        let version = format!("1.{number}");
        [
            release("top", &version, &["left", "right"]),
            release("left", &version, &[]),
            release("right", &version, &[]),
        ]
    };
    (0..30).flat_map(of).collect()
}

/// A server that listens, and the address of its API.
fn serving(scene: &Scene) -> (Running, String) {
    let mut server = scene.thoth(["serve", "--listen", "127.0.0.1:0"]).spawn();
    server.wait_for_text("stop with Ctrl-C", PATIENCE);
    let text = server.stderr_so_far();
    let address = text
        .split("serving ")
        .nth(1)
        .and_then(|rest| rest.split(['\n', ',', ';']).next());
    let url = address.unwrap().to_owned();
    (server, url)
}

const ADVISE: &str = "mutation ($input: AdviseInput!) { advise(input: $input) { __typename \
    ... on Advised { id search { cacheHits graphStatements prunedShare } } \
    ... on NeedsKnowledge { id missing { package } } } }";

async fn ask(url: &str, input: Value, patience: Duration) -> Result<Value, reqwest::Error> {
    let client = reqwest::Client::builder().timeout(patience).build()?;
    let body = json!({"query": ADVISE, "variables": {"input": input}});
    client.post(url).json(&body).send().await?.json().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_advice_lacks_is_told_to_the_broker_once() {
    let Some(services) = Services::get() else { return };
    let scene = Scene::embedded().with_broker(services);
    scene.ingest(&knowledge(), false).run().expect_code(0);
    let (server, url) = serving(&scene);
    for requirement in ["nowhere>=2", "nowhere>=2", "top", "elsewhere"] {
        let input = json!({"requirements": [requirement], "pythonVersion": "3.8"});
        let answer = ask(&url, input, PATIENCE).await.unwrap();
        let outcome = if requirement == "top" {
            "Advised"
        } else {
            "NeedsKnowledge"
        };
        assert_eq!(answer["data"]["advise"]["__typename"], outcome, "{answer}");
    }
    let connection = Connection::connect(scene.vhost().url(), ConnectionProperties::default())
        .await
        .unwrap();
    let channel = connection.create_channel().await.unwrap();
    let mut bodies: Vec<Value> = Vec::new();
    let next = async || {
        let options = BasicGetOptions { no_ack: true };
        let message = channel.basic_get(WANTED.into(), options).await.unwrap()?;
        assert_eq!(
            *message.properties.delivery_mode(),
            Some(2),
            "it outlives the broker"
        );
        Some(serde_json::from_slice::<Value>(&message.data).unwrap())
    };
    while bodies.len() < 2 {
        let body = next().await;
        bodies.extend(body);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    bodies.sort_by_key(|body| body["package"].to_string());
    let environment = json!({"name": "linux-x86_64-py3.8", "python": "3.8.18", "sysPlatform": "linux", "machine": "x86_64"});
    assert_eq!(bodies[1]["package"], "nowhere");
    assert_eq!(bodies[1]["specifier"], ">=2");
    assert_eq!(bodies[1]["requiredBy"], "request");
    assert_eq!(bodies[1]["environment"], environment);
    assert_eq!(bodies[0]["package"], "elsewhere");
    assert_eq!(next().await, None, "the same is told once");
    server.terminate();
    server.wait(PATIENCE).expect_code(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_ends_when_its_client_goes_away() {
    let mut scene = Scene::embedded();
    scene.set("THOTH_SERVER_CONCURRENT_ADVISES", "1");
    scene.ingest(&knowledge(), false).run().expect_code(0);
    let (server, url) = serving(&scene);
    let long = json!({"requirements": ["top"], "pythonVersion": "3.8", "predictor": "RANDOM_WALK", "limit": i32::MAX,
                      "budgetMillis": LONG_MILLIS});
    let left = ask(&url, long, Duration::from_secs(2)).await;
    assert!(left.is_err(), "it lasts longer than its client waits: {left:?}");
    let short = || async {
        let answer = ask(
            &url,
            json!({"requirements": ["top"], "pythonVersion": "3.8"}),
            SOON,
        )
        .await
        .unwrap();
        (answer["data"]["advise"]["__typename"] == "Advised").then_some(answer)
    };
    let answer = until_async("the turn of the search that was left", SOON, short).await;
    let search = &answer["data"]["advise"]["search"];
    assert_eq!(
        (&search["cacheHits"], &search["graphStatements"]),
        (&json!(3), &json!(3)),
        "{answer}"
    );
    let metrics = reqwest::get(url.replace("/graphql", "/metrics"))
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(metrics.contains("thoth_advise_cache_hits_total 3\n"), "{metrics}");
    assert!(metrics.contains("thoth_advise_cache_packages 3\n"), "{metrics}");
    server.terminate();
    server.wait(PATIENCE).expect_code(0);
}

/// Whether the process has asked to be told of Ctrl-C.
fn listens_for_interrupts(pid: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let mask = caught.and_then(|digits| u64::from_str_radix(digits.trim(), 16).ok());
    // SIGINT is 2, the second lowest bit.
    mask.is_some_and(|mask| mask & 2 != 0)
}

#[test]
fn a_search_starts_from_what_another_learnt() {
    let scene = Scene::embedded();
    scene.ingest(&knowledge(), false).run().expect_code(0);
    let on = |python: &str, more: &[&str]| {
        let search = [
            "advise",
            "top",
            "--python-version",
            python,
            "--predictor",
            "temporal-difference",
            "--limit",
            "30",
        ];
        let answer = scene.thoth(search).args(["--format", "json"]).args(more).run();
        answer.expect_code(0).json()
    };
    let advise = |more: &[&str]| on("3.8", more);
    let recalled = |answer: &Value| answer["search"]["recalledValues"].as_u64().unwrap();
    let first = advise(&["--warm-start"]);
    assert_eq!(recalled(&first), 0, "{first}");
    // A predictor that is named starts from nothing unless asked: its seed tells all.
    assert_eq!(recalled(&advise(&[])), 0);
    let warm = advise(&["--warm-start"]);
    assert!(recalled(&warm) > 0, "{warm}");
    assert_eq!(recalled(&advise(&["--warm-start=false"])), 0);
    // Of another environment nothing was learnt.
    assert_eq!(recalled(&on("3.9", &["--warm-start"])), 0);
    let id = warm["id"].as_str().unwrap();
    let again = scene.thoth(["advise", "--replay", id, "--format", "json"]).run();
    assert_eq!(recalled(&again.expect_code(0).json()), recalled(&warm));
}

#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_ends_the_search_with_the_best_so_far() {
    let scene = Scene::embedded();
    scene.ingest(&knowledge(), false).run().expect_code(0);
    let budget = LONG_MILLIS.to_string();
    let arguments = [
        "advise",
        "top",
        "--format",
        "json",
        "--predictor",
        "random-walk",
        "--limit",
        "1000000000000",
    ];
    let running = scene.thoth(arguments).args(["--budget-millis", &budget]).spawn();
    let pid = running.pid();
    until_true("the process listens for Ctrl-C", SOON, || {
        listens_for_interrupts(pid)
    });
    std::thread::sleep(Duration::from_secs(1));
    let sent = std::process::Command::new("kill")
        .args(["-INT", &pid.to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
    let output = running.wait(SOON).expect_code(0);
    assert!(output.stderr.contains("ending the search"), "{output:#?}");
    let answer = output.json();
    assert_eq!(answer["outcome"], "advised");
    assert!(
        answer["search"]["millis"].as_f64().unwrap() < LONG_MILLIS as f64,
        "{answer}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_advice_is_given_again_whatever_became_of_the_graph() {
    let scene = Scene::embedded();
    scene.ingest(&knowledge(), false).run().expect_code(0);
    let asked = [
        "advise",
        "top",
        "left<1.9",
        "--format",
        "json",
        "--count",
        "2",
        "--seed",
        "18446744073709551615",
    ];
    let mut first = scene.thoth(asked).run().expect_code(0).json();
    let id = first["id"].as_str().unwrap().to_owned();
    scene
        .ingest(&[release("top", "2", &[]), release("left", "1.8.5", &[])], false)
        .run()
        .expect_code(0);
    let now = scene.thoth(asked).run().expect_code(0).json();
    assert_ne!(now["stacks"], first["stacks"]);
    assert_ne!(now["id"], first["id"]);

    let again = || {
        scene
            .thoth(["advise", "--replay", &id, "--format", "json"])
            .run()
            .expect_code(0)
    };
    let replayed = again();
    assert_eq!(replayed.stdout, again().stdout);
    first["search"]["searchMillis"] = json!(0.0);
    first["search"]["millis"] = json!(0.0);
    assert_eq!(replayed.json(), first);
    let requirements = scene
        .thoth(["advise", "--replay", &id, "--format", "requirements"])
        .run()
        .expect_code(0);
    assert!(requirements.stdout.contains("left==1.8"), "{requirements:#?}");

    let nobody = "0".repeat(64);
    let missing = scene.thoth(["advise", "--replay", &nobody]).run().expect_code(2);
    assert!(missing.stderr.contains("NOT_FOUND"), "{missing:#?}");
    let nonsense = scene
        .thoth(["advise", "--replay", "../../graph"])
        .run()
        .expect_code(2);
    assert!(nonsense.stderr.contains("INVALID_ARGUMENT"), "{nonsense:#?}");

    // A record whose search finds something else today, as after a change of the adviser.
    let store =
        DocumentStore::open(&StoreConfig::new(format!("file://{}", scene.store().display()))).unwrap();
    let record = advices::record(&store, &id).await.unwrap();
    let mut other: Value = serde_json::from_slice(record.canonical_bytes()).unwrap();
    let answer = other["payload"]["replay"]["answer"]
        .as_str()
        .unwrap()
        .replace("1.29", "1.28");
    other["payload"]["replay"]["answer"] = json!(answer);
    let other = Document::from_value(&other).unwrap();
    advices::keep(&store, &other).await.unwrap();
    let differs = scene
        .thoth(["advise", "--replay", &other.id])
        .run()
        .expect_code(2);
    assert!(differs.stderr.contains("REPLAY_DIFFERS"), "{differs:#?}");
    assert!(differs.stdout.is_empty(), "{differs:#?}");
}

#[test]
fn nothing_is_kept_where_that_is_switched_off() {
    let mut scene = Scene::embedded();
    scene.set("THOTH_ADVISE_KEEP", "false");
    scene.ingest(&knowledge(), false).run().expect_code(0);
    let answer = scene
        .thoth(["advise", "top", "--format", "json"])
        .run()
        .expect_code(0)
        .json();
    assert!(answer.get("id").is_none(), "{answer}");
    assert!(!scene.store().join("advices").exists());
}
