//! `thoth advise`: the three ways to answer and the three outcomes.

use serde_json::json;

use super::{Place, record, records};

#[test]
fn the_answer_has_the_fields_of_the_contract() {
    let place = Place::new();
    let file = place.file("records.jsonl", records());
    let answer = place
        .thoth(["advise", "app", "--knowledge", &file, "--format", "json"])
        .run()
        .expect_code(0)
        .json();
    let keys = |value: &serde_json::Value| {
        let mut keys: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
        keys.sort();
        keys.join(" ")
    };
    assert_eq!(
        keys(&answer),
        "conflict missing outcome pruned rejections search stacks"
    );
    assert_eq!(keys(&answer["stacks"][0]), "evidence interval pins reasons score");
    assert_eq!(
        keys(&answer["stacks"][0]["pins"][0]),
        "evidence extras hashes index interval name reasons score units version"
    );
    assert_eq!(
        keys(&answer["search"]),
        "bound cacheHits graphStatements millis optimal predictor prunedShare recalledValues searchMillis seed spaceEstimate spaceIsExact \
         spaceMethod stacksInSpace stacksScored"
    );
    assert_eq!(answer["outcome"], "advised");
    // app 1 or 2, each with lib 1 alone or with lib 2 and other.
    assert_eq!(answer["search"]["stacksInSpace"], 4);
    assert_eq!(answer["search"]["optimal"], true);
    let pins: Vec<String> = answer["stacks"][0]["pins"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pin| {
            format!(
                "{} {}",
                pin["name"].as_str().unwrap(),
                pin["version"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(pins, ["app 2.0", "lib 2.0", "other 1.0"]);
}

#[test]
fn the_graph_answers_as_the_file_does() {
    let place = Place::new();
    let file = place.file("records.jsonl", records());
    place.thoth(["ingest", &file]).run().expect_code(0);
    let answer = |source: [&str; 2]| {
        let output = place
            .thoth(["advise", "app", "--format", "json"])
            .args(source)
            .run()
            .expect_code(0);
        let mut answer = output.json();
        answer["search"]["millis"] = json!(0);
        answer["search"]["searchMillis"] = json!(0);
        answer
    };
    let of_file = answer(["--knowledge", &file]);
    let mut of_graph = answer(["--graph", &place.graph_url()]);
    // Only an advice from a graph is kept, and so has an id.
    let id = of_graph.as_object_mut().unwrap().remove("id").unwrap();
    assert_eq!(id.as_str().map(str::len), Some(64));
    assert_eq!(of_file, of_graph);
}

#[test]
fn the_table_is_a_summary() {
    let place = Place::new();
    let file = place.file("records.jsonl", records());
    let output = place
        .thoth(["advise", "app", "--knowledge", &file, "--count", "3"])
        .run()
        .expect_code(0);
    for part in [
        "advised: 3 packages",
        "app",
        "2.0",
        "score",
        "bound",
        "optimal",
        "space 4 stacks",
        "exact",
        "stack 2:",
    ] {
        assert!(output.stdout.contains(part), "{part}: {output:#?}");
    }
    assert!(output.stdout.lines().count() < 40, "{output:#?}");
}

#[test]
fn the_requirements_have_hashes() {
    let place = Place::new();
    let file = place.file("records.jsonl", records());
    let thoth = place.thoth(["advise", "app", "--knowledge", &file, "--format", "requirements"]);
    let output = thoth.run().expect_code(0);
    let hash = crate::hashed_score::sha256_hex("app-2.0");
    assert!(
        output
            .stdout
            .starts_with(&format!("app==2.0 \\\n    --hash=sha256:{hash}\n")),
        "{output:#?}"
    );
    // What we print we read: the lock as requirements gives itself.
    let lock = place.file("lock.txt", &output.stdout);
    let again = place
        .thoth([
            "advise",
            "-r",
            &lock,
            "--knowledge",
            &file,
            "--format",
            "requirements",
        ])
        .run();
    assert_eq!(again.expect_code(0).stdout, output.stdout);
}

#[test]
fn what_cannot_be_is_explained() {
    let place = Place::new();
    let file = place.file("records.jsonl", records());
    let arguments = ["advise", "app>=2", "lib>=3", "--knowledge", &file];
    let output = place.thoth(arguments).run().expect_code(1);
    assert!(output.stdout.starts_with("unsatisfiable"), "{output:#?}");
    assert!(output.stdout.contains("lib>=3"), "{output:#?}");
    let answer = place
        .thoth(arguments)
        .args(["--format", "json"])
        .run()
        .expect_code(1)
        .json();
    assert_eq!(answer["outcome"], "unsatisfiable");
    assert!(
        !answer["conflict"]["sentences"].as_array().unwrap().is_empty(),
        "{answer}"
    );
    // An empty lock would install: nothing on stdout, the reason on stderr.
    let output = place
        .thoth(arguments)
        .args(["--format", "requirements"])
        .run()
        .expect_code(1);
    assert!(
        output.stdout.is_empty() && output.stderr.contains("unsatisfiable"),
        "{output:#?}"
    );
}

#[test]
fn missing_knowledge_is_listed() {
    let place = Place::new();
    let file = place.file(
        "records.jsonl",
        record("app", "1.0", &["nowhere>1"]).to_string() + "\n",
    );
    let output = place
        .thoth(["advise", "app", "--knowledge", &file])
        .run()
        .expect_code(1);
    assert!(output.stdout.starts_with("needs knowledge"), "{output:#?}");
    assert!(
        output.stdout.contains("nowhere") && output.stdout.contains("thoth ingest"),
        "{output:#?}"
    );
    let answer = place
        .thoth(["advise", "app", "--knowledge", &file, "--format", "json"])
        .run()
        .expect_code(1)
        .json();
    assert_eq!(
        (&answer["outcome"], &answer["missing"][0]["package"]),
        (&"needs_knowledge".into(), &"nowhere".into())
    );
}

#[test]
fn constraints_scores_and_files_reach_the_search() {
    let place = Place::new();
    let file = place.file("records.jsonl", records());
    let requirements = place.file("requirements.txt", "-c limits.txt\napp\n");
    place.file("limits.txt", "lib<2\n");
    let answer = place
        .thoth([
            "advise",
            "-r",
            &requirements,
            "--knowledge",
            &file,
            "--format",
            "json",
        ])
        .run();
    let answer = answer.expect_code(0).json();
    assert_eq!(
        answer["stacks"][0]["pins"].as_array().unwrap().len(),
        2,
        "{answer}"
    );

    let scores = place.file(
        "scores.jsonl",
        "{\"name\": \"APP\", \"version\": \"1.0\", \"score\": 0.5}\n",
    );
    let scored = place
        .thoth([
            "advise",
            "app",
            "--knowledge",
            &file,
            "--scores",
            &scores,
            "--format",
            "json",
        ])
        .run();
    let scored = scored.expect_code(0).json();
    assert_eq!(scored["stacks"][0]["score"], 0.5, "{scored}");
}
