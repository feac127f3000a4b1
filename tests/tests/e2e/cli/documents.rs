//! `documents …`: what lies in the store, seen, copied, deleted and brought back.

use serde_json::{Value, json};

use super::{Place, expect_fault, record, records};

/// A place with five records and two documents of producers with a name.
fn filled() -> Place {
    let place = Place::new();
    let made = |producer: &str, day: u32, summary: &str| {
        let mut release = record("app", "1.0", &["lib>=2"]);
        release["summary"] = json!(summary);
        json!({"kind": "release", "schemaVersion": 1, "producer": {"name": producer, "version": "7"},
            "producedAt": format!("2021-03-{day:02}T00:00:00Z"), "origin": "here", "payload": {"releases": [release]}})
    };
    let lines = [
        made("crawler", 4, "older words"),
        made("other", 9, "newest words"),
    ];
    let text = records() + &lines.map(|line| line.to_string() + "\n").concat();
    let file = place.file("records.jsonl", text);
    place.thoth(["ingest", &file]).run().expect_code(0);
    place
}

fn json_of<const COUNT: usize>(place: &Place, arguments: [&str; COUNT]) -> Value {
    let output = place.thoth(arguments).args(["--format", "json"]).run();
    output.expect_code(0).json()
}

fn list<const COUNT: usize>(place: &Place, filters: [&str; COUNT]) -> Vec<Value> {
    let output = place
        .thoth(["documents", "list", "--format", "json"])
        .args(filters)
        .run();
    output.expect_code(0).json()["documents"]
        .as_array()
        .unwrap()
        .clone()
}

fn checksum(place: &Place) -> Value {
    json_of(place, ["graph", "checksum"])["checksum"].clone()
}

/// The id of the one document of this producer.
fn id_of(place: &Place, producer: &str) -> String {
    let found = list(place, ["--producer", producer]);
    assert_eq!(found.len(), 1, "{found:?}");
    found[0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn the_list_filters_and_goes_page_by_page() {
    let place = filled();
    assert_eq!(list(&place, []).len(), 7);
    assert_eq!(list(&place, ["--kind", "solver"]).len(), 0);
    assert_eq!(
        list(&place, ["--kind", "release", "--before", "2021-03-09"]).len(),
        6
    );
    assert_eq!(list(&place, ["--since", "2021-03-09"]).len(), 1);
    assert_eq!(list(&place, ["--source", "here"]).len(), 2);
    assert_eq!(list(&place, ["--source", "other", "--origin", "here"]).len(), 1);
    assert_eq!(list(&place, ["--graph-has", "no"]).len(), 0);
    assert_eq!(list(&place, ["--graph-has", "yes"]).len(), 7);

    let (mut seen, mut after) = (Vec::new(), None::<String>);
    loop {
        let thoth = place.thoth(["documents", "list", "--first", "3", "--format", "json"]);
        let thoth = match &after {
            Some(key) => thoth.args(["--after", key.as_str()]),
            None => thoth,
        };
        let page = thoth.run().expect_code(0).json();
        let keys = page["documents"].as_array().unwrap().iter();
        seen.extend(keys.map(|line| line["key"].as_str().unwrap().to_owned()));
        after = page["next"].as_str().map(str::to_owned);
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 7, "{seen:?}");
    assert!(seen.is_sorted(), "{seen:?}");
    let table = place
        .thoth(["documents", "list", "--first", "2"])
        .run()
        .expect_code(0);
    assert!(table.stderr.contains("more: --after release/"), "{table:#?}");

    for wrong in [
        ["--kind", "horoscope"],
        ["--before", "yesterday"],
        ["--after", "../../x"],
        ["--first", "0"],
    ] {
        let output = place
            .thoth(["documents", "list"])
            .args(wrong)
            .run()
            .expect_code(2);
        assert_eq!(output.stdout, "", "{output:#?}");
    }
}

#[test]
fn a_document_is_shown_by_the_first_digits_of_its_id() {
    let place = filled();
    let id = id_of(&place, "crawler");
    let shown = json_of(&place, ["documents", "show", &id[..8]]);
    assert_eq!(
        (&shown["id"], &shown["inGraph"]),
        (&json!(id), &json!("yes")),
        "{shown}"
    );
    assert_eq!(
        (&shown["producer"], &shown["origin"]),
        (&json!("crawler"), &json!("here")),
        "{shown}"
    );
    let raw = place
        .thoth(["documents", "show", &id, "--raw"])
        .run()
        .expect_code(0);
    assert_eq!(crate::hashed_score::sha256_hex(&raw.stdout), id);
    assert_eq!(raw.json()["payload"]["releases"][0]["summary"], "older words");
    let table = place.thoth(["documents", "show", &id]).run().expect_code(0);
    assert!(table.stdout.contains("2021-03-04T00:00:00Z"), "{table:#?}");

    expect_fault(
        &place.thoth(["documents", "show", &id[..7]]).run(),
        "INVALID_ARGUMENT",
    );
    expect_fault(&place.thoth(["documents", "show", "00000000"]).run(), "NOT_FOUND");
}

#[test]
fn a_deleted_document_leaves_what_the_others_say_and_comes_back() {
    let place = filled();
    let (newest, all) = (id_of(&place, "other"), checksum(&place));
    let done = json_of(&place, ["documents", "delete", &newest[..10]]);
    assert_eq!(
        (&done["retracted"], &done["archived"]),
        (&json!(1), &json!(1)),
        "{done}"
    );
    assert_eq!(list(&place, []).len(), 6);
    place.thoth(["graph", "check"]).run().expect_code(0);

    // The words of the runner-up are back, and the graph is that of the documents that are left.
    let query = "MATCH (v:PackageVersion {key: 'pkg:pypi/app@1.0'}) RETURN v.summary AS summary";
    let rows = json_of(&place, ["graph", "query", "-e", query]);
    assert_eq!(rows, json!([{"summary": "older words"}]));
    let without = checksum(&place);
    place
        .thoth(["graph", "rebuild", "--wipe", "--verify"])
        .run()
        .expect_code(0);
    assert_eq!(checksum(&place), without);
    expect_fault(&place.thoth(["documents", "delete", &newest]).run(), "NOT_FOUND");

    let archives = json_of(&place, ["documents", "archives"]);
    let archive = archives[0]["archive"].as_str().unwrap();
    assert_eq!(
        (archives.as_array().unwrap().len(), &archives[0]["documents"]),
        (1, &json!(1))
    );
    let restored = json_of(&place, ["documents", "restore", archive]);
    assert_eq!(restored, json!({"restored": 1, "ingested": 1}));
    assert_eq!((list(&place, []).len(), checksum(&place)), (7, all));
    expect_fault(&place.thoth(["documents", "restore", archive]).run(), "NOT_FOUND");
}

#[test]
fn a_document_that_the_store_lost_is_deleted_from_the_graph() {
    let place = filled();
    let id = id_of(&place, "other");
    std::fs::remove_file(
        place
            .path("store")
            .join(format!("release/2021/03/09/{id}.json.zst")),
    )
    .unwrap();
    let done = json_of(&place, ["documents", "delete", &id[..9]]);
    assert_eq!(
        (&done["retracted"], &done["archived"]),
        (&json!(1), &json!(0)),
        "{done}"
    );
    assert_eq!(place.documents_in_graph(), 6);
}

#[test]
fn a_copy_passes_over_what_is_whole_and_mends_what_is_not() {
    let place = filled();
    let to = format!("file://{}", place.path("copy").display());
    let copy = |filter: &[&str]| {
        let thoth = place.thoth(["documents", "copy", "--to", &to, "--format", "json"]);
        thoth.args(filter.iter().copied()).run()
    };
    let first = copy(&["--source", "here"]).expect_code(0).json();
    assert_eq!(
        (&first["copied"], &first["alreadyThere"]),
        (&json!(2), &json!(0)),
        "{first}"
    );
    let id = id_of(&place, "other");
    let name = format!("release/2021/03/09/{id}.json.zst");
    std::fs::write(place.path("copy").join(&name), "damaged").unwrap();
    let second = copy(&[]).expect_code(0).json();
    assert_eq!(
        (&second["copied"], &second["alreadyThere"]),
        (&json!(6), &json!(1)),
        "{second}"
    );
    assert_eq!(super::count_files(&place.path("copy")), 7);

    // The copy makes the same graph.
    let other = format!("embedded:{}", place.path("again").display());
    place
        .thoth(["graph", "rebuild", "--graph", &other, "--store", &to])
        .run()
        .expect_code(0);
    let sum = json_of(&place, ["graph", "checksum", "--graph", &other]);
    assert_eq!(sum["checksum"], checksum(&place));

    // What is damaged here and absent there is named, and the rest is copied.
    std::fs::write(place.path("store").join(&name), "damaged").unwrap();
    std::fs::remove_dir_all(place.path("copy")).unwrap();
    let third = copy(&[]).expect_code(1).json();
    assert_eq!(
        (
            &third["copied"],
            &third["rejected_count"],
            &third["rejectedCount"]
        ),
        (&json!(6), &Value::Null, &json!(1)),
        "{third}"
    );
    assert_eq!(third["rejected"][0]["code"], "STORE_CORRUPT", "{third}");
}
