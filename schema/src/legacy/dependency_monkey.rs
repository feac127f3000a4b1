//! Reports of the program that makes up stacks and has them inspected (`dependency-monkey 2020`): which inspections it asked
//! for, and of which stacks. They have not run yet; their results are documents of their own.

use serde_json::{Map, Value};

use crate::document::{Parts, Payload};
use crate::error::Fault;
use crate::inspection::{Inspection, InspectionReport};
use crate::legacy::cursor::Cursor;
use crate::legacy::{hardware, lock, parts, produced_at};
use crate::solver::Skipped;

const RESULT_KEYS: &[&str] = &["error", "error_msg", "parameters", "report"];
const REPORT_KEYS: &[&str] = &["responses", "skipped"];
const RESPONSE_KEYS: &[&str] = &["product", "response"];

/// Whether a document is such a report: an adviser's, with answers of the inspection service.
pub(crate) fn is_report(value: &Value) -> bool {
    value.pointer("/result/report/responses").is_some()
}

/// Reads a report.
pub(crate) fn read(metadata: &Map<String, Value>, value: &Value) -> Result<Parts, Fault> {
    let result = Cursor::at(value.get("result").unwrap_or(value), "/result")?;
    let mut report = InspectionReport::default();
    let mut unknown_keys = result.unknown(RESULT_KEYS);
    if let Some(stated) = result.object("report")? {
        unknown_keys += stated.unknown(REPORT_KEYS);
        for response in stated.objects("responses")? {
            unknown_keys += response.unknown(RESPONSE_KEYS);
            report
                .inspections
                .extend(inspection(&response, &mut report.skipped)?);
        }
    }
    Ok(Parts {
        unknown_keys,
        generation: "dependency-monkey 2020".to_owned(),
        ..parts(metadata, produced_at(metadata)?, Payload::Inspection(report))
    })
}

/// One answer. Where no inspection was asked for, as in a dry run, the answer names none, and the stack is all there is.
fn inspection(response: &Cursor<'_>, skipped: &mut Vec<Skipped>) -> Result<Option<Inspection>, Fault> {
    let answer = response.text("response")?;
    let inspection_id = answer.filter(|answer| answer.starts_with("inspect") && !answer.contains('/'));
    if inspection_id.is_none() {
        skipped.push(Skipped {
            pointer: response.place("response"),
            reason: "the answer names no inspection: only its stack is stated".to_owned(),
        });
    }
    let mut inspection = Inspection {
        inspection_id,
        ..Inspection::default()
    };
    let product = response.object("product")?;
    let project = product
        .map(|product| product.object("project"))
        .transpose()?
        .flatten();
    if let Some(project) = project {
        if let Some(locked) = project.object("requirements_locked")? {
            inspection.stack = lock::pins(&locked, skipped)?;
        }
        let target = project.object("runtime_environment")?;
        inspection.target = hardware::environment(None, target.as_ref(), None)?;
    }
    let says_something = inspection.inspection_id.is_some() || inspection.stack.is_some();
    Ok(says_something.then_some(inspection))
}
