//! Recorded inspections of the predecessor, and their bounds.

use serde_json::{Value, json};

use crate::inspection::{figures, only, read, report, skipped};
use crate::shared;

#[test]
fn the_real_parts_of_2020_are_read() {
    let folder = "documents/inspections/inspection-iotf-2-matmul-u38m-fd697eb4";
    let Some(value) = shared::json(&format!("{folder}/results/0/result.json")) else {
        return;
    };
    let document = read(&value).unwrap();
    assert_eq!(
        only(&document).inspection_id.as_deref(),
        Some("inspection-iotf-2-matmul-u38m-fd697eb4")
    );
    assert_eq!(
        figures(only(&document), 0)[0],
        ("elapsed".to_owned(), 1.1993227526545525)
    );
    assert_eq!(only(&document).runs[0].usage["ru_maxrss"].0, 350_288.0);
    assert_eq!((document.unknown_keys, skipped(&document).len()), (0, 0));
    let hardware = only(&document).runs[0].hardware.as_ref().unwrap();
    assert_eq!(
        (hardware.cpu_flags.len(), hardware.l2_cache_bytes),
        (98, Some(4_194_304))
    );
    let document = read(&shared::json(&format!("{folder}/build/specification.json")).unwrap()).unwrap();
    assert_eq!(only(&document).stack.as_ref().unwrap().len(), 36);
    assert!(
        only(&document)
            .stack
            .iter()
            .flatten()
            .all(|pin| pin.index.as_deref() == Some("https://index.test/simple"))
    );
    assert_eq!(
        (document.unknown_keys, document.produced_at.as_str()),
        (0, "2020-08-18T13:54:31.158397Z")
    );
}

#[test]
fn the_real_report_of_the_stack_maker_names_its_inspections() {
    let Some(value) = shared::json("documents/dependency-monkey-2020-09-07.json") else {
        return;
    };
    let document = read(&value).unwrap();
    assert_eq!(
        (document.generation.as_str(), document.unknown_keys),
        ("dependency-monkey 2020", 0)
    );
    assert_eq!(document.produced_at, "2020-09-07T10:43:41.569182Z");
    let report = report(&document);
    assert_eq!((report.inspections.len(), report.skipped.len()), (11, 0));
    let first = &report.inspections[0];
    assert_eq!(
        first.inspection_id.as_deref(),
        Some("inspection-tf-dm-np-b1103c8a")
    );
    assert!(
        report
            .inspections
            .iter()
            .all(|one| one.stack.as_ref().is_some_and(|stack| stack.len() > 20))
    );
    let target = first.target.as_ref().unwrap();
    assert_eq!(
        (target.os_name.as_deref(), target.machine.as_deref()),
        (Some("rhel"), Some("x86_64"))
    );
    // A dry run asks for no inspection: the stacks are all there is.
    let mut dry = value;
    dry["result"]["report"]["responses"][0]["response"] = Value::Null;
    let document = read(&dry).unwrap();
    assert_eq!(skipped(&document), ["/result/report/responses/0/response"]);
    dry["result"]["report"]["responses"][0]["response"] = json!(1);
    assert_eq!(
        read(&dry).unwrap_err().pointer.as_deref(),
        Some("/result/report/responses/0/response")
    );
}

#[test]
fn the_figures_of_an_indicator_are_limited() {
    for (count, skipped_count) in [(1_000, 0), (1_001, 1)] {
        let results: serde_json::Map<String, Value> = (0..count)
            .map(|number| (format!("figure{number:04}"), json!(number)))
            .collect();
        let result = json!({
            "datetime": "2020-08-18T16:33:32", "exit_code": 0, "hostname": "inspection-many-figures-1",
            "stdout": {"component": "c", "name": "n", "@parameters": {}, "@result": results}, "stderr": "",
        });
        let document = read(&result).unwrap();
        assert_eq!(figures(only(&document), 0).len(), 1_000);
        assert_eq!(skipped(&document).len(), skipped_count, "{count}");
    }
}
