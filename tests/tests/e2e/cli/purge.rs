//! `purge`, and `graph rebuild` after a kill.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Place, count_files, expect_fault, record};

const DOCUMENTS: usize = 1_200;

/// A place with releases that solver runs speak of too; half of the runs are of the year 2020, half of 2021.
fn filled(documents: usize) -> Place {
    let place = Place::new();
    let lines = (0..documents).map(|number| {
        let release = record(
            &format!("package-{}", number % 60),
            &format!("1.{}", number % 7),
            &["lib>=1"],
        );
        if number % 3 > 0 {
            let mut release = release;
            release["summary"] = json!(format!("words {number}"));
            return release.to_string() + "\n";
        }
        let run = json!({
            "kind": "solver", "schemaVersion": 1, "producer": {"name": "solver", "version": "1"},
            "producedAt": format!("202{}-01-01T00:00:00Z", number % 2), "origin": format!("run-{number}"),
            "payload": {"environment": {"python_version": "3.8"}, "results": [{"release": release}]},
        });
        run.to_string() + "\n"
    });
    let file = place.file("documents.jsonl", lines.collect::<String>());
    place.thoth(["ingest", &file]).run().expect_code(0);
    place
}

fn checksum(place: &Place, graph: &str) -> Value {
    let output = place
        .thoth(["graph", "checksum", "--format", "json", "--graph", graph])
        .run();
    output.expect_code(0).json()["checksum"].clone()
}

/// Fails unless the graph is the one that the stored documents make.
fn expect_rebuilt_alike(place: &Place) {
    let other = format!("embedded:{}", place.path("compared").display());
    place
        .thoth(["graph", "rebuild", "--graph", &other])
        .run()
        .expect_code(0);
    assert_eq!(checksum(place, &place.graph_url()), checksum(place, &other));
    place.thoth(["graph", "check"]).run().expect_code(0);
}

#[test]
fn a_purge_says_what_would_go_and_needs_a_filter_and_a_yes() {
    let place = filled(60);
    let before = checksum(&place, &place.graph_url());
    let output = place.thoth(["purge", "--yes"]).run().expect_code(2);
    assert!(output.stderr.contains("--kind"), "{output:#?}");
    let output = place.thoth(["purge", "--kind", "solver"]).run();
    expect_fault(&output, "INVALID_ARGUMENT");
    assert!(output.stderr.contains("20 solver"), "{output:#?}");
    let dry = place
        .thoth(["purge", "--before", "2021-01-01", "--dry-run", "--format", "json"])
        .run()
        .expect_code(0)
        .json();
    assert_eq!(
        (&dry["kinds"]["solver"], &dry["changed"]),
        (&json!(10), &json!(false)),
        "{dry}"
    );
    assert_eq!(checksum(&place, &place.graph_url()), before);
    let none = place.thoth(["purge", "--source", "nobody"]).run().expect_code(0);
    assert!(none.stdout.contains("nothing was changed"), "{none:#?}");
}

#[test]
fn purged_documents_are_out_of_the_graph_and_can_come_back() {
    let place = filled(120);
    let (before, stored) = (checksum(&place, &place.graph_url()), place.stored());
    let purge = |arguments: &[&str]| {
        let thoth = place.thoth(["purge", "--yes", "--format", "json"]);
        thoth.args(arguments.iter().copied()).run().expect_code(0).json()
    };
    let done = purge(&["--kind", "solver", "--before", "2021-01-01"]);
    assert_eq!(
        (&done["documents"], &done["retracted"]),
        (&json!(20), &json!(20)),
        "{done}"
    );
    assert_eq!(place.stored(), stored);
    expect_rebuilt_alike(&place);
    assert_ne!(checksum(&place, &place.graph_url()), before);
    let archive = done["archive"].as_str().unwrap();
    place
        .thoth(["documents", "restore", archive])
        .run()
        .expect_code(0);
    assert_eq!(checksum(&place, &place.graph_url()), before);

    let done = purge(&["--source", "solver", "--erase"]);
    assert_eq!(
        (&done["documents"], &done["archive"]),
        (&json!(40), &Value::Null),
        "{done}"
    );
    assert_eq!(place.stored(), stored - 40);
}

/// Waits until the folder of the graph has grown, so that the work is under way.
fn wait_for_growth(folder: &std::path::Path, bytes: u64) {
    let started = Instant::now();
    while size(folder) < bytes {
        assert!(
            started.elapsed() < Duration::from_secs(120),
            "the graph does not grow"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn size(folder: &std::path::Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => size(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    });
    sizes.sum()
}

#[test]
fn a_purge_that_was_killed_is_finished_by_the_next() {
    let place = filled(DOCUMENTS);
    let running = place.thoth(["purge", "--kind", "solver", "--yes"]).spawn();
    // Some documents were set aside: a batch is done, the next is under way.
    let started = Instant::now();
    while count_files(&place.path("store/archive")) == 0 {
        assert!(
            started.elapsed() < Duration::from_secs(120),
            "nothing is set aside"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
    running.kill9();
    place
        .thoth(["purge", "--kind", "solver", "--yes"])
        .run()
        .expect_code(0);
    assert_eq!(count_files(&place.path("store/solver")), 0);
    assert_eq!(count_files(&place.path("store/archive")), DOCUMENTS / 3);
    expect_rebuilt_alike(&place);
}

#[test]
fn a_rebuild_that_was_killed_is_finished_by_the_next() {
    let place = filled(DOCUMENTS);
    let expected = checksum(&place, &place.graph_url());
    let folder = place.path("again");
    let other = format!("embedded:{}", folder.display());
    place
        .thoth(["graph", "migrate", "--graph", &other])
        .run()
        .expect_code(0);
    let empty = size(&folder);
    let running = place.thoth(["graph", "rebuild", "--graph", &other]).spawn();
    wait_for_growth(&folder, empty + 50_000);
    running.kill9();
    let finished = place
        .thoth(["graph", "rebuild", "--graph", &other, "--format", "json"])
        .run()
        .expect_code(0)
        .json();
    let count = |name: &str| finished[name].as_u64().unwrap();
    assert_eq!(
        count("ingested") + count("already_known"),
        place.stored() as u64,
        "{finished}"
    );
    assert_eq!(
        count("read"),
        count("ingested"),
        "what is known is not fetched: {finished}"
    );
    assert_eq!(checksum(&place, &other), expected);
}
