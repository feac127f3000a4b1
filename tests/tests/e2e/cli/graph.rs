//! `ingest`, `graph …`, `worker` on success, and a graph that somebody else holds.

use std::time::Duration;

use thoth_tests::binary::Thoth;
use thoth_tests::poll;
use thoth_tests::services::Services;

use super::{Place, expect_fault, record, records};

#[test]
fn files_are_ingested_once_and_rebuilt_to_the_same_graph() {
    let place = Place::new();
    let file = place.file("records.jsonl", records());
    let first = place
        .thoth(["ingest", &file, "--format", "json"])
        .run()
        .expect_code(0)
        .json();
    assert_eq!(
        (&first["read"], &first["ingested"]),
        (&5.into(), &5.into()),
        "{first}"
    );
    let again = place.thoth(["ingest", &file]).run().expect_code(0);
    assert!(again.stdout.contains("already known"), "{again:#?}");
    assert_eq!((place.stored(), place.documents_in_graph()), (5, 5));

    let checksum = |graph: &str| {
        let output = place
            .thoth(["graph", "checksum", "--format", "json", "--graph", graph])
            .run()
            .expect_code(0);
        output.json()["checksum"].as_str().unwrap().to_owned()
    };
    let before = checksum(&place.graph_url());
    let other = format!("embedded:{}", place.path("again").display());
    place
        .thoth(["graph", "rebuild", "--graph", &other])
        .run()
        .expect_code(0);
    assert_eq!(checksum(&other), before);
    place.thoth(["graph", "rebuild", "--wipe"]).run().expect_code(0);
    assert_eq!(checksum(&place.graph_url()), before);

    let check = place.thoth(["graph", "check"]).run().expect_code(0);
    assert_eq!(check.stdout, "every invariant holds\n");
    let migrate = place.thoth(["graph", "migrate"]).run().expect_code(0);
    assert_eq!(migrate.stdout, "the schema is up to date\n");
}

#[test]
fn cypher_is_asked_with_parameters_and_never_writes() {
    let place = Place::new();
    let file = place.file("records.jsonl", records());
    place.thoth(["ingest", &file]).run().expect_code(0);
    let text =
        "MATCH (v:PackageVersion) WHERE v.name = $name RETURN v.version AS version ORDER BY version LIMIT 5";
    let statement = place.file("question.cypher", text);
    let output = place
        .thoth([
            "graph", "query", &statement, "--param", "name=app", "--format", "json",
        ])
        .run()
        .expect_code(0);
    assert_eq!(
        output.json(),
        serde_json::json!([{"version": "1.0"}, {"version": "2.0"}])
    );
    let output = place
        .thoth(["graph", "query", "-", "-p", "name=app"])
        .stdin(text)
        .run()
        .expect_code(0);
    assert!(
        output.stdout.contains("version") && output.stdout.contains("2.0"),
        "{output:#?}"
    );
    let output = place
        .thoth(["graph", "query", "-e", "MATCH (n) DETACH DELETE n"])
        .run();
    expect_fault(&output, "GRAPH_QUERY_REFUSED");

    let list = Thoth::new().args(["graph", "queries"]).run().expect_code(0);
    assert!(list.stdout.contains("prune/candidates"), "{list:#?}");
    let text = Thoth::new()
        .args(["graph", "queries", "read/packages"])
        .run()
        .expect_code(0);
    assert!(text.stdout.starts_with("// purpose:"), "{text:#?}");
    let near = Thoth::new().args(["graph", "queries", "read/package"]).run();
    expect_fault(&near, "NOT_FOUND");
    assert!(near.stderr.contains("read/packages"), "{near:#?}");
}

#[test]
fn a_graph_that_a_server_holds_is_said_to_be_held() {
    let place = Place::new();
    let mut server = place.thoth(["serve", "--listen", "127.0.0.1:0"]).spawn();
    server.wait_for_text("serving http://127.0.0.1:", Duration::from_secs(60));
    let output = place.thoth(["graph", "check"]).run();
    expect_fault(&output, "GRAPH_LOCKED");
    server.terminate();
    server.wait(Duration::from_secs(60)).expect_code(0);
    place.thoth(["graph", "check"]).run().expect_code(0);
}

#[test]
fn published_documents_reach_the_graph_of_a_worker() {
    let Some(services) = Services::get() else { return };
    let vhost = services.vhost();
    let place = Place::new();
    let file = place.file("records.jsonl", records());
    let publish = place.thoth([
        "ingest",
        &file,
        "--publish",
        "--broker",
        vhost.url(),
        "--format",
        "json",
    ]);
    assert_eq!(publish.run().expect_code(0).json()["ingested"], 5);
    assert_eq!(place.stored(), 5);

    let mut worker = place.thoth(["worker", "--broker", vhost.url()]).spawn();
    worker.wait_for_text("stop with SIGTERM", Duration::from_secs(60));
    poll::until_true("all queues are empty", Duration::from_secs(60), || {
        vhost.queues().values().all(|left| *left == 0)
    });
    worker.terminate();
    let output = worker.wait(Duration::from_secs(60)).expect_code(0);
    assert!(output.stderr.contains("5 ingested"), "{output:#?}");
    assert_eq!(place.documents_in_graph(), 5);
}

#[test]
fn both_engines_come_to_the_same_checksum() {
    let Some(services) = Services::get() else { return };
    let lease = services.neo4j();
    let place = Place::new();
    let file = place.file("records.jsonl", records());
    let neo4j = |arguments: &[&str]| {
        let thoth = place.thoth([]).args(arguments.iter().copied()).args([
            "--graph",
            lease.url(),
            "--format",
            "json",
        ]);
        let thoth = thoth
            .env("THOTH_GRAPH_USER", lease.user())
            .env("THOTH_GRAPH_PASSWORD", lease.password());
        thoth.run().expect_code(0).json()
    };
    // From an empty store: nothing but the schema is left of what other tests wrote.
    neo4j(&["graph", "rebuild", "--wipe"]);
    assert_eq!(neo4j(&["graph", "migrate"])["applied"], serde_json::json!([]));
    assert_eq!(neo4j(&["ingest", &file])["ingested"], 5);
    place.thoth(["ingest", &file]).run().expect_code(0);
    let embedded = place
        .thoth(["graph", "checksum", "--format", "json"])
        .run()
        .expect_code(0)
        .json();
    assert_eq!(neo4j(&["graph", "checksum"]), embedded);
    assert_eq!(neo4j(&["graph", "check"])["violations"], serde_json::json!([]));
}

#[test]
fn graceful_sets_bad_lines_aside() {
    let place = Place::new();
    let good = [record("a", "1", &[]), record("b", "1", &[])].map(|record| record.to_string());
    let file = place.file("mixed.jsonl", format!("{}\n{{\"name\": \n{}\n", good[0], good[1]));
    let output = place
        .thoth(["ingest", &file, "--graceful", "--format", "json"])
        .run()
        .expect_code(1);
    let summary = output.json();
    assert_eq!(
        (&summary["ingested"], &summary["rejected_count"]),
        (&2.into(), &1.into()),
        "{summary}"
    );
    assert!(
        summary["rejected"][0]["place"]
            .as_str()
            .unwrap()
            .ends_with("mixed.jsonl:2"),
        "{summary}"
    );
    assert_eq!(place.documents_in_graph(), 2);
}

#[test]
fn graceful_sets_bad_files_aside_and_sums_up() {
    let place = Place::new();
    std::fs::create_dir(place.path("in")).unwrap();
    let one = record("a", "1", &[]).to_string();
    place.file("in/good.json", &one);
    place.file(
        "in/lines.jsonl",
        format!("{one}\n{}\n{{\"name\": \nnothing\n", record("b", "1", &[])),
    );
    place.file("in/cut.jsonl.zst", b"\x28\xb5\x2f\xfd");
    for name in ["in/notes.txt", "in/more.txt", "in/README"] {
        place.file(name, "words");
    }
    let folder = place.path("in").display().to_string();
    let absent = place.path("absent.json").display().to_string();
    let ingest = |options: &[&str]| {
        let thoth = place.thoth(["ingest", &folder, &absent, "--graceful"]);
        thoth.args(options.iter().copied()).run().expect_code(1)
    };
    let summary = ingest(&["--format", "json"]).json();
    let expected = serde_json::json!([{"kind": "release", "generation": "record", "read": 3, "ingested": 2, "already_known": 1}]);
    assert_eq!(summary["forms"], expected, "{summary}");
    assert_eq!(
        summary["passed_over"],
        serde_json::json!({"": 1, ".txt": 2}),
        "{summary}"
    );
    assert_eq!(summary["rejected_count"], 4, "{summary}");
    let codes: Vec<&str> = summary["reasons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["code"].as_str().unwrap())
        .collect();
    assert!(
        codes.contains(&"NOT_FOUND") && codes.contains(&"TRUNCATED_INPUT"),
        "{summary}"
    );
    let table = ingest(&[]);
    assert!(
        table
            .stdout
            .contains("files passed over, which hold no documents: 1 no ending, 2 .txt"),
        "{table:#?}"
    );
    assert!(table.stdout.contains("absent.json"), "{table:#?}");
}
