//! Selecting the rules of one request among many: what it costs, beside the bare statement of one rule. Printed, not asserted.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thoth_cypher::{Graph, PRUNE_RULES, READ_RULES_BY_KEY, params};
use thoth_ingest::sync::sync;
use thoth_schema::document::Document;

use super::engines::graphs;

/// Names how many packages have rules: 6000 make the 90,000 that the time of selection is told for.
const PACKAGES: &str = "THOTH_TEST_RULE_PACKAGES";
/// As many as are reached at most, and some more.
const FEW: usize = 400;
const RULES_OF_A_PACKAGE: usize = 15;
const GENERAL: usize = 100;
const ROUNDS: usize = 50;

/// A file of rules of one package, as generators of prescriptions make them.
fn file(number: usize) -> Value {
    let unit = |rule: usize| {
        json!({"name": format!("P{number}R{rule}"), "type": "wrap", "should_include": {"adviser_pipeline": true},
            "match": {"state": {"resolved_dependencies": [{"name": format!("package-{number}"), "version": format!("=={rule}.0")}]}},
            "run": {"justification": [{"type": "INFO", "message": format!("artifact {rule} has some size"), "link": "https://x.test"}]}})
    };
    let units: Vec<Value> = (0..RULES_OF_A_PACKAGE).map(unit).collect();
    json!({"path": format!("p{number}.yaml"), "units": {"wraps": units}})
}

fn general() -> Value {
    let unit = |rule: usize| json!({"name": format!("B{rule}"), "type": "boot", "run": {"stack_info": [{"type": "INFO", "message": "so", "link": "l"}]}});
    json!({"path": "general.yaml", "units": {"boots": (0..GENERAL).map(unit).collect::<Vec<_>>()}})
}

async fn median(
    graph: &dyn Graph,
    statement: &'static thoth_cypher::Statement,
    set: thoth_cypher::Params,
) -> (Duration, usize) {
    let mut times = Vec::new();
    let mut rows = 0;
    for _ in 0..ROUNDS {
        let started = Instant::now();
        rows = graph.read(statement, set.clone()).await.unwrap().len();
        times.push(started.elapsed());
    }
    times.sort_unstable();
    (times[ROUNDS / 2], rows)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_gets_the_rules_of_what_it_reaches_and_no_others() {
    let packages = std::env::var(PACKAGES).map_or(FEW, |number| number.parse().unwrap());
    let files: Vec<Value> = (0..packages).map(file).chain([general()]).collect();
    let documents: Vec<Document> = files
        .iter()
        .map(|file| Document::from_value(file).unwrap())
        .collect();
    let (graphs, _lease) = graphs().await;
    for graph in &graphs {
        for batch in documents.chunks(500) {
            sync(graph.as_ref(), batch).await.unwrap();
        }
        let one = "prescriptions:p1.yaml#wraps/P1R1";
        let (bare, _) = median(
            graph.as_ref(),
            &READ_RULES_BY_KEY,
            params! { "keys" => vec![one] },
        )
        .await;
        for reach in [6, 52] {
            let keys: Vec<String> = (0..reach)
                .map(|number| format!("pkg:pypi/package-{}", number * 7))
                .collect();
            let (time, rows) = median(graph.as_ref(), &PRUNE_RULES, params! { "packages" => keys }).await;
            assert_eq!(rows, reach * RULES_OF_A_PACKAGE + GENERAL);
            println!(
                "{}: {reach} packages, {rows} rules in {time:?}; one rule by key in {bare:?}: {:.1} times",
                graph.engine().as_str(),
                time.as_secs_f64() / bare.as_secs_f64()
            );
        }
    }
}
