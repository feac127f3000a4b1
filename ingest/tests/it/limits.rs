//! The table of limits in the documentation against the code, and limits that no other test stands at.

use crate::support::{memory_graph, workspace_file};
use serde_json::json;
use thoth_ingest::direct::{BATCH_ROWS, ingest_paths};
use thoth_ingest::reader::ReadOptions;
use thoth_ingest::sync::{STATEMENT_ROWS, sync};
use thoth_schema::document::Document;

/// The cells of each row of the table.
fn table() -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(workspace_file("docs/operations.md")).unwrap();
    let section = text.split("## Limits").nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| ")).skip(1);
    let cells = |line: &str| {
        line.trim_matches('|')
            .split(" | ")
            .map(|cell| cell.trim().to_owned())
            .collect()
    };
    rows.map(cells).collect()
}

/// The texts in backticks.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// The value of a constant, as its declaration says: a product of numbers and of other constants.
fn value(source: &str, name: &str) -> u64 {
    let declaration = source.split(&format!("const {name}: ")).nth(1).unwrap();
    let expression = declaration
        .split(" = ")
        .nth(1)
        .unwrap()
        .split(';')
        .next()
        .unwrap();
    let factors = expression.split('*').map(|factor| match factor.trim() {
        "MAX_DOCUMENT_BYTES" => thoth_schema::document::MAX_DOCUMENT_BYTES as u64,
        "MAX_HEAVY_DOCUMENT_BYTES" => thoth_schema::document::MAX_HEAVY_DOCUMENT_BYTES as u64,
        "MAX_INLINE_BYTES" => thoth_schema::message::MAX_INLINE_BYTES as u64,
        "MAX_MESSAGE_BYTES" => thoth_schema::message::MAX_MESSAGE_BYTES as u64,
        number => number.replace('_', "").parse().unwrap(),
    });
    factors.product()
}

#[test]
fn the_table_says_what_the_code_says() {
    let rows = table();
    assert!(rows.len() > 20, "{}", rows.len());
    for row in &rows {
        assert_eq!(row.len(), 6, "{row:?}");
        let (what, constant) = (&row[0], quoted(&row[4]));
        let source = std::fs::read_to_string(workspace_file(constant[1])).unwrap();
        assert_eq!(value(&source, constant[0]).to_string(), row[1], "{what}");
        for file in row[5].split("; ") {
            let names = quoted(file);
            let source = std::fs::read_to_string(workspace_file(names[0])).unwrap();
            assert!(names.len() > 1, "{what} has no test");
            for test in &names[1..] {
                assert!(
                    source.contains(&format!("fn {test}(")),
                    "{what}: no {test} in {}",
                    names[0]
                );
            }
        }
    }
}

#[test]
fn every_limit_of_the_code_is_in_the_table() {
    // What bounds work inside the program and refuses nothing.
    let internal = [
        "MAX_ORDER",
        "MAX_THREADS",
        "MAX_PREFETCH",
        "MAX_REASON_CHARACTERS",
        "MAX_REGIONS",
        "MAX_FOLDERS_ABOVE",
        // Of what this program writes itself and reads back.
        "MAX_DEATHS",
        "MAX_RECORD_BYTES",
        "MAX_NOTE_BYTES",
    ];
    let rows = table();
    let listed: Vec<&str> = rows.iter().map(|row| quoted(&row[4])[0]).collect();
    let mut lacking = Vec::new();
    for folder in ["ingest/src", "schema/src", "cypher/src"] {
        for_each_source(&workspace_file(folder), &mut |source| {
            for declared in source.split("const MAX_").skip(1) {
                let name = format!("MAX_{}", declared.split(':').next().unwrap());
                if !internal.contains(&name.as_str()) && !listed.contains(&name.as_str()) {
                    lacking.push(name);
                }
            }
        });
    }
    assert!(
        lacking.is_empty(),
        "put {lacking:?} into the table of docs/operations.md"
    );
}

fn for_each_source(folder: &std::path::Path, look: &mut dyn FnMut(&str)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            for_each_source(&path, look);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            look(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

fn release(name: &str, lines: usize) -> serde_json::Value {
    let requirements: Vec<String> = (0..lines).map(|number| format!("p{}>=1", number % 50)).collect();
    json!({"name": name, "version": "1", "requires_dist": requirements})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_takes_its_most_rows_and_one_more() {
    for lines in [STATEMENT_ROWS, STATEMENT_ROWS + 1] {
        let graph = memory_graph().await;
        let document = Document::from_value(&release("it", lines)).unwrap();
        sync(graph.as_ref(), &[document]).await.unwrap();
        let query = "MATCH (:PackageVersion)-[r:REQUIRES]->(:Package) RETURN count(r) AS lines";
        let rows = graph.query(query, thoth_cypher::params! {}).await.unwrap();
        assert_eq!(rows.iter().next().unwrap().int("lines"), lines as i64);
    }
}

/// Two documents that fill a transaction go together; with a row more they go one after the other.
#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_takes_its_most_rows_and_begins_anew() {
    for (more, expected) in [(0, vec![2]), (1, vec![1, 2])] {
        let folder = tempfile::tempdir().unwrap();
        // A release is a row, and so is the document.
        let each = BATCH_ROWS / 2 - 2;
        let text = format!("{}\n{}\n", release("a", each), release("b", each + more));
        let path = folder.path().join("two.jsonl");
        std::fs::write(&path, text).unwrap();
        let graph = memory_graph().await;
        let mut done = Vec::new();
        let mut progress = |state: thoth_ingest::direct::Progress| done.push(state.done);
        ingest_paths(
            graph.as_ref(),
            None,
            &[path],
            &ReadOptions::default(),
            &mut progress,
        )
        .await
        .unwrap();
        done.retain(|count| *count > 0);
        done.dedup();
        assert_eq!(done, expected);
    }
}
